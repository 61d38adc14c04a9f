import type { SchedulerLike } from 'rxjs'
import { lesser } from '../core/lesser.js'
import type { Settlement } from './bus.js'
import { Backlog } from './memory-backlog.js'
import type { Entry } from './memory-entry.js'
import { Leases } from './memory-leases.js'
import { Retries } from './memory-retries.js'
import { checkSettlement } from './settlement.js'

/** What all groups of a bus have in common. */
export interface Terms {
  readonly scheduler: SchedulerLike
  readonly leaseMs: number
  readonly maxAttempts: number
}

/** What a ledger leaves to its group. */
export interface LedgerHost {
  /** Publishes the dead letter, without delivering it yet; throws if it cannot be kept. */
  bury(entry: Entry, reason: string): void
  /** The entry is gone for good. */
  forget(entry: Entry): void
  /** A listener may have one more. */
  freed(entry: Entry): void
}

/** Where every message of a group is: waiting, lent out, or waiting for another try; and how many are done with. */
export class Ledger {
  readonly backlog = new Backlog()
  /** What is lent out. */
  readonly leases = new Leases<Entry>()
  /** Made for the first that waits for another try: most groups never have one. */
  #retries: Retries<Entry> | undefined
  readonly #terms: Terms
  readonly #host: LedgerHost
  unsettled = 0
  acked = 0
  dead = 0

  constructor(terms: Terms, host: LedgerHost) {
    this.#terms = terms
    this.#host = host
  }

  get retrying(): number {
    return this.#retries?.size ?? 0
  }

  /** The first moment at which something has to be done. */
  get earliestMs(): number | undefined {
    return lesser(this.leases.head?.dueMs, this.#retries?.earliest?.dueMs)
  }

  /** Takes the entry out of the line for one delivery. */
  lend(entry: Entry): void {
    const nowMs = this.#terms.scheduler.now()
    this.backlog.ready.remove(entry)
    if (entry.attempt === 0) entry.firstAtMs = nowMs
    entry.attempt += 1
    entry.dueMs = nowMs + this.#terms.leaseMs
    this.unsettled += 1
  }

  /** From now on its lease can end. */
  lease(entry: Entry): void {
    this.leases.add(entry)
  }

  extend(entry: Entry): void {
    entry.dueMs = this.#terms.scheduler.now() + this.#terms.leaseMs
    // Not yet leased while it is being handed over.
    if (entry.line !== undefined) this.leases.add(entry)
  }

  settle(entry: Entry, settlement: Settlement): void {
    if (settlement.type === 'ack') {
      this.#takeBack(entry)
      this.acked += 1
      return this.drop(entry)
    }
    checkSettlement(settlement)
    entry.cause = settlement.cause ?? entry.cause
    if (settlement.type === 'reject') return this.#bury(entry, settlement.reason)
    if (entry.attempt >= this.#terms.maxAttempts) return this.#bury(entry, `gave up after ${entry.attempt} deliveries`)
    this.#takeBack(entry)
    if (settlement.afterMs > 0) this.#wait(entry, settlement.afterMs)
    else this.backlog.giveBack(entry, 'back')
  }

  /** The entry is gone: the next of its key may come. */
  drop(entry: Entry): void {
    this.backlog.release(entry)
    this.#host.forget(entry)
  }

  /** To the front of the line again, in order of arrival; their holders are told once all is in place. */
  reclaim(entries: readonly Entry[], why: string): void {
    const holders = entries.map(({ holder }) => holder)
    for (const entry of entries.toSorted((a, b) => b.seq - a.seq)) {
      this.#takeBack(entry)
      entry.reason = why
      this.#comeAgain(entry, 'front')
    }
    for (const holder of holders) holder?.lose(why)
  }

  /** Whatever is due comes again. */
  tick(): void {
    const nowMs = this.#terms.scheduler.now()
    for (let entry = this.#retries?.earliest; entry !== undefined && entry.dueMs <= nowMs; entry = this.#retries?.earliest) {
      this.#retries?.takeEarliest()
      this.#comeAgain(entry, 'back')
    }
    this.reclaim(this.leases.endedBy(nowMs), 'its lease ended')
  }

  #comeAgain(entry: Entry, where: 'front' | 'back'): void {
    if (entry.attempt < this.#terms.maxAttempts) return this.backlog.giveBack(entry, where)
    try {
      this.#bury(entry, `${entry.reason} on delivery ${entry.attempt} of ${this.#terms.maxAttempts}`)
    } catch {
      // It may not be delivered again and is not to be lost: the dead letter is tried again later.
      this.#wait(entry, this.#terms.leaseMs)
    }
  }

  #wait(entry: Entry, forMs: number): void {
    entry.dueMs = this.#terms.scheduler.now() + forMs
    this.#retries ??= new Retries()
    this.#retries.add(entry)
  }

  #bury(entry: Entry, reason: string): void {
    this.#host.bury(entry, reason)
    this.#takeBack(entry)
    this.dead += 1
    this.drop(entry)
  }

  #takeBack(entry: Entry): void {
    if (entry.holder === undefined) return
    this.leases.remove(entry)
    entry.holder = undefined
    this.unsettled -= 1
    this.#host.freed(entry)
  }
}
