import type { LoadSample } from '../core/load.js'
import type { LoadWindow } from '../core/load-window.js'
import { SampleMoments, type SampledGroup } from '../core/sample-moments.js'
import type { ScalingPolicy } from '../scaling/policy.js'
import type { EventHeap } from './event-heap.js'
import type { ModelCrew } from './model-crew.js'
import type { ModelLine } from './model-line.js'
import type { Plan } from './simulate-options.js'
import type { Tally } from './tally.js'

/** What a sample is taken of, and what is done with the answer. */
export interface SampledParts {
  readonly line: ModelLine
  readonly crew: ModelCrew
  readonly window: LoadWindow
  readonly events: EventHeap
  readonly tally: Tally
}

/** Asks the policy at the moments at which a real group does, and tells the crew its answer. */
export class ModelSampler implements SampledGroup {
  /** When the timer fires; `Infinity` while it is not set. */
  atMs = Infinity
  /** The timer's place among all that was scheduled. */
  order = 0
  readonly #plan: Plan
  readonly #policy: ScalingPolicy
  readonly #parts: SampledParts
  readonly #moments: SampleMoments
  #state: unknown

  constructor(plan: Plan, policy: ScalingPolicy, parts: SampledParts) {
    this.#plan = plan
    this.#policy = policy
    this.#parts = parts
    this.#state = policy.initial
    this.#moments = new SampleMoments(plan.sampleEveryMs, policy.wake, this)
  }

  /** Looks whether the next sample comes earlier now. */
  changed(nowMs: number): void {
    if (!this.#moments.moved()) return
    // The very sum that a scheduler makes: it may differ from `dueMs` in the last bit.
    this.atMs = nowMs + Math.max(0, this.#moments.dueMs - nowMs)
    this.order = this.#parts.events.stamp()
  }

  fire(nowMs: number): void {
    this.atMs = Infinity
    if (this.#moments.fired(nowMs)) this.sample(nowMs)
    else this.changed(nowMs)
  }

  sample(nowMs: number): void {
    const { crew, tally } = this.#parts
    this.#moments.sampled(nowMs)
    const load = this.#load(nowMs)
    const { state, wanted, reason } = this.#policy.step(this.#state, load)
    this.#state = state
    crew.setWanted(tally.decided(load, wanted, reason))
    this.changed(nowMs)
  }

  oldestMs(): number | undefined {
    const { line, crew } = this.#parts
    return line.oldestMs(this.#plan.min === 0 && crew.wanted === 0)
  }

  idlestMs(): number | undefined {
    const { live, starting, free } = this.#parts.crew
    return live + starting > this.#plan.min ? free[0] : undefined
  }

  active(): boolean {
    return this.#parts.line.open
  }

  #load(nowMs: number): LoadSample {
    const { line: { waiting }, crew: { live, free }, window } = this.#parts
    const { min, max } = this.#plan
    const oldestMs = this.oldestMs()
    const oldestWaitMs = oldestMs === undefined ? 0 : Math.max(0, nowMs - oldestMs)
    const idleMs = free.map((sinceMs) => Math.max(0, nowMs - sinceMs))
    return { nowMs, min, max, live, waiting, inFlight: window.inFlight, oldestWaitMs, idleMs, ...window.take(nowMs) }
  }
}
