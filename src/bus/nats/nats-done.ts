import type { Lot } from './nats-lot.js'

const OVER = Infinity

type Counted = Pick<Lot, 'sequence' | 'attempt'>

/**
 * The numbers of messages that were acknowledged here, above those that the broker has forgotten already. A consumer
 * that was deleted and made again delivers from there on: what is in here was handled and is not handed out once more.
 */
export class NatsDone {
  /** A mere list: it is written for every message, and read only when a consumer had to be made again. */
  #numbers: number[] = []
  #again: Set<number> | undefined = undefined
  /** Which delivery was the latest, of what has been given back or come more than once. */
  readonly #latest = new Map<number, number>()
  /** How often it was given back unseen, which the broker counts and a message must not die of. */
  readonly #unseen = new Map<number, number>()
  /** Every message up to this number is done with, as the broker said. */
  floor = 0

  get size(): number {
    return this.#numbers.length
  }

  add(sequence: number): void {
    this.#numbers.push(sequence)
    this.end(sequence)
  }

  /** It is over with it: where it was noted, no later delivery of it is one. */
  end(sequence: number): void {
    if (this.#latest.has(sequence)) this.#latest.set(sequence, OVER)
  }

  /** This delivery is here, or over; it may come once more. */
  note(lot: Counted | undefined, isOver = false): void {
    if (lot === undefined) return
    const { sequence, attempt } = lot
    if (sequence > this.floor) this.#latest.set(sequence, isOver ? OVER : Math.max(attempt, this.#latest.get(sequence) ?? 0))
  }

  /** It goes back to the broker, and nobody has seen it. */
  giveBack(lot: Counted): void {
    this.note(lot)
    this.#unseen.set(lot.sequence, (this.#unseen.get(lot.sequence) ?? 0) + 1)
  }

  /** Which delivery it is, of those that somebody has seen. */
  seen<L extends Counted>(lot: L): L {
    const unseen = this.#unseen.size === 0 ? undefined : this.#unseen.get(lot.sequence)
    return unseen === undefined ? lot : { ...lot, attempt: Math.max(1, lot.attempt - unseen) }
  }

  /** Whether the broker has given out this delivery before, or a later one: 2.9.10 may give out twice what was given back. */
  isCopy({ sequence, attempt }: Counted): boolean {
    return this.#latest.size > 0 && attempt <= (this.#latest.get(sequence) ?? 0)
  }

  /** The broker begins anew behind the floor. */
  startAgain(): void {
    this.#forgetCounts()
    this.#again = new Set(this.#numbers)
  }

  /** Whether it comes although it was handled. */
  has(sequence: number): boolean {
    return this.#latest.get(sequence) === OVER || this.#again?.has(sequence) === true
  }

  /** The stream is another: its numbers mean other messages. */
  clear(): void {
    this.#numbers = []
    this.#again = undefined
    this.#forgetCounts()
    this.floor = 0
  }

  settledUpTo(floor: number): void {
    if (floor <= this.floor) return
    this.floor = floor
    this.#numbers = this.#numbers.filter((sequence) => sequence > floor)
    for (const counts of [this.#latest, this.#unseen]) for (const sequence of counts.keys()) if (sequence <= floor) counts.delete(sequence)
    if (this.#again !== undefined && [...this.#again].every((sequence) => sequence <= floor)) this.#again = undefined
  }

  #forgetCounts(): void {
    this.#latest.clear()
    this.#unseen.clear()
  }
}
