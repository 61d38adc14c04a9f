/**
 * The position of a partition up to which everything is settled, however much beyond it is too: what is committed never
 * passes an item that is open. Offsets may have gaps, as compaction and transactions leave them. Pure.
 */
export class Watermark {
  /** Open, or settled behind an open one, in order of offset. */
  readonly #line: bigint[] = []
  readonly #settled = new Set<bigint>()
  #head = 0
  #next: bigint
  #position: bigint

  /** @param position - The first offset that is not settled yet. */
  constructor(position: bigint) {
    this.#position = position
    this.#next = position
  }

  /** What may be committed: the offset after the last of those settled without a gap. */
  get position(): bigint {
    return this.#position
  }

  /** Offsets that were accepted and are beyond the position. */
  get span(): number {
    return this.#line.length - this.#head
  }

  /** True if it is new; false if it came before, as after a rebalance everything uncommitted does. */
  accept(offset: bigint): boolean {
    if (offset < this.#next) return false
    this.#next = offset + 1n
    this.#line.push(offset)
    return true
  }

  /** True if the position moved. */
  settle(offset: bigint): boolean {
    this.#settled.add(offset)
    const before = this.#head
    for (let first = this.#line[this.#head]; first !== undefined && this.#settled.delete(first); first = this.#line[this.#head]) {
      this.#head += 1
      this.#position = first + 1n
    }
    if (this.#head > 1_024 && this.#head * 2 > this.#line.length) {
      this.#line.splice(0, this.#head)
      this.#head = 0
      return true
    }
    return this.#head > before
  }
}
