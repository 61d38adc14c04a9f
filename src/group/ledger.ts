import { type Flow, LoadWindow, QUANTILES_WINDOW_MS } from '../core/load-window.js'
import type { Outcome, OutcomeType } from '../core/outcome.js'
import { NO_QUANTILES, type Quantiles } from '../core/quantiles.js'
import { SlidingQuantiles } from '../core/sliding-quantiles.js'
import type { Item } from './item.js'

/**
 * The books of a group: every accepted item is in exactly one place, so
 * `received = waiting + inFlight + retrying + settled` holds after every call.
 */
export class Ledger {
  received = 0
  retrying = 0
  settled = 0
  failures = 0
  escalations = 0
  restarts = 0
  zombies = 0
  readonly outcomes: Record<OutcomeType, number> = {
    completed: 0, failed: 0, rejected: 0, timedOut: 0, cancelled: 0, expired: 0, dropped: 0, handedBack: 0,
  }
  readonly #waitMs = new SlidingQuantiles(QUANTILES_WINDOW_MS)
  readonly #sojournMs = new SlidingQuantiles(QUANTILES_WINDOW_MS)
  readonly #window: LoadWindow

  constructor(nowMs: number) {
    this.#window = new LoadWindow(nowMs)
  }

  /** Started, not settled: now. */
  get inFlight(): number {
    return this.#window.inFlight
  }

  accepted(): void {
    this.received += 1
    this.#window.arrived()
  }

  started(item: Item, nowMs: number): void {
    if (item.place === 'retrying') this.retrying -= 1
    if (item.startedMs === undefined) {
      item.startedMs = nowMs
      this.#waitMs.record(nowMs - item.acceptedMs, nowMs)
    }
    this.#window.started(nowMs)
    item.place = 'inFlight'
    item.attemptMs = nowMs
    item.attempts += 1
  }

  attemptFailed(): void {
    this.failures += 1
    this.#window.failed()
  }

  retries(item: Item, nowMs: number): void {
    this.#leave(item, nowMs)
    item.place = 'retrying'
    this.retrying += 1
  }

  /** The item's one outcome. The caller has taken it out of the line if it was waiting. */
  ended(item: Item, type: OutcomeType, nowMs: number): void {
    if (item.startedMs !== undefined) this.#sojournMs.record(nowMs - item.acceptedMs, nowMs)
    this.#leave(item, nowMs)
    item.place = 'settled'
    this.settled += 1
    this.outcomes[type] += 1
    if (type === 'completed') this.#window.completed(item.attemptMs, nowMs)
  }

  /** Takes what happened since the last call, and begins a new window. */
  flow(nowMs: number): Flow {
    return this.#window.take(nowMs)
  }

  quantiles(nowMs: number): { waitMs: Quantiles; serviceMs: Quantiles; sojournMs: Quantiles } {
    if (this.received === 0) return { waitMs: NO_QUANTILES, serviceMs: NO_QUANTILES, sojournMs: NO_QUANTILES }
    return { waitMs: this.#waitMs.read(nowMs), serviceMs: this.#window.serviceMs.read(nowMs), sojournMs: this.#sojournMs.read(nowMs) }
  }

  #leave(item: Item, nowMs: number): void {
    if (item.place === 'retrying') this.retrying -= 1
    if (item.place === 'inFlight') this.#window.ended(item.attemptMs, nowMs)
  }
}

/** From acceptance to the first start, or until now. */
export const waitedMs = ({ startedMs, acceptedMs }: Item, nowMs: number): number => (startedMs ?? nowMs) - acceptedMs

/** The facts that every outcome of an item carries. */
export const settledFacts = (item: Item, nowMs: number): Pick<Outcome, 'attempts' | 'waitMs' | 'serviceMs'> => ({
  attempts: item.attempts,
  waitMs: waitedMs(item, nowMs),
  serviceMs: item.startedMs === undefined ? 0 : nowMs - item.attemptMs,
})
