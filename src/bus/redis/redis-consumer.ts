import type { SchedulerLike, Subscriber } from 'rxjs'
import type { Delivery } from '../bus.js'
import { afterBurst } from './after-burst.js'
import type { Holdings } from './holdings.js'
import { answeredWith, isGone, isPassing } from './redis-bus-error.js'
import { RedisLoans } from './redis-loans.js'
import { RedisReader } from './redis-reader.js'
import type { RedisEntry } from './redis-reply.js'
import type { RedisSeat } from './redis-seat.js'
import { Tender } from './tender.js'

/** Before it is asked again what answered that it cannot just now. */
const PAUSE_MS = 250

/** How often a read is asked to end before it ends by itself. */
const MOST_UNBLOCKS = 20

/** One listener: reads as many messages as it may hold, and delivers them. */
export class RedisConsumer {
  readonly #seat: RedisSeat
  readonly #subscriber: Subscriber<Delivery>
  readonly #reader: RedisReader
  readonly #tender: Tender
  readonly #loans: RedisLoans
  readonly #holdings: Holdings
  #joining: Promise<unknown> | undefined
  /** Whether the group is known to have been there. */
  #joined = false
  #left = false
  #onRoom: (() => void) | undefined = undefined

  constructor(seat: RedisSeat, subscriber: Subscriber<Delivery>) {
    const { scheduler, leaseMs } = seat
    this.#seat = seat
    this.#subscriber = subscriber
    this.#reader = new RedisReader(seat)
    this.#tender = new Tender({ scheduler, everyMs: Math.min(1_000, leaseMs / 4), look: () => this.#reader.tend() })
    this.#loans = new RedisLoans(seat, this.#tender, () => this.#onFreed())
    this.#holdings = this.#loans.holdings
    this.#joining = this.#reader.join()
    void this.#tender.look()
    void this.#run()
  }

  set limit(limit: number) {
    this.#holdings.limit = limit
    if (this.#holdings.isOverdrawn) void this.#unblock()
  }

  /** Resolves once others may have what this one held. */
  async leave(): Promise<void> {
    this.#left = true
    this.#tender.stop()
    this.#seat.reader.close()
    this.#onRoom?.()
    await this.#loans.close()
    await this.#reader.leave()
  }

  async #run(): Promise<void> {
    while (!this.#left) {
      try {
        // oxlint-disable-next-line no-await-in-loop
        await this.#turn()
      } catch (error) {
        // oxlint-disable-next-line no-await-in-loop
        await this.#failed(error)
      }
    }
  }

  async #turn(): Promise<void> {
    if (this.#joining !== undefined || !this.#joined) await this.#join()
    for (const id of await this.#reader.meet()) if (!this.#holdings.has(id)) this.#loans.handBack(id)
    if (this.#holdings.credit < 1) await this.#room()
    if (this.#left || this.#holdings.credit < 1) return
    if (this.#reader.isClaimDue) await this.#claim()
    else await this.#read()
  }

  async #join(): Promise<void> {
    try {
      await (this.#joining ?? this.#reader.join())
      this.#joined = true
    } finally {
      this.#joining = undefined
    }
  }

  async #read(): Promise<void> {
    const entries = await this.#asking((count) => this.#reader.read(count))
    for (const entry of entries) this.#deliver(entry, 1)
  }

  async #claim(): Promise<void> {
    const claimed = await this.#asking((count) => this.#reader.claim(count))
    for (const entry of claimed) {
      if (entry.deliveries < this.#seat.maxAttempts) this.#deliver(entry, entry.deliveries + 1)
      else this.#loans.giveUp(entry, entry.deliveries, entry.by)
    }
  }

  async #asking<A>(ask: (count: number) => Promise<A>): Promise<A> {
    const holdings = this.#holdings
    holdings.reading = holdings.credit
    try {
      return await ask(holdings.reading)
    } finally {
      holdings.reading = 0
    }
  }

  #deliver(entry: RedisEntry, attempt: number): void {
    if (this.#left) return
    // The limit fell while they were on their way.
    if (this.#holdings.size >= this.#holdings.limit) this.#loans.handBack(entry.id)
    else this.#subscriber.next(this.#loans.lend(entry, attempt))
  }

  #room(): Promise<void> {
    return new Promise((resolve) => (this.#onRoom = resolve))
  }

  #onFreed(): void {
    const tell = this.#onRoom
    if (tell === undefined || this.#holdings.credit < 1) return
    this.#onRoom = undefined
    // What ends in the same burst makes room too: one read for all of it.
    afterBurst(tell)
  }

  async #unblock(): Promise<void> {
    for (let tries = 0; tries < MOST_UNBLOCKS && this.#holdings.isOverdrawn; tries += 1) {
      // oxlint-disable-next-line no-await-in-loop
      if (await this.#reader.unblock().catch(() => true)) return
    }
  }

  async #failed(reason: unknown): Promise<void> {
    if (this.#left) return
    if (isGone(reason)) {
      const joining = this.#reader.rejoin()
      // Told by the next turn, unless there is none.
      joining.catch(() => undefined)
      this.#joining = joining
      return
    }
    const explained = answeredWith(`reading '${this.#seat.topic}'`, reason)
    if (explained.isFinal || this.#seat.commands.epoch === 0) this.#subscriber.error(explained)
    else if (isPassing(reason)) await pause(this.#seat.scheduler)
    else if (!explained.isCut) this.#subscriber.error(explained)
  }
}

const pause = (scheduler: SchedulerLike): Promise<void> => new Promise((resolve) => void scheduler.schedule(() => resolve(), PAUSE_MS))
