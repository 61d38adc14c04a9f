import { Histogram } from './histogram.js'
import type { Quantiles } from './quantiles.js'

/**
 * Quantiles of spans over a sliding window, in fixed memory and constant time. Two generations of counters take turns, so
 * what is read covers between half the window and all of it.
 */
export class SlidingQuantiles {
  readonly #halfMs: number
  #young = new Histogram()
  #old = new Histogram()
  #turnMs = -Infinity

  constructor(windowMs: number) {
    this.#halfMs = windowMs / 2
  }

  record(spanMs: number, nowMs: number): void {
    this.#turn(nowMs)
    this.#young.record(spanMs)
  }

  read(nowMs: number): Quantiles {
    this.#turn(nowMs)
    return this.#young.read(this.#old)
  }

  #turn(nowMs: number): void {
    if (nowMs < this.#turnMs + this.#halfMs) return
    const stale = nowMs >= this.#turnMs + 2 * this.#halfMs
    const spare = this.#old
    spare.clear()
    if (stale) this.#young.clear()
    this.#old = this.#young
    this.#young = spare
    this.#turnMs = nowMs
  }
}
