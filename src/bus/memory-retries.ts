/** What waits until a moment. */
export interface Due {
  dueMs: number
  readonly seq: number
}

/** Whatever is due first comes out first; of what is due at once, the oldest. A binary heap. */
export class Retries<T extends Due> {
  readonly #heap: T[] = []

  get size(): number {
    return this.#heap.length
  }

  get earliest(): T | undefined {
    return this.#heap[0]
  }

  add(item: T): void {
    let at = this.#heap.push(item) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = this.#heap[parent]
      if (above === undefined || !precedes(item, above)) break
      this.#heap[at] = above
      at = parent
    }
    this.#heap[at] = item
  }

  takeEarliest(): T | undefined {
    const first = this.#heap[0]
    const last = this.#heap.pop()
    if (last !== undefined && last !== first) this.#sink(last)
    return first
  }

  #sink(item: T): void {
    let at = 0
    for (let child = this.#lesserChild(0); child !== undefined && precedes(child.item, item); child = this.#lesserChild(at)) {
      this.#heap[at] = child.item
      at = child.at
    }
    this.#heap[at] = item
  }

  #lesserChild(at: number): { readonly at: number; readonly item: T } | undefined {
    const left = this.#heap[2 * at + 1]
    const right = this.#heap[2 * at + 2]
    if (left === undefined) return undefined
    return right !== undefined && precedes(right, left) ? { at: 2 * at + 2, item: right } : { at: 2 * at + 1, item: left }
  }
}

const precedes = (a: Due, b: Due): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.seq < b.seq)
