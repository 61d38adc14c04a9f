import type { Subscriber } from 'rxjs'
import { type Wire, wireOf } from '../../core/wire.js'
import { deadTopic, type Delivery, type Settlement } from '../bus.js'
import { checkSettlement } from '../settlement.js'
import { DEAD_DEPTH, deadLetterText } from './nats-burial.js'
import { NatsDelivery, type NatsLender } from './nats-delivery.js'
import { NatsHoldings } from './nats-holdings.js'
import type { NatsLink } from './nats-link.js'
import { type Lot, lotOf } from './nats-lot.js'
import type { MemberHost } from './nats-member-host.js'
import { graceOf, type NatsSettings } from './nats-options.js'
import { NatsPull, type PullHost } from './nats-pull.js'
import { ACK, NAK, nakAfter, PROGRESS, TERM } from './nats-words.js'

/** One listener: how many deliveries it may have, and those it has. */
export class NatsMember implements NatsLender, PullHost {
  readonly subscriber: Subscriber<Delivery>
  readonly link: NatsLink
  readonly settings: NatsSettings
  readonly holdings: NatsHoldings
  readonly #host: MemberHost
  readonly #pull: NatsPull
  readonly #wire: Wire
  limit = 0
  #left = false

  constructor(host: MemberHost, subscriber: Subscriber<Delivery>) {
    const { settings, topic } = host
    this.#host = host
    this.subscriber = subscriber
    this.link = host.link
    this.settings = settings
    this.holdings = new NatsHoldings(settings, () => this.#pull.ask())
    this.#pull = new NatsPull(this)
    const maxBytes = Math.max(settings.maxMessageBytes, settings.connection.info?.max_payload ?? 0)
    this.#wire = wireOf(topic.endsWith(deadTopic('')) ? { maxBytes, maxDepth: DEAD_DEPTH } : { maxBytes })
  }

  get nextSubject(): string {
    return this.#host.nextSubject
  }

  room(): number {
    return this.limit - this.holdings.size
  }

  /** The consumer is there, perhaps again. */
  start(): void {
    if (!this.#left) this.#pull.start()
  }

  pause(): void {
    this.#pull.recall()
  }

  allow(limit: number): void {
    this.limit = limit
    this.#pull.ask()
  }

  /** Takes nothing any more; what is unsettled is lost, and goes to others at once. */
  leave(why: string): void {
    this.#left = true
    this.#pull.close()
    for (const { lot } of this.holdings.loseAll(why, false)) this.#tell(lot, NAK)
  }

  take(came: Lot, data: Uint8Array): void {
    const { settings, done } = this.#host
    if (done.has(came.sequence)) return this.#skip(came, ACK)
    if (done.isCopy(came)) return this.#pull.ask()
    if (came.attempt > 1) this.#host.again(came)
    if (this.#left || this.subscriber.closed || this.room() <= 0) return this.#skip(came, NAK)
    const nowMs = settings.monotonicMs()
    const endMs = this.#pull.pulse.sentMs(nowMs) + settings.leaseMs
    // It came so long ago that its lease has ended: it comes again.
    if (endMs <= nowMs) return this.#pull.ask()
    const lot = done.seen(came)
    const delivery = new NatsDelivery(this, lot, this.#wire.decode(data), endMs, settings.scheduler.now())
    this.holdings.add(delivery)
    if (lot.attempt > settings.maxAttempts) void this.#exhausted(delivery)
    else this.subscriber.next(delivery)
    this.#pull.ask()
  }

  settle(delivery: NatsDelivery, settlement: Settlement): Promise<boolean> {
    if (delivery.state !== 'open' || this.holdings.isOver(delivery)) return Promise.resolve(this.#late())
    return settlement.type === 'ack' ? this.#ack(delivery) : this.#refuse(delivery, settlement)
  }

  async extend(delivery: NatsDelivery): Promise<boolean> {
    if (!delivery.isUnsettled || this.holdings.isOver(delivery)) return false
    const fromMs = this.settings.monotonicMs()
    const told = await this.#host.settler.send(delivery.lot.subject, PROGRESS, delivery.endMs)
    if (!told || !delivery.isUnsettled || this.holdings.isOver(delivery)) return false
    this.holdings.renew(delivery, fromMs)
    return true
  }

  recalled(): void {
    const { settler, done } = this.#host
    const held = Array.from(this.holdings.all, ({ lot }) => lot)
    // As the broker counts, which the subject tells.
    for (const { subject } of [...held, ...settler.all]) done.note(lotOf(subject))
    for (const { subject, data } of settler.lately) if (data === ACK || data === TERM) done.note(lotOf(subject), true)
  }

  cameAfterAll(lot: Lot): void {
    this.#host.done.note(lot)
  }

  trouble(): void {
    this.#host.trouble()
  }

  refused(error: Error): void {
    this.#host.refused(error)
  }

  async #refuse(delivery: NatsDelivery, settlement: Exclude<Settlement, { type: 'ack' }>): Promise<boolean> {
    checkSettlement(settlement)
    if (settlement.type === 'reject') return this.#bury(delivery, settlement.reason, settlement.cause)
    const { maxAttempts } = this.settings
    if (delivery.attempt >= maxAttempts) return this.#bury(delivery, `gave up after ${delivery.attempt} deliveries`, settlement.cause)
    return this.#finish(delivery, nakAfter(settlement.afterMs))
  }

  #ack(delivery: NatsDelivery): Promise<boolean> {
    return this.#finish(delivery, ACK, (inTime) => (inTime ? this.#host.acked(delivery.lot) : this.#host.unheard(delivery.lot)))
  }

  // One promise and no more: it is the way of nearly every message.
  #finish(delivery: NatsDelivery, data: Uint8Array, done?: (inTime: boolean) => Promise<boolean> | undefined): Promise<boolean> {
    delivery.state = 'settled'
    this.holdings.remove(delivery)
    return new Promise((resolve) => {
      const told = (inTime: boolean): void => {
        const more = done?.(inTime)
        resolve(inTime ? (more ?? true) : this.#late())
      }
      this.#host.settler.tell({ subject: delivery.lot.subject, data, untilMs: delivery.endMs, told })
      this.#pull.ask()
    })
  }

  #bury(delivery: NatsDelivery, reason: string, cause?: unknown): Promise<boolean> {
    delivery.state = 'burying'
    const work = this.#buried(delivery, reason, cause)
    this.#host.burying(work)
    return work
  }

  /** The original is settled only after its dead letter is confirmed. */
  async #buried(delivery: NatsDelivery, reason: string, cause: unknown): Promise<boolean> {
    const { topic, settings } = this.#host
    const { scheduler, maxAttempts, maxMessageBytes, connection } = settings
    const maxBytes = connection.info?.max_payload ?? maxMessageBytes
    try {
      await this.#host.bury(deadLetterText(delivery, { topic, reason, cause, nowMs: scheduler.now(), maxBytes, maxAttempts }))
    } catch (error) {
      if (delivery.state === 'burying') delivery.state = 'open'
      if (this.#left) this.leave('its listener closed')
      throw error
    }
    return this.holdings.isOver(delivery) ? this.#late() : this.#finish(delivery, TERM, () => this.#host.ended(delivery.lot))
  }

  /** Nobody is to have it any more. If its dead letter cannot be kept now, that is tried again when its lease has ended. */
  async #exhausted(delivery: NatsDelivery): Promise<void> {
    await this.#bury(delivery, `its lease ended on delivery ${this.settings.maxAttempts} of ${this.settings.maxAttempts}`).catch(() => undefined)
  }

  #skip(lot: Lot, data: Uint8Array): void {
    if (data === NAK) this.#host.done.giveBack(lot)
    this.#tell(lot, data)
    if (!this.#left) this.#pull.ask()
  }

  #tell({ subject }: Lot, data: Uint8Array): void {
    void this.#host.settler.send(subject, data, this.settings.monotonicMs() + graceOf(this.settings.leaseMs))
  }

  #late(): false {
    this.#host.late()
    return false
  }
}
