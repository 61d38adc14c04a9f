import { Line, type Linked } from './memory-line.js'

/** What falls due at a moment. */
export interface Leased<T extends Leased<T>> extends Linked<T> {
  dueMs: number
}

/** What is lent out, the one that falls due first in front. */
export class Leases<T extends Leased<T>> extends Line<T> {
  /** Anew, if it is here already. */
  add(entry: T): void {
    this.remove(entry)
    // From the end: leases are of one length, so only what was handed over meanwhile, or a clock set back, comes before.
    let place = this.tail
    while (place !== undefined && place.dueMs > entry.dueMs) place = place.before
    this.insert(entry, place)
  }

  endedBy(nowMs: number): readonly T[] {
    const ended: T[] = []
    for (let entry = this.head; entry !== undefined && entry.dueMs <= nowMs; entry = entry.after) ended.push(entry)
    return ended
  }
}
