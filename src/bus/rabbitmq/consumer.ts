import type { Channel, ConsumeMessage } from 'amqplib'
import type { Either } from 'fp-ts/lib/Either.js'
import type { SchedulerLike } from 'rxjs'
import { scheduler as loop } from 'node:timers/promises'
import { Fifo } from '../../core/fifo.js'
import type { Message } from '../../core/message.js'
import type { Settlement, Undecodable } from '../bus.js'
import { AckWindow } from './ack-window.js'
import { historyOf } from './attempts.js'
import { closeQuietly, type Opened } from './channel.js'
import { Credit } from './credit.js'
import { type Arrival, type Lender, RabbitmqDelivery } from './rabbitmq-delivery.js'
import { TimeLimit } from './time-limit.js'

export interface ConsumerHost {
  readonly scheduler: SchedulerLike
  readonly leaseMs: number
  readonly maxAttempts: number
  /** The queue counts deliveries itself, and others take from it too. */
  readonly isShared: boolean
  decode(raw: ConsumeMessage): Either<Undecodable, Message>
  deliver(delivery: RabbitmqDelivery): void
  /** Publishes the dead letter; resolves once it is confirmed. */
  bury(dead: Arrival, reason: string, cause?: unknown): Promise<void>
  /** Publishes a copy that comes again after so long; resolves once it is confirmed. */
  again(delivery: Arrival, afterMs: number): Promise<void>
}

/** What comes over one channel from one queue: never more of it unsettled than the limit. */
export class Consumer implements Lender {
  readonly #host: ConsumerHost
  readonly #channel: Channel
  readonly #credit: Credit
  readonly #leases: TimeLimit<RabbitmqDelivery>
  readonly #settling = new Set<RabbitmqDelivery>()
  readonly #acks = new AckWindow<ConsumeMessage>()
  readonly #waiting = new Fifo<ConsumeMessage>()
  #flush: Promise<boolean> | undefined
  #told = true
  #handing = false
  #limit = 0
  #unsettled = 0
  /** `orphaned`: the queue is gone, so what is open is nobody else's and there is nobody to tell. */
  #state: 'open' | 'closed' | 'orphaned' = 'open'
  /** Resolves when nothing comes any more: to `cancelled` if the queue may be gone, else to the error if there was one. */
  readonly ended: Promise<unknown>

  constructor(host: ConsumerHost, { channel, ended }: Opened<Channel>, queue: string) {
    this.#host = host
    this.#channel = channel
    this.#leases = new TimeLimit<RabbitmqDelivery>(host.scheduler, host.leaseMs, (delivery) => void this.#leaseEnded(delivery))
    // In front of the client's own listener, which fails for what comes after its consumer was cancelled.
    channel.prependListener('delivery', (raw: ConsumeMessage) => this.#arrive(raw))
    let cancelled: (reason: unknown) => void = () => undefined
    const cancel = new Promise((resolve) => {
      cancelled = resolve
    })
    this.#credit = new Credit(channel, queue, {
      moved: () => this.#handOut(),
      cancelled: () => cancelled('cancelled'),
      failed: (error) => cancelled(error),
    })
    this.ended = Promise.race([ended, cancel])
  }

  limit(limit: number): void {
    this.#limit = limit
    this.#credit.limit(limit)
    this.#handOut()
  }

  /** Takes nothing more; what is unsettled goes back to the queue. Resolves once the server knows. */
  async close(why: string): Promise<void> {
    if (this.#state !== 'open') return
    this.#told = this.#tell()
    this.#state = 'closed'
    for (const delivery of [...this.#leases.clear(), ...this.#settling]) delivery.lose(why)
    await closeQuietly(this.#channel)
  }

  /** Its queue is gone: what is open can still be handled, and is sent to the queue that comes in its place if need be. */
  async orphan(): Promise<void> {
    if (this.#state !== 'open') return
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

  async pass(delivery: RabbitmqDelivery, settlement: Exclude<Settlement, { readonly type: 'ack' }>): Promise<boolean> {
    this.#leases.remove(delivery)
    this.#settling.add(delivery)
    try {
      await this.#publish(delivery, settlement)
    } catch (error) {
      this.#settling.delete(delivery)
      if (delivery.isLost) return false
      delivery.reopen()
      this.#leases.add(delivery)
      throw error
    }
    this.#settling.delete(delivery)
    return !delivery.isLost && this.#done(delivery)
  }

  #publish(delivery: RabbitmqDelivery, settlement: Exclude<Settlement, { readonly type: 'ack' }>): Promise<void> {
    const { attempt } = delivery
    if (settlement.type === 'reject') return this.#host.bury(delivery, settlement.reason, settlement.cause)
    return attempt >= this.#host.maxAttempts
      ? this.#host.bury(delivery, `gave up after ${attempt} deliveries`, settlement.cause)
      : this.#host.again(delivery, settlement.afterMs)
  }

  #arrive(raw: ConsumeMessage): void {
    if (this.#state !== 'open') return
    this.#credit.arrived(raw.fields.consumerTag)
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

  // Whoever had it last was cut off: nobody told why.
  async #buryUnstarted(arrival: Arrival): Promise<void> {
    try {
      await this.#host.bury(arrival, `its consumer was cut off on delivery ${arrival.attempt} of ${this.#host.maxAttempts}`)
      this.#settle(arrival.raw)
    } catch {
      // It may not be delivered again and is not to be lost: the dead letter is tried again later.
      if (this.#state === 'open') this.#host.scheduler.schedule(() => void this.#buryUnstarted(arrival), this.#host.leaseMs)
    }
  }

  async #leaseEnded(delivery: RabbitmqDelivery): Promise<void> {
    delivery.lose('its lease ended')
    this.#unsettled -= 1
    const { maxAttempts, isShared } = this.#host
    const { attempt } = delivery
    try {
      if (attempt >= maxAttempts) await this.#host.bury(delivery, `its lease ended on delivery ${attempt} of ${maxAttempts}`)
      else if (isShared && this.#state === 'open') return this.#return(delivery.raw)
      else await this.#host.again(delivery, 0)
      this.#settle(delivery.raw)
    } catch {
      if (this.#state === 'open') this.#return(delivery.raw)
    }
  }

  #done({ raw }: RabbitmqDelivery): Promise<boolean> {
    this.#unsettled -= 1
    if (this.#state !== 'open') return Promise.resolve(this.#state === 'orphaned')
    const told = this.#settle(raw)
    this.#handOut()
    return told
  }

  /** Acknowledged with all others of this turn of the event loop. */
  #settle(raw: ConsumeMessage): Promise<boolean> {
    this.#acks.add(raw.fields.deliveryTag, raw)
    this.#credit.settled(raw.fields.consumerTag)
    this.#flush ??= loop.yield().then(() => this.#tell())
    return this.#flush
  }

  #return(raw: ConsumeMessage): void {
    this.#acks.skip(raw.fields.deliveryTag)
    this.#credit.settled(raw.fields.consumerTag)
    this.#try(() => this.#channel.nack(raw, false, true))
  }

  #tell(): boolean {
    this.#flush = undefined
    // What was to be told when it closed was told then.
    if (this.#state !== 'open') return this.#told
    const { upTo, single } = this.#acks.take()
    return this.#try(() => {
      if (upTo !== undefined) this.#channel.ack(upTo, true)
      for (const raw of single) this.#channel.ack(raw)
    })
  }

  // A channel that has closed throws; that it did is told elsewhere.
  #try(send: () => void): boolean {
    try {
      send()
      return true
    } catch {
      return false
    }
  }
}
