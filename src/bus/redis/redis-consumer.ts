import type { SchedulerLike, Subscriber } from 'rxjs'
import type { Delivery, Settlement } from '../bus.js'
import { checkSettlement } from '../settlement.js'
import { afterBurst } from './after-burst.js'
import { Holdings } from './holdings.js'
import { answeredWith, isGone, isPassing } from './redis-bus-error.js'
import { deadLetterText } from './redis-death.js'
import { RedisDelivery, type RedisLender } from './redis-delivery.js'
import { RedisReader } from './redis-reader.js'
import type { RedisEntry } from './redis-reply.js'
import { runScript } from './redis-script.js'
import type { RedisSeat } from './redis-seat.js'
import { SETTLE } from './settle-script.js'
import { Settler } from './settler.js'
import { Tender } from './tender.js'

const CLOSED = 'its listener closed'

/** Before it is asked again what answered that it cannot just now. */
const PAUSE_MS = 250

/** How often a read is asked to end before it ends by itself. */
const MOST_UNBLOCKS = 20

/** One listener: reads as many messages as it may hold, delivers them, and tells Redis what became of each. */
export class RedisConsumer implements RedisLender {
  readonly #seat: RedisSeat
  readonly #subscriber: Subscriber<Delivery>
  readonly #reader: RedisReader
  readonly #holdings: Holdings
  readonly #settler: Settler
  readonly #tender: Tender
  #joined: Promise<unknown> | undefined
  #wasHere = false
  #left = false
  #onRoom: (() => void) | undefined = undefined

  constructor(seat: RedisSeat, subscriber: Subscriber<Delivery>) {
    const { keys, commands, scheduler, leaseMs, group, consumer, deadKey } = seat
    const settleKeys = [keys.stream, keys.retry, keys.wake, keys.robbed, deadKey]
    this.#seat = seat
    this.#subscriber = subscriber
    this.#reader = new RedisReader(seat)
    this.#holdings = new Holdings(scheduler, () => this.#onFreed())
    this.#settler = new Settler({ scheduler, leaseMs, run: (parameters) => runScript(commands, SETTLE, settleKeys, [group, consumer, ...parameters]) })
    this.#tender = new Tender({ scheduler, everyMs: Math.min(1_000, leaseMs / 4), look: () => this.#reader.tend() })
    this.#joined = this.#reader.join()
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
    this.#holdings.loseAll(CLOSED)
    this.#onRoom?.()
    await this.#settler.idle()
    this.#settler.close()
    await this.#reader.leave()
  }

  async settle(delivery: RedisDelivery, settlement: Settlement): Promise<boolean> {
    if (!this.#holdings.holds(delivery)) return this.#late()
    checkSettlement(settlement)
    this.#holdings.remove(delivery)
    const taken = await this.#tell(delivery, settlement)
    if (taken && settlement.type === 'retry') this.#tender.expect(settlement.afterMs)
    return taken || this.#late()
  }

  async extend(delivery: RedisDelivery): Promise<boolean> {
    if (!this.#holdings.holds(delivery)) return false
    const fromMs = this.#seat.scheduler.now()
    const kept = await this.#settler.tell('extend', delivery.id)
    if (kept) this.#holdings.renew(delivery, fromMs + this.#seat.leaseMs)
    else this.#holdings.loseLease(delivery)
    return kept && this.#holdings.holds(delivery)
  }

  #tell(delivery: RedisDelivery, settlement: Settlement): Promise<boolean> {
    const { id, attempt } = delivery
    if (settlement.type === 'ack') return this.#settler.tell('ack', id)
    if (settlement.type === 'reject') return this.#bury(delivery, settlement.reason, settlement.cause)
    if (attempt >= this.#seat.maxAttempts) return this.#bury(delivery, `gave up after ${attempt} deliveries`, settlement.cause)
    return this.#settler.tell('retry', id, String(settlement.afterMs))
  }

  #bury(delivery: RedisDelivery, reason: string, cause?: unknown): Promise<boolean> {
    const nowMs = this.#seat.scheduler.now() + this.#tender.aheadMs
    return this.#settler.tell('bury', delivery.id, deadLetterText(this.#seat.topic, delivery, nowMs, reason, cause))
  }

  #late(): boolean {
    this.#seat.onLate()
    return false
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
    await this.#join()
    for (const id of await this.#reader.meet()) if (!this.#holdings.has(id)) void this.#handBack(id)
    if (this.#holdings.credit < 1) await this.#room()
    if (this.#left || this.#holdings.credit < 1) return
    if (this.#reader.isClaimDue) await this.#claim()
    else await this.#read()
  }

  async #join(): Promise<void> {
    if (this.#wasHere && this.#joined !== undefined) return
    this.#joined ??= this.#wasHere ? this.#reader.rejoin() : this.#reader.join()
    try {
      await this.#joined
      this.#wasHere = true
    } catch (error) {
      this.#joined = undefined
      throw error
    }
  }

  async #read(): Promise<void> {
    const entries = await this.#asking((count) => this.#reader.read(count))
    for (const entry of entries) this.#deliver(entry, 1)
  }

  async #claim(): Promise<void> {
    const claimed = await this.#asking((count) => this.#reader.claim(count))
    for (const entry of claimed) {
      const { deliveries, by } = entry
      if (deliveries < this.#seat.maxAttempts) this.#deliver(entry, deliveries + 1)
      else {
        const why = `${by === 'lease' ? 'its lease ended' : CLOSED} on delivery ${deliveries} of ${this.#seat.maxAttempts}`
        // If it cannot be buried it stays with this consumer, until its lease ends and it is tried again.
        void this.#bury(this.#made(entry, deliveries), why).catch(() => undefined)
      }
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
    if (this.#holdings.size >= this.#holdings.limit) return void this.#handBack(entry.id)
    const delivery = this.#made(entry, attempt)
    this.#holdings.add(delivery)
    this.#subscriber.next(delivery)
  }

  #made(entry: RedisEntry, attempt: number): RedisDelivery {
    const { scheduler, leaseMs, decode } = this.#seat
    return new RedisDelivery(this, entry.id, decode(entry), attempt, scheduler.now() + leaseMs)
  }

  #handBack(id: string): Promise<unknown> {
    return this.#settler.tell('untried', id, '0').catch(() => undefined)
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

  async #failed(error: unknown): Promise<void> {
    if (this.#left) return
    if (isGone(error)) return void (this.#joined = undefined)
    const explained = answeredWith(`reading '${this.#seat.topic}'`, error)
    if (explained.isFinal || this.#seat.commands.epoch === 0) return this.#subscriber.error(explained)
    if (isPassing(error)) await pause(this.#seat.scheduler)
    else if (!explained.isCut) this.#subscriber.error(explained)
  }
}

const pause = (scheduler: SchedulerLike): Promise<void> => new Promise((resolve) => void scheduler.schedule(() => resolve(), PAUSE_MS))
