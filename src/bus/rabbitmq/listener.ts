import type { Channel } from 'amqplib'
import { Subscription, type Subscriber } from 'rxjs'
import type { Delivery } from '../bus.js'
import { refused, isRefusal } from './refusal.js'
import type { Connection } from './connection.js'
import { Consumer } from './consumer.js'
import type { ConsumerHost } from './consumer-host.js'
import { moveKept } from './move-kept.js'
import type { Session } from './session.js'
import { bindGroup, declareGroup, declareListener } from './topology.js'

export interface ListenerHost extends Pick<ConsumerHost, 'scheduler' | 'leaseMs' | 'maxAttempts'> {
  readonly connection: Connection
  decode(topic: string, ...raw: Parameters<ConsumerHost['decode']>): ReturnType<ConsumerHost['decode']>
  bury(topic: string, ...death: Parameters<ConsumerHost['bury']>): Promise<void>
  again(queue: string, exclusive: boolean, ...copy: Parameters<ConsumerHost['again']>): Promise<void>
}

const AGAIN_MS = 200

/** One stream of deliveries: consumes as long as it is wanted, on whatever connection there is. */
export class Listener {
  readonly topic: string
  readonly #host: ListenerHost
  readonly #group: string | undefined
  readonly #subscriber: Subscriber<Delivery>
  readonly #timer = new Subscription()
  #consumer: Consumer | undefined
  #limit = 0
  #closed = false
  #isOpen: () => void = () => undefined
  /** Resolves once it takes deliveries for the first time, or never will. */
  readonly opened: Promise<void>

  constructor(host: ListenerHost, topic: string, group: string | undefined, subscriber: Subscriber<Delivery>) {
    this.topic = topic
    this.#host = host
    this.#group = group
    this.#subscriber = subscriber
    this.opened = new Promise((resolve) => {
      this.#isOpen = resolve
    })
    void this.#consume('patient')
  }

  limit(limit: number): void {
    this.#limit = limit
    this.#consumer?.limit(limit)
  }

  /** Resolves once the server knows that it takes nothing more. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#timer.unsubscribe()
    this.#isOpen()
    this.#host.connection.trouble(this, false)
    await this.#consumer?.close('its listener closed')
  }

  complete(): void {
    this.#subscriber.complete()
  }

  async #consume(patience: 'patient' | 'endless'): Promise<void> {
    let session: Session
    try {
      session = await this.#host.connection.next(patience)
    } catch (error) {
      return this.#fail(error)
    }
    try {
      await this.#consumeOn(session)
    } catch (error) {
      const isLive = this.#host.connection.session === session
      if (isLive && isRefusal(error)) return this.#fail(refused(`deliveries of '${this.topic}' cannot be taken`, error))
    }
    this.#again(session)
  }

  /** Resolves when nothing comes any more. */
  async #consumeOn(session: Session): Promise<void> {
    if (this.#closed) return
    const { consumer, queue } = await this.#open(session)
    if (this.#closed) return consumer.close('its listener closed')
    this.#consumer = consumer
    this.#host.connection.trouble(this, false)
    consumer.limit(this.#limit)
    this.#isOpen()
    const end = await consumer.ended
    const isGone = end === 'cancelled' && this.#group !== undefined && (await isMissing(session, queue))
    // What is being settled must not keep the next from coming.
    void (isGone ? consumer.orphan() : consumer.close('its channel was closed'))
    if (end !== 'cancelled' && end !== undefined) throw end
  }

  async #open(session: Session): Promise<{ readonly consumer: Consumer; readonly queue: string }> {
    await session.topic(this.topic)
    const opened = await session.channel()
    const { layout } = session.host
    const queue = this.#group === undefined ? await declareListener(opened.channel, layout, this.topic) : await this.#join(session, opened.channel, this.#group)
    return { queue, consumer: new Consumer(this.#consumerHost(queue), opened, queue) }
  }

  async #join(session: Session, channel: Channel, group: string): Promise<string> {
    const { layout } = session.host
    const queue = await declareGroup(channel, layout, this.topic, group)
    const move = (): Promise<void> => session.moved(this.topic, () => moveKept(session, this.topic, queue))
    // What was kept comes before what is published from now on; what came in between is moved too.
    await move()
    await bindGroup(channel, layout, this.topic, queue)
    await move()
    return queue
  }

  #consumerHost(queue: string): ConsumerHost {
    const { scheduler, leaseMs, maxAttempts } = this.#host
    const isShared = this.#group !== undefined
    return {
      scheduler,
      leaseMs,
      maxAttempts,
      isShared,
      decode: (raw) => this.#host.decode(this.topic, raw),
      deliver: (delivery) => this.#subscriber.next(delivery),
      bury: (...death) => this.#host.bury(this.topic, ...death),
      again: (...copy) => this.#host.again(queue, !isShared, ...copy),
    }
  }

  #again(session: Session): void {
    if (this.#closed) return
    this.#host.connection.trouble(this, true)
    if (this.#host.connection.session !== session) return void this.#consume('endless')
    this.#timer.add(this.#host.scheduler.schedule(() => void this.#consume('endless'), AGAIN_MS))
  }

  #fail(error: unknown): void {
    this.#isOpen()
    if (!this.#closed) this.#subscriber.error(error)
  }
}

/** On a channel of its own, which the answer closes. */
const isMissing = async (session: Session, queue: string): Promise<boolean> => {
  try {
    const { channel } = await session.channel()
    await channel.checkQueue(queue)
    await channel.close()
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 404
  }
}
