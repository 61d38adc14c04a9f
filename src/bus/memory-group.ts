import type { SchedulerLike, Subscriber } from 'rxjs'
import type { Delivery, Settlement } from './bus.js'
import { Alarm } from './memory-alarm.js'
import { type Lender, MemoryDelivery } from './memory-delivery.js'
import { Entry, type Stored } from './memory-entry.js'
import { Ledger } from './memory-ledger.js'
import { Line } from './memory-line.js'
import type { Drainable, Loop } from './memory-loop.js'
import { MemoryMember } from './memory-member.js'

/** What a group needs of its topic. */
export interface GroupHost {
  readonly scheduler: SchedulerLike
  readonly loop: Loop
  readonly leaseMs: number
  readonly maxAttempts: number
  /** Publishes the dead letter, without delivering it yet; throws if it cannot be kept. */
  bury(entry: Entry, reason: string): void
  /** A group is done with the message. */
  forget(stored: Stored): void
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
export class MemoryGroup implements Lender, Drainable {
  line: Line<Drainable> | undefined = undefined
  before: Drainable | undefined = undefined
  after: Drainable | undefined = undefined
  readonly #host: GroupHost
  readonly #ledger: Ledger
  readonly #alarm: Alarm
  readonly #members = new Set<MemoryMember>()
  /** Members with credit, in turn. */
  readonly #free = new Line<MemoryMember>()
  #seq = 0
  #late = 0
  #closed = false

  constructor(host: GroupHost) {
    const { leaseMs, maxAttempts, scheduler } = host
    this.#host = host
    this.#alarm = new Alarm(scheduler, () => this.#onAlarm())
    this.#ledger = new Ledger({
      leaseMs,
      maxAttempts,
      nowMs: () => scheduler.now(),
      bury: (entry, reason) => host.bury(entry, reason),
      forget: (entry) => host.forget(entry.stored),
      freed: (entry) => this.#freed(entry),
    })
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
    this.#host.loop.wake(this)
  }

  join(subscriber: Subscriber<Delivery>): MemoryMember {
    const member = new MemoryMember(subscriber)
    this.#members.add(member)
    return member
  }

  limit(member: MemoryMember, limit: number): void {
    member.limit = limit
    this.#enlist(member)
    this.#go()
  }

  leave(member: MemoryMember): void {
    this.#members.delete(member)
    this.#free.remove(member)
    this.#ledger.reclaim(this.#ledger.lent((entry) => entry.member === member), CLOSED)
    this.#go()
  }

  /** Hands out nothing any more; what is unsettled is lost to its listener. */
  close(): void {
    this.#closed = true
    this.#alarm.set(undefined)
    this.#ledger.reclaim(this.#ledger.lent(() => true), CLOSED)
  }

  /** Ends the streams of its members. */
  complete(): void {
    for (const { subscriber } of [...this.#members]) subscriber.complete()
  }

  drain(): void {
    const { ready } = this.#ledger.backlog
    while (!this.#closed && ready.head !== undefined) {
      const member = this.#free.shift()
      if (member === undefined) break
      if (member.hasCredit) this.#handOut(ready.head, member)
      this.#enlist(member)
    }
    if (!this.#closed) this.#alarm.set(this.#ledger.earliestMs)
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

  #freed({ member }: Entry): void {
    if (member === undefined) return
    member.unsettled -= 1
    this.#enlist(member)
  }

  #enlist(member: MemoryMember): void {
    if (member.hasCredit && member.line === undefined) this.#free.push(member)
  }

  #onAlarm(): void {
    this.#ledger.tick()
    this.#go()
  }

  #go(): void {
    this.#host.loop.wake(this)
    this.#host.loop.run()
  }
}

const YES = Promise.resolve(true)
const NO = Promise.resolve(false)
const CLOSED = 'its listener closed'
