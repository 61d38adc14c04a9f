import { Histogram } from './histogram.js'
import type { LoadSample } from './load.js'
import { SlidingQuantiles } from './sliding-quantiles.js'

/** Quantiles in stats cover between half of this span and all of it, in ms. */
export const QUANTILES_WINDOW_MS = 60_000

/** The part of a load sample that is about the window since the sample before. */
export type Flow = Pick<LoadSample, 'windowMs' | 'maxInFlight' | 'arrivals' | 'completions' | 'failures' | 'busyMs' | 'serviceMs' | 'servedMs'>

/** What happens in a group between two load samples. */
export class LoadWindow {
  /** Started, not settled: now. */
  inFlight = 0
  /** For stats: a sample has only its own window's. */
  readonly serviceMs = new SlidingQuantiles(QUANTILES_WINDOW_MS)
  readonly #serviceMs = new Histogram()
  #startMs: number
  #busySinceMs: number
  #arrivals = 0
  #completions = 0
  #failures = 0
  #maxInFlight = 0
  #busyMs = 0
  #ends = 0
  #servedMs = 0

  constructor(nowMs: number) {
    this.#startMs = nowMs
    this.#busySinceMs = nowMs
  }

  arrived(): void {
    this.#arrivals += 1
  }

  started(nowMs: number): void {
    this.#integrate(nowMs)
    this.inFlight += 1
    if (this.inFlight > this.#maxInFlight) this.#maxInFlight = this.inFlight
  }

  /** An attempt that was started is over, whatever its end. */
  ended(startedMs: number, nowMs: number): void {
    this.#integrate(nowMs)
    this.inFlight -= 1
    this.serviceMs.record(nowMs - startedMs, nowMs)
    this.#serviceMs.record(nowMs - startedMs)
    this.#ends += 1
  }

  /** What was started then is completed. */
  completed(startedMs: number, nowMs: number): void {
    this.#completions += 1
    this.#servedMs += nowMs - startedMs
  }

  failed(): void {
    this.#failures += 1
  }

  /** Takes what happened since the last call, and begins a new window. */
  take(nowMs: number): Flow {
    this.#integrate(nowMs)
    const flow = {
      windowMs: Math.max(0, nowMs - this.#startMs),
      maxInFlight: this.#maxInFlight,
      arrivals: this.#arrivals,
      completions: this.#completions,
      failures: this.#failures,
      busyMs: this.#busyMs,
      serviceMs: this.#ends === 0 ? undefined : this.#serviceMs.read(),
      servedMs: this.#servedMs,
    }
    this.#startMs = nowMs
    this.#arrivals = this.#completions = this.#failures = this.#busyMs = this.#ends = this.#servedMs = 0
    this.#maxInFlight = this.inFlight
    this.#serviceMs.clear()
    return flow
  }

  #integrate(nowMs: number): void {
    if (nowMs <= this.#busySinceMs) return
    this.#busyMs += (nowMs - this.#busySinceMs) * this.inFlight
    this.#busySinceMs = nowMs
  }
}
