import type { Entry } from './memory-entry.js'
import { Line } from './memory-line.js'

/** What waits in a group: the line of what may be delivered, and behind each key in use its later messages. */
export class Backlog {
  readonly ready = new Line<Entry>()
  /** A key is in use from when a message of it may be delivered until that message is settled. */
  #keys: Map<string, Line<Entry> | undefined> | undefined
  #parked = 0

  get size(): number {
    return this.ready.size + this.#parked
  }

  add(entry: Entry): void {
    const { key } = entry
    if (key !== undefined) {
      this.#keys ??= new Map()
      if (this.#keys.has(key)) return this.#park(this.#keys, key, entry)
      this.#keys.set(key, undefined)
    }
    this.ready.push(entry)
  }

  /** Back again, its key still in use. */
  giveBack(entry: Entry, where: 'front' | 'back'): void {
    this.ready.insert(entry, where === 'front' ? undefined : this.ready.tail)
  }

  /** The message is gone: the next of its key may come. */
  release({ key }: Entry): void {
    if (key === undefined) return
    const next = this.#keys?.get(key)?.shift()
    if (next === undefined) {
      this.#keys?.delete(key)
      return
    }
    this.#parked -= 1
    // At the end of the line, so that keys take turns.
    this.ready.push(next)
  }

  #park(keys: Map<string, Line<Entry> | undefined>, key: string, entry: Entry): void {
    const line = keys.get(key) ?? new Line<Entry>()
    keys.set(key, line)
    line.push(entry)
    this.#parked += 1
  }
}
