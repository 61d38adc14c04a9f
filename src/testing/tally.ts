import { describe } from '../core/describe.js'
import type { LoadSample } from '../core/load.js'
import type { Reason } from '../scaling/policy.js'
import { spansBetween, type Measures } from './measures.js'
import type { Trace, TraceDecision, TraceStep } from './trace.js'

/** What is kept of a run, and what is not. */
export interface TallyOptions {
  readonly policy: string
  readonly arrivalMs: Float64Array
  readonly knee: number
  /** Whether decisions and steps are kept. */
  readonly trace: boolean
  /** A sojourn that another run is known for, in ms: a run with more than `allowed` longer ones is not worth finishing. */
  readonly rivalMs: number
  readonly allowed: number
}

/** The books of a run. */
export class Tally {
  restarts = 0
  readonly startedMs: Float64Array
  readonly endedMs: Float64Array
  readonly #options: TallyOptions
  readonly #decisions: TraceDecision[] = []
  readonly #workers: TraceStep[] = []
  #completed = 0
  #failed = 0
  #live = 0
  #wanted = -1
  #changes = 0
  #asked = 0
  #workerMs = 0
  #busyMs = 0
  #pastKneeMs = 0
  #longer = 0

  constructor(options: TallyOptions) {
    this.#options = options
    this.startedMs = new Float64Array(options.arrivalMs.length).fill(Number.NaN)
    this.endedMs = new Float64Array(options.arrivalMs.length).fill(Number.NaN)
  }

  /** Whether the run can end better than its rival. */
  get hopeless(): boolean {
    return this.#longer > this.#options.allowed
  }

  /** Time passes, with so many workers paid for and so many at work. */
  pass(ms: number, workers: number, busy: number): void {
    this.#workerMs += ms * workers
    this.#busyMs += ms * busy
    if (busy > this.#options.knee) this.#pastKneeMs += ms
  }

  live(atMs: number, live: number): void {
    if (live === this.#live) return
    this.#live = live
    if (this.#options.trace) this.#workers.push({ atMs, live })
  }

  /** An attempt at a message is started: the first counts. */
  started(message: number, atMs: number): void {
    if (Number.isNaN(this.startedMs[message])) this.startedMs[message] = atMs
  }

  ended(message: number, atMs: number, completed: boolean): void {
    this.endedMs[message] = atMs
    if (completed) this.#completed += 1
    else this.#failed += 1
    if (atMs - (this.#options.arrivalMs[message] ?? 0) > this.#options.rivalMs) this.#longer += 1
  }

  /** What a policy answered, brought within the bounds. */
  decided({ nowMs, min, max, waiting, live, inFlight }: LoadSample, answer: number, reason: Reason): number {
    if (!Number.isInteger(answer)) throw new Error(`scaling policy '${this.#options.policy}' wants ${describe(answer)} workers at ${nowMs} ms, which is no whole number`)
    const wanted = Math.max(min, Math.min(answer, max))
    this.#asked += 1
    if (this.#wanted >= 0 && wanted !== this.#wanted) this.#changes += 1
    this.#wanted = wanted
    if (this.#options.trace) this.#decisions.push({ atMs: nowMs, waiting, live, busy: inFlight, wanted, reason: wanted === answer ? reason : 'limited' })
    return wanted
  }

  trace(endMs: number): Trace {
    const { policy, arrivalMs } = this.#options
    return {
      policy,
      decisions: this.#decisions,
      workers: this.#workers,
      messages: { arrivedMs: arrivalMs, startedMs: this.startedMs, endedMs: this.endedMs },
      endMs,
      measures: this.#measures(),
    }
  }

  #measures(): Measures {
    const { arrivalMs } = this.#options
    const ended = this.endedMs.reduce((sum, ms) => (Number.isNaN(ms) ? sum : sum + 1), 0)
    return {
      arrived: arrivalMs.length,
      completed: this.#completed,
      failed: this.#failed,
      unfinished: arrivalMs.length - ended,
      lost: ended - this.#completed - this.#failed,
      restarts: this.restarts,
      waitMs: spansBetween(arrivalMs, this.startedMs),
      sojournMs: spansBetween(arrivalMs, this.endedMs),
      workerSeconds: this.#workerMs / 1_000,
      busySeconds: this.#busyMs / 1_000,
      changes: this.#changes,
      decisions: this.#asked,
      secondsPastKnee: this.#pastKneeMs / 1_000,
    }
  }
}
