/**
 * The numbers of messages that were acknowledged here, above those that the broker has forgotten already. A consumer
 * that was deleted and made again delivers from there on: what is in here was handled and is not handed out once more.
 */
export class NatsDone {
  /** A mere list: it is written for every message, and read only when a consumer had to be made again. */
  #numbers: number[] = []
  #again: Set<number> | undefined = undefined
  /** Every message up to this number is done with, as the broker said. */
  floor = 0

  get size(): number {
    return this.#numbers.length
  }

  add(sequence: number): void {
    this.#numbers.push(sequence)
  }

  /** The broker begins anew behind the floor. */
  startAgain(): void {
    this.#again = new Set(this.#numbers)
  }

  /** Whether it comes although it was handled. */
  has(sequence: number): boolean {
    return this.#again?.has(sequence) === true
  }

  /** The stream is another: its numbers mean other messages. */
  clear(): void {
    this.#numbers = []
    this.#again = undefined
    this.floor = 0
  }

  settledUpTo(floor: number): void {
    if (floor <= this.floor) return
    this.floor = floor
    this.#numbers = this.#numbers.filter((sequence) => sequence > floor)
    if (this.#again !== undefined && [...this.#again].every((sequence) => sequence <= floor)) this.#again = undefined
  }
}
