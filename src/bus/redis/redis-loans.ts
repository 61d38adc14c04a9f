import type { Settlement } from '../bus.js'
import { checkSettlement } from '../settlement.js'
import { Holdings } from './holdings.js'
import { deadLetterText } from './redis-death.js'
import { RedisDelivery, type RedisLender } from './redis-delivery.js'
import type { RedisEntry } from './redis-reply.js'
import { runScript } from './redis-script.js'
import type { RedisSeat } from './redis-seat.js'
import { SETTLE } from './settle-script.js'
import { Settler } from './settler.js'
import type { Tender } from './tender.js'

type NotHandled = Exclude<Settlement, { readonly type: 'ack' }>

const CLOSED = 'its listener closed'

/** The messages that one consumer has lent out, and the ways back. */
export class RedisLoans implements RedisLender {
  readonly holdings: Holdings
  readonly #seat: RedisSeat
  readonly #settler: Settler
  readonly #tender: Tender

  constructor(seat: RedisSeat, tender: Tender, onFreed: () => void) {
    const { keys, commands, scheduler, leaseMs, group, consumer, deadKey, onLate } = seat
    const settleKeys = [keys.stream, keys.retry, keys.wake, keys.robbed, deadKey]
    this.#seat = seat
    this.#tender = tender
    this.holdings = new Holdings(scheduler, onFreed)
    this.#settler = new Settler({ scheduler, leaseMs, onLate, run: (parameters) => runScript(commands, SETTLE, settleKeys, [group, consumer, ...parameters]) })
  }

  lend(entry: RedisEntry, attempt: number): RedisDelivery {
    const delivery = this.#made(entry, attempt)
    this.holdings.add(delivery)
    return delivery
  }

  // Not async, and one promise each: it runs for every message.
  settle(delivery: RedisDelivery, settlement: Settlement): Promise<boolean> {
    if (settlement.type !== 'ack') return this.#settleOtherwise(delivery, settlement)
    if (!this.holdings.holds(delivery)) return Promise.resolve(this.#late())
    this.holdings.remove(delivery)
    return this.#settler.tell('ack', delivery.id)
  }

  async extend(delivery: RedisDelivery): Promise<boolean> {
    if (!this.holdings.holds(delivery)) return false
    const fromMs = this.#seat.scheduler.now()
    const kept = await this.#settler.tell('extend', delivery.id)
    if (kept) this.holdings.renew(delivery, fromMs + this.#seat.leaseMs)
    else this.holdings.loseLease(delivery)
    return kept && this.holdings.holds(delivery)
  }

  /** It comes again to somebody else, as if it had never been delivered here. */
  handBack(id: string): void {
    this.#settler.tell('untried', id, '0').catch(() => undefined)
  }

  /** It has been delivered as often as it may. If the dead letter is refused, its lease ends and it is tried again. */
  giveUp(entry: RedisEntry, deliveries: number, by: 'retry' | 'lease'): void {
    const reason = `${by === 'lease' ? 'its lease ended' : CLOSED} on delivery ${deliveries} of ${this.#seat.maxAttempts}`
    this.#bury(this.#made(entry, deliveries), reason).catch(() => undefined)
  }

  /** Nothing is lent any more; resolves once Redis has been told of everything settled before. */
  async close(): Promise<void> {
    this.holdings.loseAll(CLOSED)
    await this.#settler.idle()
    this.#settler.close()
  }

  async #settleOtherwise(delivery: RedisDelivery, settlement: NotHandled): Promise<boolean> {
    if (!this.holdings.holds(delivery)) return this.#late()
    checkSettlement(settlement)
    this.holdings.remove(delivery)
    const taken = await this.#tell(delivery, settlement)
    if (taken && settlement.type === 'retry') this.#tender.expect(settlement.afterMs)
    return taken
  }

  #tell(delivery: RedisDelivery, settlement: NotHandled): Promise<boolean> {
    const { id, attempt } = delivery
    if (settlement.type === 'reject') return this.#bury(delivery, settlement.reason, settlement.cause)
    if (attempt >= this.#seat.maxAttempts) return this.#bury(delivery, `gave up after ${attempt} deliveries`, settlement.cause)
    return this.#settler.tell('retry', id, String(settlement.afterMs))
  }

  #bury(delivery: RedisDelivery, reason: string, cause?: unknown): Promise<boolean> {
    const nowMs = this.#seat.scheduler.now() + this.#tender.aheadMs
    return this.#settler.tell('bury', delivery.id, deadLetterText(this.#seat.topic, delivery, nowMs, reason, cause))
  }

  #made(entry: RedisEntry, attempt: number): RedisDelivery {
    const { scheduler, leaseMs, decode } = this.#seat
    return new RedisDelivery(this, entry.id, decode(entry), attempt, scheduler.now() + leaseMs)
  }

  #late(): boolean {
    this.#seat.onLate()
    return false
  }
}
