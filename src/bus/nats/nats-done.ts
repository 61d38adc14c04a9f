/**
 * The numbers of messages that were acknowledged here, above those that the broker has forgotten already. A consumer
 * that was deleted and made again delivers from there on: what is in here was handled and is not handed out once more.
 */
export class NatsDone {
  readonly #numbers = new Set<number>()
  /** Every message up to this number is done with, as the broker said. */
  floor = 0

  get size(): number {
    return this.#numbers.size
  }

  add(sequence: number): void {
    this.#numbers.add(sequence)
  }

  has(sequence: number): boolean {
    return this.#numbers.has(sequence)
  }

  /** The stream is another: its numbers mean other messages. */
  clear(): void {
    this.#numbers.clear()
    this.floor = 0
  }

  settledUpTo(floor: number): void {
    if (floor <= this.floor) return
    this.floor = floor
    for (const sequence of this.#numbers) if (sequence <= floor) this.#numbers.delete(sequence)
  }
}
