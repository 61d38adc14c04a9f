const FEWEST_SLOTS = 16
const MOST_SLOTS = 16_384

/** A queue that is known not to be empty. */
export interface Holding<T> {
  take(): T
  peek(): T
}

/**
 * A queue: first in, first out. Every method takes the same time, on average, however many items wait, and an item that
 * was taken is no longer referred to. Items lie in chunks that are never copied; a new chunk has room for as many items
 * as wait already (16 to 16,384), so that a short queue is small and a long one has few chunks.
 */
export class Fifo<T> implements Iterable<T> {
  #first = chunk<T>(FEWEST_SLOTS)
  #last = this.#first
  // The oldest item is at `from` of the first chunk, the newest just before `to` of the last; no chunk between is empty.
  #from = 0
  #to = 0
  #size = 0

  /** Items waiting: now. */
  get size(): number {
    return this.#size
  }

  /** While it is true, `take` and `peek` give an item, also to the compiler. */
  holdsAny(): this is Holding<T> & this {
    return this.#size > 0
  }

  push(item: T): void {
    if (this.#to === this.#last.slots.length) this.#extend()
    this.#last.slots[this.#to++] = item
    this.#size++
  }

  /** Takes the oldest item out; `undefined` if there is none. */
  take(): T | undefined {
    if (this.#size === 0) return undefined
    const { slots, next } = this.#first
    const item = slots[this.#from]
    slots[this.#from++] = undefined
    if (--this.#size === 0) this.#restart()
    else if (this.#from === slots.length && next !== undefined) {
      this.#first = next
      this.#from = 0
    }
    return item
  }

  /** The oldest item, left where it is; `undefined` if there is none. */
  peek(): T | undefined {
    return this.#first.slots[this.#from]
  }

  /** Forgets every item. */
  clear(): void {
    this.#first = chunk(FEWEST_SLOTS)
    this.#size = 0
    this.#restart()
  }

  /** From the oldest to the newest, taking none. Nothing may be pushed or taken meanwhile. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    let from = this.#from
    let left = this.#size
    for (let at: Chunk<T> | undefined = this.#first; at !== undefined; at = at.next) {
      for (; left > 0 && from < at.slots.length; left--) yield held(at.slots, from++)
      from = 0
    }
  }

  #extend(): void {
    const last = this.#last
    last.next = chunk(Math.min(Math.max(this.#size, FEWEST_SLOTS), MOST_SLOTS))
    this.#last = last.next
    this.#to = 0
  }

  // An empty queue holds on to no large chunk.
  #restart(): void {
    if (this.#first.slots.length > FEWEST_SLOTS) this.#first = chunk(FEWEST_SLOTS)
    this.#last = this.#first
    this.#from = 0
    this.#to = 0
  }
}

interface Chunk<T> {
  readonly slots: (T | undefined)[]
  next: Chunk<T> | undefined
}

const chunk = <T>(length: number): Chunk<T> => ({ slots: new Array<T | undefined>(length), next: undefined })

// A slot between the oldest and the newest holds an item; the type of what is read from an array cannot say so.
function held<T>(slots: readonly (T | undefined)[], index: number): T
function held(slots: readonly unknown[], index: number): unknown {
  return slots[index]
}
