import type { Subscriber } from 'rxjs'
import type { Delivery, Settlement } from './bus.js'
import { Alarm } from './memory-alarm.js'
import { type Lender, MemoryDelivery } from './memory-delivery.js'
import { Entry, type Stored } from './memory-entry.js'
import { Ledger, type LedgerHost, type Terms } from './memory-ledger.js'
import { Line } from './memory-line.js'
import type { Drainable, Loop } from './memory-loop.js'
import { MemoryMember } from './memory-member.js'

/** What a group needs of its topic. */
export interface GroupHost {
  readonly terms: Terms & { readonly loop: Loop }
  /** Publishes the dead letter, without delivering it yet; throws if it cannot be kept. */
  bury(entry: Entry, reason: string): void
  /** A group is done with the message. */
  forget(stored: Stored, group: MemoryGroup): void
  /** A member has left. */
  left(group: MemoryGroup): void
}

/** Where the messages of a group are. Each that it was given is counted in exactly one of the first five. */
export interface GroupCounts {
  readonly waiting: number
  readonly unsettled: number
  readonly retrying: number
  readonly acked: number
  readonly dead: number
  /** Settlements that came after the lease had ended or another settlement had won. */
  readonly late: number
}

export const NO_COUNTS: GroupCounts = Object.freeze({ waiting: 0, unsettled: 0, retrying: 0, acked: 0, dead: 0, late: 0 })

/** One line of messages and the members that compete for it; or a single listener without a group. */
export class MemoryGroup implements Lender, Drainable, LedgerHost {
  line: Line<Drainable> | undefined = undefined
  before: Drainable | undefined = undefined
  after: Drainable | undefined = undefined
  readonly #host: GroupHost
  readonly #ledger: Ledger
  #alarm: Alarm | undefined
  /** Members with credit, in turn. */
  readonly #free = new Line<MemoryMember>()
  /** The others. */
  readonly #full = new Line<MemoryMember>()
  #seq = 0
  #late = 0
  #closed = false

  constructor(host: GroupHost) {
    this.#host = host
    this.#ledger = new Ledger(host.terms, this)
  }

  get counts(): GroupCounts {
    const { unsettled, retrying, acked, dead } = this.#ledger
    return { waiting: this.waiting, unsettled, retrying, acked, dead, late: this.#late }
  }

  get waiting(): number {
    return this.#ledger.backlog.size
  }

  accept(stored: Stored): void {
    this.#ledger.backlog.add(new Entry(stored, this.#seq))
    this.#seq += 1
    this.#host.terms.loop.wake(this)
  }

  join(subscriber: Subscriber<Delivery>): MemoryMember {
    const member = new MemoryMember(this, subscriber)
    this.#full.push(member)
    return member
  }

  limit(member: MemoryMember, limit: number): void {
    member.allowed = limit
    this.#place(member)
    this.#go()
  }

  leave(member: MemoryMember): void {
    member.line?.remove(member)
    this.#ledger.reclaim(this.#ledger.leases.items.filter((entry) => entry.member === member), CLOSED)
    this.#go()
    this.#host.left(this)
  }

  /** Hands out nothing any more; what is unsettled is lost to its listener. */
  close(): void {
    this.#closed = true
    this.#alarm?.set(undefined)
    this.#ledger.reclaim(this.#ledger.leases.items, CLOSED)
  }

  /** Ends the streams of its members. */
  complete(): void {
    for (const { subscriber } of [...this.#free.items, ...this.#full.items]) subscriber.complete()
  }

  drain(): void {
    const { ready } = this.#ledger.backlog
    while (!this.#closed && ready.head !== undefined) {
      const member = this.#free.shift()
      if (member === undefined) break
      if (member.hasCredit) this.#handOut(ready.head, member)
      this.#place(member)
    }
    if (!this.#closed) this.#wake(this.#ledger.earliestMs)
  }

  settle(delivery: MemoryDelivery, entry: Entry, settlement: Settlement): Promise<boolean> {
    if (entry.holder !== delivery) {
      this.#late += 1
      return NO
    }
    try {
      this.#ledger.settle(entry, settlement)
    } catch (error) {
      return Promise.reject(error)
    }
    this.#go()
    return YES
  }

  extend(delivery: MemoryDelivery, entry: Entry): Promise<boolean> {
    if (entry.holder !== delivery) return NO
    this.#ledger.extend(entry)
    return YES
  }

  #handOut(entry: Entry, member: MemoryMember): void {
    if (entry.stored.taken) {
      this.#ledger.backlog.ready.remove(entry)
      this.#ledger.drop(entry)
      return
    }
    this.#ledger.lend(entry)
    const delivery = new MemoryDelivery(this, entry)
    entry.holder = delivery
    entry.member = member
    member.unsettled += 1
    member.subscriber.next(delivery)
    // Most are settled by now, and then need neither lease nor timer.
    if (entry.holder !== delivery) return
    this.#ledger.lease(entry)
    if (member.subscriber.closed || this.#closed) this.#ledger.reclaim([entry], CLOSED)
  }

  bury(entry: Entry, reason: string): void {
    this.#host.bury(entry, reason)
  }

  forget({ stored }: Entry): void {
    this.#host.forget(stored, this)
  }

  freed({ member }: Entry): void {
    if (member === undefined) return
    member.unsettled -= 1
    this.#place(member)
  }

  /** Into the line where it belongs. One in turn whose credit is gone is found out when its turn comes; one that has left stands in none. */
  #place(member: MemoryMember): void {
    const line = member.hasCredit ? this.#free : this.#full
    if (member.line === line || member.line === this.#free || member.subscriber.closed) return
    member.line?.remove(member)
    line.push(member)
  }

  #wake(atMs: number | undefined): void {
    if (atMs === undefined) this.#alarm?.set(undefined)
    else (this.#alarm ??= new Alarm(this.#host.terms.scheduler, () => this.#onAlarm())).set(atMs)
  }

  #onAlarm(): void {
    this.#ledger.tick()
    this.#go()
  }

  #go(): void {
    this.#host.terms.loop.wake(this)
    this.#host.terms.loop.run()
  }
}

const YES = Promise.resolve(true)
const NO = Promise.resolve(false)
const CLOSED = 'its listener closed'
