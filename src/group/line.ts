import { Fifo } from '../core/fifo.js'
import { lesser } from '../core/lesser.js'
import type { Item } from './item.js'

/** Items of one key: one at a time; in `ready` only while none of them is open. */
interface Lane {
  readonly key: string
  items: Fifo<Item>
}

type Ready = Item | Lane

/** An item that came back from a retry, and since when it waits. */
interface Returned {
  readonly item: Item
  readonly sinceMs: number
}

/** Withdrawn items stay in their queue until taken; beyond this many, and more than wait, the queues are swept. */
const SWEEP_AT = 64

/**
 * The line of accepted, unstarted items: first come, first served; keys take turns and have one open item each; what
 * comes back from a retry goes first. Everything is O(1) per item, and a key that has nothing open is forgotten.
 */
export class Line {
  #ready = new Fifo<Ready>()
  readonly #again = new Fifo<Returned>()
  readonly #lanes = new Map<string, Lane>()
  #withdrawn = 0
  /** Accepted, not started. */
  waiting = 0

  /** How many takes may find something: never too few; too many only by what was withdrawn. */
  get ready(): number {
    return this.#ready.size + this.#again.size
  }

  get hasReturned(): boolean {
    return this.#again.size > 0
  }

  push(item: Item): void {
    this.waiting += 1
    if (item.key === undefined) this.#ready.push(item)
    else this.#pushKeyed(item.key, item)
  }

  /** After a retry's backoff: it goes first, and still holds its key. */
  pushBack(item: Item, nowMs: number): void {
    this.#again.push({ item, sinceMs: nowMs })
  }

  /** The next item to start; the caller opens it. */
  take(): Item | undefined {
    for (let next = this.#again.take(); next !== undefined; next = this.#again.take()) if (next.item.place === 'retrying') return next.item
    for (let next = this.#ready.take(); next !== undefined; next = this.#ready.take()) {
      const item = 'items' in next ? this.#open(next) : next
      if (item?.place === 'waiting') {
        this.waiting -= 1
        item.open = true
        return item
      }
      this.#withdrawn = Math.max(0, this.#withdrawn - 1)
    }
    return undefined
  }

  /** An item that was open is so no more: the next of its key may go. */
  release(item: Item): void {
    if (item.key === undefined) return
    const lane = this.#lanes.get(item.key)
    if (lane === undefined) return
    if (lane.items.size > 0) this.#ready.push(lane)
    else this.#lanes.delete(item.key)
  }

  /** A waiting item leaves unstarted; its `place` has been changed by the caller. */
  withdraw(): void {
    this.waiting -= 1
    this.#withdrawn += 1
    if (this.#withdrawn > SWEEP_AT && this.#withdrawn > this.waiting) this.#sweep()
  }

  /** Since when the one that has waited longest has waited; `undefined` if none waits that could be started. */
  oldestMs(): number | undefined {
    return lesser(this.#returnedMs(), this.#readyMs())
  }

  #returnedMs(): number | undefined {
    for (let next = this.#again.peek(); next !== undefined; next = this.#again.peek()) {
      if (next.item.place === 'retrying') return next.sinceMs
      this.#again.take()
    }
    return undefined
  }

  #readyMs(): number | undefined {
    for (let next = this.#ready.peek(); next !== undefined; next = this.#ready.peek()) {
      const item = 'items' in next ? next.items.peek() : next
      if (item?.place === 'waiting') return item.acceptedMs
      if ('items' in next && item !== undefined) next.items.take()
      else this.#forget()
      this.#withdrawn = Math.max(0, this.#withdrawn - 1)
    }
    return undefined
  }

  /** Takes out what is next and holds nothing. */
  #forget(): void {
    const next = this.#ready.take()
    if (next !== undefined && 'items' in next) this.#lanes.delete(next.key)
  }

  /** Every waiting item, in order of arrival. */
  all(): readonly Item[] {
    const keyed = [...this.#lanes.values()].flatMap((lane) => [...lane.items])
    const plain = [...this.#ready].flatMap((next) => ('items' in next ? [] : [next]))
    return [...plain, ...keyed].filter((item) => item.place === 'waiting').toSorted((a, b) => a.seq - b.seq)
  }

  /** What came back from a retry and has not been started again. */
  returned(): readonly Item[] {
    return [...this.#again].flatMap(({ item }) => (item.place === 'retrying' ? [item] : []))
  }

  #pushKeyed(key: string, item: Item): void {
    const known = this.#lanes.get(key)
    if (known !== undefined) return known.items.push(item)
    const lane = { key, items: new Fifo<Item>() }
    lane.items.push(item)
    this.#lanes.set(key, lane)
    this.#ready.push(lane)
  }

  /** Takes a lane's first item that still waits; a lane without one is forgotten. */
  #open(lane: Lane): Item | undefined {
    for (let item = lane.items.take(); item !== undefined; item = lane.items.take()) if (item.place === 'waiting') return item
    this.#lanes.delete(lane.key)
    return undefined
  }

  #sweep(): void {
    this.#ready = swept(this.#ready)
    for (const lane of this.#lanes.values()) lane.items = swept(lane.items)
    this.#withdrawn = 0
  }
}

const swept = <T extends Ready>(queue: Fifo<T>): Fifo<T> => {
  const kept = new Fifo<T>()
  for (const next of queue) if ('items' in next || next.place === 'waiting') kept.push(next)
  return kept
}
