/** What to tell the server in one go. */
export interface Acks<T> {
  /** This and everything before it: one frame for all of them. */
  readonly upTo: T | undefined
  readonly single: readonly T[]
}

/**
 * Which deliveries of a channel are done with but not yet acknowledged. Tags are counted from 1 without a gap, so the
 * longest run from the oldest open one is told in one frame. Pure.
 */
export class AckWindow<T> {
  /** The oldest tag that is still open, or settled but not told. */
  #oldest = 1
  readonly #untold = new Map<number, T>()
  /** Told one by one, beyond the oldest. */
  readonly #told = new Set<number>()

  get hasAny(): boolean {
    return this.#untold.size > 0
  }

  /** To be acknowledged with the next. */
  add(tag: number, item: T): void {
    this.#untold.set(tag, item)
  }

  /** The server knows of it already: it was returned. */
  skip(tag: number): void {
    this.#told.add(tag)
  }

  take(): Acks<T> {
    let upTo: T | undefined
    for (;;) {
      const item = this.#untold.get(this.#oldest)
      if (item !== undefined) upTo = item
      // What is not open any more cannot be named, so only what was untold may be the end of the run.
      if (!this.#untold.delete(this.#oldest) && !this.#told.delete(this.#oldest)) break
      this.#oldest += 1
    }
    const single = [...this.#untold.values()]
    for (const tag of this.#untold.keys()) this.#told.add(tag)
    this.#untold.clear()
    return { upTo, single }
  }
}
