import type { Channel, ConsumeMessage } from 'amqplib'
import { Fifo } from '../../core/fifo.js'
import { Acknowledger } from './acknowledger.js'
import { historyOf } from './attempts.js'
import { closeQuietly, type Opened, reasonOf } from './channel.js'
import type { ConsumerHost } from './consumer-host.js'
import { Credit } from './credit.js'
import { type Arrival, type Lender, type Passed, RabbitmqDelivery } from './rabbitmq-delivery.js'
import { TimeLimit } from './time-limit.js'

/** What comes over one channel from one queue: never more of it unsettled than the limit. */
export class Consumer implements Lender {
  readonly #host: ConsumerHost
  readonly #channel: Channel
  readonly #credit: Credit
  readonly #leases: TimeLimit<RabbitmqDelivery>
  readonly #settling = new Map<RabbitmqDelivery, Promise<boolean>>()
  readonly #acks: Acknowledger
  readonly #waiting = new Fifo<ConsumeMessage>()
  #cancelled: (reason: unknown) => void = () => undefined
  #handing = false
  #limit = 0
  #unsettled = 0
  /** `orphaned`: the queue is gone, so what is open is nobody else's and there is nobody to tell. */
  #state: 'open' | 'closing' | 'closed' | 'orphaned' = 'open'
  /** Resolves when nothing comes any more: to `cancelled` if the queue may be gone, else to the error if there was one. */
  readonly ended: Promise<unknown>

  constructor(host: ConsumerHost, opened: Opened<Channel>, queue: string) {
    const { channel, ended } = opened
    this.#host = host
    this.#channel = channel
    this.#acks = new Acknowledger(channel)
    this.#leases = new TimeLimit<RabbitmqDelivery>(host.scheduler, host.leaseMs, (delivery) => void this.#leaseEnded(delivery))
    // In front of the client's own listener, which fails for what comes after its consumer was cancelled.
    channel.prependListener('delivery', (raw: ConsumeMessage) => this.#arrive(raw))
    const cancelled = new Promise<unknown>((resolve) => {
      this.#cancelled = resolve
    })
    this.#credit = new Credit(channel, queue, {
      moved: () => this.#handOut(),
      cancelled: () => this.#cancelled('cancelled'),
      failed: (error) => this.#cancelled(reasonOf(opened, error)),
    })
    this.ended = Promise.race([ended, cancelled])
  }

  limit(limit: number): void {
    this.#limit = limit
    this.#credit.limit(limit)
    this.#handOut()
  }

  /** Takes nothing more: gives back what is open, ends what is being settled. Resolves once the server knows. */
  async close(why: string): Promise<void> {
    if (this.#state !== 'open') return
    this.#state = 'closing'
    const open = this.#leases.clear()
    for (const delivery of open) delivery.lose(why)
    if (this.#settling.size > 0) {
      this.#credit.limit(0)
      for (const { raw } of open) this.#return(raw)
      while (this.#waiting.holdsAny()) this.#return(this.#waiting.take())
      await Promise.allSettled(this.#settling.values())
    }
    this.#acks.end()
    this.#state = 'closed'
    await closeQuietly(this.#channel)
  }

  /** Its queue is gone: what is open can still be handled, and is sent to the queue that comes in its place if need be. */
  async orphan(): Promise<void> {
    if (this.#state !== 'open') return
    this.#acks.end(true)
    this.#state = 'orphaned'
    this.#waiting.clear()
    await closeQuietly(this.#channel)
  }

  acknowledge(delivery: RabbitmqDelivery): Promise<boolean> {
    this.#leases.remove(delivery)
    return this.#done(delivery)
  }

  extend(delivery: RabbitmqDelivery): void {
    this.#leases.add(delivery)
  }

  pass(delivery: RabbitmqDelivery, settlement: Passed): Promise<boolean> {
    this.#leases.remove(delivery)
    const passed = this.#passed(delivery, settlement).finally(() => this.#settling.delete(delivery))
    this.#settling.set(delivery, passed)
    return passed
  }

  async #passed(delivery: RabbitmqDelivery, settlement: Passed): Promise<boolean> {
    try {
      await this.#publish(delivery, settlement)
    } catch (error) {
      delivery.reopen()
      if (this.#state === 'open' || this.#state === 'orphaned') this.#leases.add(delivery)
      else delivery.lose('its listener closed')
      throw error
    }
    return this.#done(delivery)
  }

  /** There is nobody to tell any more. */
  get #isOver(): boolean {
    return this.#state === 'closed' || this.#state === 'orphaned'
  }

  #publish(delivery: RabbitmqDelivery, settlement: Passed): Promise<void> {
    const { attempt } = delivery
    if (settlement.type === 'reject') return this.#host.bury(delivery, settlement.reason, settlement.cause)
    return attempt >= this.#host.maxAttempts
      ? this.#host.bury(delivery, `gave up after ${attempt} deliveries`, settlement.cause)
      : this.#host.again(delivery, settlement.afterMs)
  }

  #arrive(raw: ConsumeMessage): void {
    if (this.#isOver) return
    this.#credit.arrived(raw.fields.consumerTag)
    if (this.#state === 'closing') return this.#return(raw)
    this.#waiting.push(raw)
    this.#handOut()
  }

  // A listener may settle at once, which makes room for the next: the outermost call does it all.
  #handOut(): void {
    if (this.#handing) return
    this.#handing = true
    while (this.#state === 'open' && this.#unsettled < this.#limit && this.#waiting.holdsAny()) this.#lend(this.#waiting.take())
    this.#handing = false
    if (this.#state === 'open' && this.#host.isShared && !this.#credit.isMoving) while (this.#waiting.holdsAny()) this.#return(this.#waiting.take())
  }

  #lend(raw: ConsumeMessage): void {
    const { attempts, firstAtMs = this.#host.scheduler.now() } = historyOf(raw)
    const arrival = { raw, message: this.#host.decode(raw), attempt: attempts + 1, firstAtMs }
    if (attempts >= this.#host.maxAttempts) return void this.#buryUnstarted({ ...arrival, attempt: attempts })
    const delivery = new RabbitmqDelivery(this, arrival)
    this.#unsettled += 1
    this.#leases.add(delivery)
    this.#host.deliver(delivery)
  }

  async #buryUnstarted(arrival: Arrival): Promise<void> {
    const { bury, maxAttempts } = this.#host
    try {
      await bury(arrival, `its consumer was cut off on delivery ${arrival.attempt} of ${maxAttempts}`)
      void this.#settle(arrival.raw)
    } catch {
      this.#later(() => this.#buryUnstarted(arrival))
    }
  }

  async #leaseEnded(delivery: RabbitmqDelivery): Promise<void> {
    delivery.lose('its lease ended')
    this.#unsettled -= 1
    await this.#abandon(delivery)
    this.#handOut()
  }

  async #abandon(delivery: RabbitmqDelivery): Promise<void> {
    const { bury, again, maxAttempts, isShared } = this.#host
    const { attempt, raw } = delivery
    const isLast = attempt >= maxAttempts
    if (!isLast && isShared && this.#state === 'open') return this.#return(raw)
    try {
      await (isLast ? bury(delivery, `its lease ended on delivery ${attempt} of ${maxAttempts}`) : again(delivery, 0))
      void this.#settle(raw)
    } catch {
      this.#later(() => this.#abandon(delivery))
    }
  }

  // It may not be delivered again and is not to be lost: what could not be published is tried again.
  #later(act: () => Promise<void>): void {
    if (this.#state === 'open' || this.#state === 'orphaned') this.#host.scheduler.schedule(() => void act(), this.#host.leaseMs)
  }

  #done({ raw }: RabbitmqDelivery): Promise<boolean> {
    this.#unsettled -= 1
    if (this.#isOver) return Promise.resolve(this.#state === 'orphaned')
    const told = this.#settle(raw)
    this.#handOut()
    return told
  }

  #settle(raw: ConsumeMessage): Promise<boolean> {
    this.#credit.settled(raw.fields.consumerTag)
    return this.#acks.ack(raw)
  }

  #return(raw: ConsumeMessage): void {
    this.#credit.settled(raw.fields.consumerTag)
    this.#acks.giveBack(raw)
  }
}
