/**
 * Events in the order of their moments; of those of one moment, in the order in which they were scheduled, as a
 * scheduler of RxJS has it. A binary heap in typed arrays: O(log n) for each event, nothing allocated for it.
 */
export class EventHeap {
  #at = new Float64Array(64)
  #order = new Float64Array(64)
  #what = new Float64Array(64)
  #size = 0
  #next = 0

  /** The place of what is scheduled now among all that is scheduled. */
  stamp(): number {
    return this.#next++
  }

  get size(): number {
    return this.#size
  }

  /** The moment of the next event; `Infinity` if there is none. */
  get atMs(): number {
    return this.#size === 0 ? Infinity : (this.#at[0] ?? Infinity)
  }

  /** The place of the next event among all that was scheduled. */
  get order(): number {
    return this.#order[0] ?? 0
  }

  push(atMs: number, what: number): void {
    if (this.#size === this.#at.length) this.#grow()
    this.#rise(this.#size++, atMs, this.#next++, what)
  }

  /** Takes the next event out and says what it is; there must be one. */
  pop(): number {
    const what = this.#what[0] ?? 0
    const last = --this.#size
    this.#sink(this.#at[last] ?? 0, this.#order[last] ?? 0, this.#what[last] ?? 0)
    return what
  }

  #rise(from: number, atMs: number, order: number, what: number): void {
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.#before(atMs, order, parent)) break
      this.#move(parent, place)
      place = parent
    }
    this.#put(place, atMs, order, what)
  }

  #sink(atMs: number, order: number, what: number): void {
    let place = 0
    for (let child = 1; child < this.#size; child = 2 * place + 1) {
      if (child + 1 < this.#size && this.#before(this.#at[child + 1] ?? 0, this.#order[child + 1] ?? 0, child)) child += 1
      if (this.#before(atMs, order, child)) break
      this.#move(child, place)
      place = child
    }
    this.#put(place, atMs, order, what)
  }

  #before(atMs: number, order: number, place: number): boolean {
    const other = this.#at[place] ?? 0
    return atMs < other || (atMs === other && order < (this.#order[place] ?? 0))
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#at[from] ?? 0, this.#order[from] ?? 0, this.#what[from] ?? 0)
  }

  #put(place: number, atMs: number, order: number, what: number): void {
    this.#at[place] = atMs
    this.#order[place] = order
    this.#what[place] = what
  }

  #grow(): void {
    this.#at = doubled(this.#at)
    this.#order = doubled(this.#order)
    this.#what = doubled(this.#what)
  }
}

const doubled = (old: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
  const grown = new Float64Array(old.length * 2)
  grown.set(old)
  return grown
}
