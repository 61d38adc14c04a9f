import type { LoadSample } from '../core/load.js'
import type { Outcome, OutcomeType } from '../core/outcome.js'
import { NO_QUANTILES, type Quantiles } from '../core/quantiles.js'
import { SlidingQuantiles } from '../core/sliding-quantiles.js'
import type { Item } from './item.js'

/** Quantiles in stats cover between half of this span and all of it. */
const STATS_WINDOW_MS = 60_000

type Flow = Pick<LoadSample, 'windowMs' | 'maxInFlight' | 'arrivals' | 'completions' | 'failures' | 'busyMs' | 'serviceMs'>

/**
 * The books of a group: every accepted item is in exactly one place, so
 * `received = waiting + inFlight + retrying + settled` holds after every call.
 */
export class Ledger {
  received = 0
  inFlight = 0
  retrying = 0
  settled = 0
  failures = 0
  escalations = 0
  restarts = 0
  zombies = 0
  readonly outcomes: Record<OutcomeType, number> = {
    completed: 0, failed: 0, rejected: 0, timedOut: 0, cancelled: 0, expired: 0, dropped: 0, handedBack: 0,
  }
  readonly #waitMs = new SlidingQuantiles(STATS_WINDOW_MS)
  readonly #serviceMs = new SlidingQuantiles(STATS_WINDOW_MS)
  readonly #sojournMs = new SlidingQuantiles(STATS_WINDOW_MS)
  #windowStartMs: number
  #arrivals = 0
  #completions = 0
  #windowFailures = 0
  #maxInFlight = 0
  #busyMs = 0
  #busySinceMs: number
  #serviceSamples = 0

  constructor(nowMs: number) {
    this.#windowStartMs = nowMs
    this.#busySinceMs = nowMs
  }

  accepted(): void {
    this.received += 1
    this.#arrivals += 1
  }

  started(item: Item, nowMs: number): void {
    if (item.place === 'retrying') this.retrying -= 1
    if (item.startedMs < 0) {
      item.startedMs = nowMs
      this.#waitMs.record(nowMs - item.acceptedMs, nowMs)
    }
    this.#integrate(nowMs)
    item.place = 'inFlight'
    item.attemptMs = nowMs
    item.attempts += 1
    this.inFlight += 1
    if (this.inFlight > this.#maxInFlight) this.#maxInFlight = this.inFlight
  }

  attemptFailed(): void {
    this.failures += 1
    this.#windowFailures += 1
  }

  retries(item: Item, nowMs: number): void {
    this.#leave(item, nowMs)
    item.place = 'retrying'
    this.retrying += 1
  }

  /** The item's one outcome. The caller has taken it out of the line if it was waiting. */
  ended(item: Item, type: OutcomeType, nowMs: number): void {
    if (item.startedMs >= 0) this.#sojournMs.record(nowMs - item.acceptedMs, nowMs)
    this.#leave(item, nowMs)
    item.place = 'settled'
    this.settled += 1
    this.outcomes[type] += 1
    if (type === 'completed') this.#completions += 1
  }

  /** Takes what happened since the last call, and begins a new window. */
  flow(nowMs: number): Flow {
    this.#integrate(nowMs)
    const flow = {
      windowMs: Math.max(0, nowMs - this.#windowStartMs),
      maxInFlight: this.#maxInFlight,
      arrivals: this.#arrivals,
      completions: this.#completions,
      failures: this.#windowFailures,
      busyMs: this.#busyMs,
      serviceMs: this.#serviceSamples === 0 ? undefined : this.#serviceMs.read(nowMs),
    }
    this.#windowStartMs = nowMs
    this.#arrivals = this.#completions = this.#windowFailures = this.#busyMs = this.#serviceSamples = 0
    this.#maxInFlight = this.inFlight
    return flow
  }

  quantiles(nowMs: number): { waitMs: Quantiles; serviceMs: Quantiles; sojournMs: Quantiles } {
    if (this.received === 0) return { waitMs: NO_QUANTILES, serviceMs: NO_QUANTILES, sojournMs: NO_QUANTILES }
    return { waitMs: this.#waitMs.read(nowMs), serviceMs: this.#serviceMs.read(nowMs), sojournMs: this.#sojournMs.read(nowMs) }
  }

  #leave(item: Item, nowMs: number): void {
    if (item.place === 'retrying') this.retrying -= 1
    if (item.place !== 'inFlight') return
    this.#integrate(nowMs)
    this.inFlight -= 1
    this.#serviceMs.record(nowMs - item.attemptMs, nowMs)
    this.#serviceSamples += 1
  }

  #integrate(nowMs: number): void {
    if (nowMs <= this.#busySinceMs) return
    this.#busyMs += (nowMs - this.#busySinceMs) * this.inFlight
    this.#busySinceMs = nowMs
  }
}

/** The facts that every outcome of an item carries. */
export const settledFacts = (item: Item, nowMs: number): Pick<Outcome, 'attempts' | 'waitMs' | 'serviceMs'> => ({
  attempts: item.attempts,
  waitMs: (item.startedMs < 0 ? nowMs : item.startedMs) - item.acceptedMs,
  serviceMs: item.attemptMs < 0 ? 0 : nowMs - item.attemptMs,
})
