import { asyncScheduler, EMPTY, Observable, type Subscriber } from 'rxjs'
import { describe } from '../../core/describe.js'
import type { Message } from '../../core/message.js'
import { checkOptions, nonEmptyString, observable, whole } from '../../core/options.js'
import { OptionsError } from '../../core/options-error.js'
import { decodeMessage } from '../../core/wire.js'
import type { BusFeatures, Delivery, DeliveryOptions, MessageBus } from '../bus.js'
import { Burials } from '../burials.js'
import { Connection } from './connection.js'
import { copyLetter, limitsOf, messageLetter } from './letters.js'
import { Listener, type ListenerHost } from './listener.js'
import { Listeners } from './listeners.js'
import { type Names, namesOf } from './names.js'
import type { Letter } from './publisher.js'
import { rabbitmqFeatures } from './rabbitmq-features.js'
import { type CheckedOptions, checkedOptions, type RabbitmqBusOptions, wayIn } from './rabbitmq-options.js'
import { refused } from './refusal.js'
import { replayDead } from './replay.js'

/** A bus over a RabbitMQ server. */
export interface RabbitmqBus extends MessageBus {
  /** Puts bytes on a topic as a foreign program would: what does not decode is delivered as such. Resolves once confirmed. */
  publishRaw(topic: string, raw: string | Uint8Array): Promise<void>
}

const TOPIC = { topic: nonEmptyString }
const DELIVERIES = { ...TOPIC, group: nonEmptyString, limit$: observable }
const LIMIT = whole(0)

/**
 * A bus on RabbitMQ 3.10 or later: quorum queues, publisher confirms, credit moved live, retries and dead letters kept by
 * the server. Give it `url`, `connect` or `connection`.
 *
 * It connects at once, and again whenever the connection breaks, declaring everything anew; deliveries go on by
 * themselves, and what was unsettled comes again. A publish while there is no connection waits for one. A stream of
 * deliveries errors when the server refuses, or when there is no first connection within `patienceMs`.
 *
 * A lease is kept by the process that has the delivery: when it ends, the message goes back to its queue. A process that
 * is blocked or gone loses its deliveries when its heartbeats fail. An acknowledgement resolves once it is sent: AMQP has
 * no answer to it. Closing completes every stream and `status$`, waits for what is being published, and closes the
 * connection if the bus made it.
 *
 * @throws OptionsError
 */
export const rabbitmqBus = (options: RabbitmqBusOptions): RabbitmqBus => new Bus(options)

class Bus implements RabbitmqBus {
  readonly features: BusFeatures
  readonly status$: MessageBus['status$']
  readonly #options: CheckedOptions
  readonly #names: Names
  readonly #connection: Connection
  readonly #listeners = new Listeners()
  readonly #burials: Burials
  readonly #host: ListenerHost
  #closed = false

  constructor(given: RabbitmqBusOptions) {
    const options = checkedOptions(given)
    const { leaseMs, maxAttempts, maxMessageBytes, patienceMs, retained, queueArguments } = options
    const { scheduler = asyncScheduler, random = Math.random } = given
    this.#options = options
    this.#names = namesOf(options.prefix)
    const layout = { names: this.#names, retained, queueArguments }
    this.#connection = new Connection({ ...wayIn(given), layout, scheduler, random, patienceMs, confirmMs: patienceMs })
    this.#burials = new Burials(scheduler, (dead) => this.#publish([dead]))
    this.#host = {
      connection: this.#connection,
      scheduler,
      leaseMs,
      maxAttempts,
      decode: (topic, { content }) => decodeMessage(content, limitsOf(topic, maxMessageBytes)),
      bury: (...death) => this.#burials.bury(...death),
      again: (...copy) => this.#again(...copy),
    }
    this.status$ = this.#connection.status$.asObservable()
    this.features = rabbitmqFeatures(options)
  }

  async publish(messages: readonly Message[]): Promise<void> {
    this.#checkOpen()
    if (messages.length > 0) await this.#publish(messages)
  }

  async publishRaw(topic: string, raw: string | Uint8Array): Promise<void> {
    checkOptions('publishRaw', TOPIC, { topic }, undefined, ['topic'])
    this.#checkOpen()
    await this.#post([topic], [{ exchange: this.#names.topic(topic), routingKey: '', content: Buffer.from(raw), properties: { messageId: 'foreign' } }])
  }

  deliveries(wanted: DeliveryOptions): Observable<Delivery> {
    checkOptions('deliveries', DELIVERIES, wanted, undefined, ['topic', 'limit$'])
    return new Observable((subscriber) => (this.#closed ? EMPTY.subscribe(subscriber) : this.#listen(wanted, subscriber)))
  }

  async replay(topic: string, filter: Parameters<MessageBus['replay']>[1] = () => true): Promise<number> {
    this.#checkOpen()
    await this.#burials.done()
    return replayDead(await this.#connection.next('patient'), { topic, filter, maxBytes: this.#options.maxMessageBytes })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#listeners.close()
    await this.#connection.close()
  }

  #checkOpen(): void {
    if (this.#closed) throw new Error('rabbitmqBus: the bus is closed')
  }

  #listen({ topic, group, limit$ }: DeliveryOptions, subscriber: Subscriber<Delivery>): void {
    const listener = new Listener(this.#host, topic, group, subscriber)
    subscriber.add(this.#listeners.add(listener))
    subscriber.add(
      limit$.subscribe({
        next: (limit) => (LIMIT.is(limit) ? listener.limit(limit) : subscriber.error(wrong(limit))),
        error: (error: unknown) => subscriber.error(error),
      }),
    )
  }

  #publish(messages: readonly Message[]): Promise<void> {
    const { maxMessageBytes } = this.#options
    const letters = messages.map((message) => messageLetter(this.#names, message, limitsOf(message.topic, maxMessageBytes)))
    return this.#post(messages.map(({ topic }) => topic), letters)
  }

  #post(topics: readonly string[], letters: readonly Letter[]): Promise<void> {
    const { session } = this.#connection
    const posted = session === undefined || this.#listeners.isOpening ? this.#postLater(topics, letters) : session.publish(topics, letters)
    return posted.catch((error: unknown) => {
      throw refused(`publishing to '${[...new Set(topics)].join(`', '`)}' failed`, error)
    })
  }

  async #postLater(topics: readonly string[], letters: readonly Letter[]): Promise<void> {
    // Whoever asked for deliveries before is to have this.
    await this.#listeners.opened(topics)
    const session = await this.#connection.next('patient')
    await session.publish(topics, letters)
  }

  async #again(...[queue, exclusive, { raw, attempt, firstAtMs }, afterMs]: Parameters<ListenerHost['again']>): Promise<void> {
    const session = await this.#connection.next('patient')
    const to = afterMs > 0 ? await session.retryQueue(queue, afterMs, exclusive) : queue
    await session.send([copyLetter(to, raw, { attempts: attempt, firstAtMs }, afterMs)])
  }
}

const wrong = (limit: unknown): OptionsError => new OptionsError('deliveries', [{ path: 'limit$', got: describe(limit), expected: LIMIT.name }])
