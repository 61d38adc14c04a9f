import type { Entry } from './memory-entry.js'
import { Line } from './memory-line.js'

/** Entries that are lent out, the lease that ends first in front. */
export class Leases extends Line<Entry> {
  /** Anew, if it is here already. */
  add(entry: Entry): void {
    this.remove(entry)
    // From the end: leases are of one length, so only what was handed over meanwhile, or a clock set back, comes before.
    let place = this.tail
    while (place !== undefined && place.dueMs > entry.dueMs) place = place.before
    this.insert(entry, place)
  }

  endedBy(nowMs: number): readonly Entry[] {
    const ended: Entry[] = []
    for (let entry = this.head; entry !== undefined && entry.dueMs <= nowMs; entry = entry.after) ended.push(entry)
    return ended
  }

  filter(which: (entry: Entry) => boolean): readonly Entry[] {
    return this.endedBy(Infinity).filter(which)
  }
}
