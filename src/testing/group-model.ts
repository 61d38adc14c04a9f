import { LoadWindow } from '../core/load-window.js'
import type { ScalingPolicy } from '../scaling/policy.js'
import { EventHeap } from './event-heap.js'
import { ModelAttempts } from './model-attempts.js'
import { ModelCrew, type ModelCrewHost } from './model-crew.js'
import { ModelLine } from './model-line.js'
import { ModelSampler } from './model-sampler.js'
import type { Plan } from './simulate-options.js'
import type { Tally } from './tally.js'
import type { Traffic } from './traffic.js'

/** Kinds of events: an event is a number, its kind the lowest part of it. */
const KINDS = 4
const ENDED = 0
const CREW = 1
const AGAIN = 2

/** A group as a discrete-event model: what a real one does, in the same order, with numbers in the place of items. */
export class GroupModel implements ModelCrewHost {
  nowMs = 0
  readonly startMs: number
  readonly #plan: Plan
  readonly #tally: Tally
  readonly #events = new EventHeap()
  readonly #crew = new ModelCrew(this)
  readonly #window = new LoadWindow(0)
  readonly #sampler: ModelSampler
  readonly #line: ModelLine
  readonly #attempts: ModelAttempts
  #admitting = false
  #calls = 0

  constructor(plan: Plan, traffic: Traffic, policy: ScalingPolicy, tally: Tally) {
    this.startMs = plan.startMs
    this.#plan = plan
    this.#tally = tally
    this.#line = new ModelLine(traffic.arrivalMs, plan.capacity)
    this.#attempts = new ModelAttempts(plan, traffic, tally.startedMs)
    this.#sampler = new ModelSampler(plan, policy, { line: this.#line, crew: this.#crew, window: this.#window, events: this.#events, tally })
  }

  start(): void {
    this.#sampler.sample(this.nowMs)
  }

  /** The moment of the next thing that happens; `Infinity` if nothing does. */
  get nextMs(): number {
    return Math.min(this.#line.arrivalMs, this.#sampler.atMs, this.#events.atMs)
  }

  get done(): boolean {
    return this.#line.done
  }

  /** Whether only samples are left to happen. */
  get still(): boolean {
    return this.#events.size === 0 && this.#line.allArrived
  }

  /** Does the next thing. Of what happens at one moment arrivals come first, then what was scheduled first. */
  step(): void {
    const atMs = this.nextMs
    this.rest(atMs)
    if (this.#line.arrivalMs === atMs) this.#arrive()
    else if (this.#sampler.atMs === atMs && !(this.#events.atMs === atMs && this.#events.order < this.#sampler.order)) this.#sampler.fire(atMs)
    else this.#happen(this.#events.pop())
  }

  /** Lets time pass in which nothing happens. */
  rest(untilMs: number): void {
    if (untilMs <= this.nowMs) return
    this.#tally.pass(untilMs - this.nowMs, this.#crew.live + this.#crew.starting, this.#window.inFlight)
    this.nowMs = untilMs
  }

  later(delayMs: number): number {
    this.#events.push(this.nowMs + delayMs, KINDS * this.#calls + CREW)
    return this.#calls++
  }

  onLimit(): void {
    this.#tally.live(this.nowMs, this.#crew.live)
    this.#startWaiting()
    this.onChange()
  }

  onChange(): void {
    this.#sampler.changed(this.nowMs)
  }

  #arrive(): void {
    const { crowded } = this.#line
    this.#line.arrived += 1
    if (!crowded && this.#line.hasRoom) this.#accept()
    else this.onChange()
  }

  #accept(): void {
    this.#line.accepted += 1
    this.#window.arrived()
    this.#startWaiting()
    this.onChange()
  }

  #admit(): void {
    if (this.#admitting || !this.#line.crowded) return
    this.#admitting = true
    while (this.#line.hasRoom && this.#line.crowded) this.#accept()
    this.#admitting = false
  }

  #startWaiting(): void {
    while (this.#crew.free.length > 0 && this.#window.inFlight < this.#crew.limit) {
      const message = this.#line.take()
      if (message < 0) return
      this.#begin(message)
    }
  }

  #begin(message: number): void {
    const { nowMs } = this
    this.#crew.take()
    this.#tally.started(message, nowMs)
    this.#attempts.started(message, nowMs)
    this.#window.started(nowMs)
    const spanMs = this.#attempts.spanMs(message, this.#window.inFlight)
    this.#admit()
    this.#events.push(nowMs + spanMs, KINDS * message + ENDED)
  }

  #happen(event: number): void {
    const kind = event % KINDS
    const what = (event - kind) / KINDS
    if (kind === ENDED) this.#end(what)
    else if (kind === CREW) this.#crew.due(what)
    else {
      this.#line.pushBack(what, this.nowMs)
      this.#startWaiting()
      this.onChange()
    }
  }

  #end(message: number): void {
    if (this.#attempts.fails(message)) this.#fail(message)
    else {
      this.#crew.giveBack()
      this.#window.completed(this.#attempts.startedMs(message), this.nowMs)
      this.#settle(message, true)
    }
    this.#startWaiting()
  }

  #fail(message: number): void {
    const { restartAfterMs, maxAttempts, retryAfterMs } = this.#plan
    this.#window.failed()
    if (restartAfterMs === undefined) this.#crew.giveBack()
    else {
      this.#tally.restarts += 1
      this.#crew.replace(restartAfterMs)
    }
    if (this.#attempts.made(message) < maxAttempts) this.#retry(message, retryAfterMs)
    else this.#settle(message, false)
  }

  #retry(message: number, delayMs: number): void {
    this.#window.ended(this.#attempts.startedMs(message), this.nowMs)
    this.#line.retrying += 1
    this.#events.push(this.nowMs + delayMs, KINDS * message + AGAIN)
    this.onChange()
  }

  #settle(message: number, completed: boolean): void {
    this.#window.ended(this.#attempts.startedMs(message), this.nowMs)
    this.#line.settled += 1
    this.#tally.ended(message, this.nowMs, completed)
    this.#admit()
    this.onChange()
  }
}
