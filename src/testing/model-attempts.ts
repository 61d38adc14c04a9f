import type { Plan } from './simulate-options.js'
import { attemptMs, failureChance, type Traffic } from './traffic.js'

/** What becomes of each attempt at a message: how long it takes and whether it fails. */
export class ModelAttempts {
  readonly #plan: Plan
  readonly #traffic: Traffic
  /** Attempts at each message; none are counted where none fails. */
  readonly #made: Uint32Array
  readonly #startedMs: Float64Array

  /** `firstMs` is where the first start of each message is noted; where none fails there is no other. */
  constructor(plan: Plan, traffic: Traffic, firstMs: Float64Array) {
    const some = plan.failShare > 0
    this.#plan = plan
    this.#traffic = traffic
    this.#made = new Uint32Array(some ? firstMs.length : 0)
    this.#startedMs = some ? new Float64Array(firstMs.length) : firstMs
  }

  started(message: number, nowMs: number): void {
    this.#startedMs[message] = nowMs
    if (this.#plan.failShare > 0) this.#made[message] = this.made(message) + 1
  }

  made(message: number): number {
    return this.#made[message] ?? 0
  }

  startedMs(message: number): number {
    return this.#startedMs[message] ?? 0
  }

  /** How long the attempt takes that is started as one of `busy` at once, in ms. */
  spanMs(message: number, busy: number): number {
    const { failShare, downstream } = this.#plan
    const baseMs = failShare === 0 ? (this.#traffic.baseMs[message] ?? 0) : attemptMs(this.#traffic, message, this.made(message))
    return baseMs * downstream.slowdown(busy)
  }

  fails(message: number): boolean {
    const { failShare } = this.#plan
    return failShare > 0 && failureChance(this.#traffic, message, this.made(message)) < failShare
  }
}
