import { Fifo } from '../core/fifo.js'
import { lesser } from '../core/lesser.js'

/**
 * Who waits in a modelled group. Messages are numbered in the order of arrival; so the line is those from `next` up to
 * `accepted`, and whoever waits for room in it those from there up to `arrived`.
 */
export class ModelLine {
  arrived = 0
  accepted = 0
  next = 0
  settled = 0
  /** Messages between two tries. */
  retrying = 0
  readonly #again = new Fifo<number>()
  readonly #againMs = new Fifo<number>()
  readonly #arrivalMs: Float64Array
  readonly #capacity: number

  constructor(arrivalMs: Float64Array, capacity: number) {
    this.#arrivalMs = arrivalMs
    this.#capacity = capacity
  }

  /** When the next message arrives; `Infinity` if none does. */
  get arrivalMs(): number {
    return this.#arrivalMs[this.arrived] ?? Infinity
  }

  get waiting(): number {
    return this.accepted - this.next
  }

  get crowded(): boolean {
    return this.accepted < this.arrived
  }

  get hasRoom(): boolean {
    return this.waiting < this.#capacity && this.retrying < this.#capacity
  }

  /**
   * Since when the one who has waited longest, as a policy sees it, has waited.
   *
   * @param deserted - Whether no worker is wanted: then the line counts, whatever its capacity.
   */
  oldestMs(deserted: boolean): number | undefined {
    const senderMs = this.crowded ? this.#arrivalMs[this.accepted] : undefined
    if (!deserted && this.#capacity !== Infinity) return senderMs
    const lineMs = this.waiting > 0 ? this.#arrivalMs[this.next] : undefined
    return lesser(senderMs, lesser(lineMs, this.#againMs.peek()))
  }

  /** Whether any message that has arrived has no outcome. */
  get open(): boolean {
    return this.arrived > this.settled
  }

  get allArrived(): boolean {
    return this.arrived === this.#arrivalMs.length
  }

  get done(): boolean {
    return this.settled === this.#arrivalMs.length
  }

  pushBack(message: number, nowMs: number): void {
    this.#again.push(message)
    this.#againMs.push(nowMs)
  }

  /** The next message to start, -1 if there is none: what comes back from a retry goes first. */
  take(): number {
    const again = this.#again.take()
    if (again !== undefined) {
      this.retrying -= 1
      this.#againMs.take()
      return again
    }
    return this.waiting > 0 ? this.next++ : -1
  }
}
