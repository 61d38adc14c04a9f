import { asyncScheduler, EMPTY, Observable, ReplaySubject, type SchedulerLike, type Subscriber } from 'rxjs'
import { describe } from '../../core/describe.js'
import { checkOptions, nonEmptyString, observable, whole } from '../../core/options.js'
import { OptionsError } from '../../core/options-error.js'
import { wireOf, type Wire } from '../../core/wire.js'
import { type BusStatus, deadTopic, type Delivery, type DeliveryOptions, type MessageBus } from '../bus.js'
import { Publisher } from './publisher.js'
import { RedisBusError } from './redis-bus-error.js'
import { REDIS_BUS_CODECS, type RedisBusOptions } from './redis-bus-options.js'
import { connectionsOf } from './redis-client.js'
import { RedisConsumer } from './redis-consumer.js'
import { entryDecoder } from './redis-decode.js'
import { redisFeatures } from './redis-features.js'
import { groupKeys, OWN_GROUP, streamKey } from './redis-keys.js'
import { RedisLink } from './redis-link.js'
import { replayDead } from './redis-replay.js'
import { busStatus } from './redis-status.js'
import { CLAIM } from './claim-script.js'
import { PUBLISH } from './publish-script.js'
import { SETTLE } from './settle-script.js'
import { READ } from './read-script.js'
import { TEND } from './tend-script.js'

/** A bus on Redis Streams. */
export interface RedisBus extends MessageBus {
  /** Settlements that came after their lease had ended, or after another: until now. */
  readonly late: number
}

const DELIVERIES = { topic: nonEmptyString, group: nonEmptyString, limit$: observable }

const LIMIT = whole(0)

/**
 * A bus on Redis 6.2 or newer: each topic is a stream, each group a consumer group of it.
 *
 * `publish` resolves when Redis has every message, and rejects with a `MessageError` for what is no message, else with a
 * `RedisBusError`; what goes to one topic is stored together and in order. `deliveries` completes when the bus closes,
 * errors with a `RedisBusError` when Redis refuses (a password, a right, a key of another type) or cannot be reached at
 * the start, and outlives everything else: connections that end or fall silent, a server replaced by an empty one, a
 * deleted stream. Unsubscribing hands what is unsettled to other members at once.
 *
 * Times are the server's. A lease ends at the latest `leaseMs` after its last renewal, and up to a second later somebody
 * else has the message. Closing waits for what is being settled; `status$` then says `'lost'` and completes.
 *
 * @throws OptionsError
 */
export const redisBus = (options: RedisBusOptions): RedisBus => {
  checkOptions('redisBus', REDIS_BUS_CODECS, options, undefined, ['client'])
  return new Bus(options)
}

class Bus implements RedisBus {
  readonly features
  readonly status$: Observable<BusStatus>
  late = 0
  readonly #options: RedisBusOptions
  readonly #prefix: string
  readonly #wire: Wire
  readonly #scheduler: SchedulerLike
  readonly #commands: RedisLink
  readonly #publisher: Publisher
  readonly #consumers = new Map<RedisConsumer, { readonly reader: RedisLink; readonly subscriber: Subscriber<Delivery> }>()
  readonly #leaving = new Set<Promise<unknown>>()
  readonly #status$ = new ReplaySubject<BusStatus>(1)
  #status: BusStatus = 'connecting'
  #closing: Promise<void> | undefined = undefined

  constructor(options: RedisBusOptions) {
    const { prefix = 'rxcrew:', scheduler = asyncScheduler } = options
    this.#options = options
    this.#prefix = prefix
    this.features = redisFeatures(options)
    this.#wire = wireOf({ maxBytes: this.features.maxMessageBytes })
    this.#scheduler = scheduler
    this.#status$.next('connecting')
    this.status$ = this.#status$.asObservable()
    this.#commands = this.#link(this.#silenceMs, () => this.#onCommands())
    this.#publisher = new Publisher(this.#commands)
    this.#commands.connect()
  }

  get #silenceMs(): number {
    return this.#options.answerWithinMs ?? 3_000
  }

  async publish(messages: Parameters<MessageBus['publish']>[0]): Promise<void> {
    this.#checkOpen('publishing')
    const texts = messages.map((message) => this.#wire.encode(message))
    await Promise.all(new Set(messages.map(({ topic }, index) => this.#publisher.publish(streamKey(this.#prefix, topic), texts[index] ?? ''))))
  }

  deliveries(wanted: DeliveryOptions): Observable<Delivery> {
    checkOptions('deliveries', DELIVERIES, wanted, undefined, ['topic', 'limit$'])
    return new Observable<Delivery>((subscriber) => {
      if (this.#closing !== undefined) return EMPTY.subscribe(subscriber)
      const consumer = this.#seated(wanted, subscriber)
      subscriber.add(() => this.#leave(consumer))
      subscriber.add(wanted.limit$.subscribe({
        next: (limit) => (LIMIT.is(limit) ? (consumer.limit = limit) : subscriber.error(wrongLimit(limit))),
        error: (error: unknown) => subscriber.error(error),
      }))
      return undefined
    })
  }

  async replay(topic: string, filter: Parameters<MessageBus['replay']>[1] = () => true): Promise<number> {
    this.#checkOpen('replaying')
    return replayDead(this.#commands, { prefix: this.#prefix, topic, filter, decode: entryDecoder(deadTopic(topic), Infinity, undefined) })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const { subscriber } of [...this.#consumers.values()]) subscriber.complete()
    await Promise.race([Promise.all(this.#leaving), this.#patience()])
    this.#commands.close()
    this.#tell('lost')
    this.#status$.complete()
  }

  // Redis may be out of reach: what was not handed back then comes again when its lease ends.
  #patience(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#scheduler.schedule(() => resolve(), this.#silenceMs)
      void Promise.all(this.#leaving).then(() => timer.unsubscribe())
    })
  }

  #seated({ topic, group }: DeliveryOptions, subscriber: Subscriber<Delivery>): RedisConsumer {
    const { leaseMs = 30_000, blockMs = 2_000, forgetMs = 3_600_000, decode, newId = () => crypto.randomUUID() } = this.#options
    const { maxAttempts, maxMessageBytes } = this.features
    const consumer = newId()
    const name = group ?? `${OWN_GROUP}${consumer}`
    const reader = this.#link(blockMs + this.#silenceMs, () => this.#refresh())
    const seated = new RedisConsumer({
      topic, group: name, own: group === undefined, consumer, reader, leaseMs, blockMs, forgetMs, maxAttempts,
      keys: groupKeys(this.#prefix, topic, name),
      deadKey: streamKey(this.#prefix, deadTopic(topic)),
      commands: this.#commands,
      scheduler: this.#scheduler,
      decode: entryDecoder(topic, maxMessageBytes, decode),
      onLate: () => void (this.late += 1),
    }, subscriber)
    this.#consumers.set(seated, { reader, subscriber })
    return seated
  }

  #leave(consumer: RedisConsumer): void {
    this.#consumers.delete(consumer)
    // One that cannot say good-bye leaves its messages to the ends of their leases.
    const leaving = consumer.leave().catch(() => undefined)
    this.#leaving.add(leaving)
    void leaving.then(() => this.#leaving.delete(leaving))
    this.#refresh()
  }

  #link(silenceMs: number, onState: () => void): RedisLink {
    const { client, random = Math.random } = this.#options
    return new RedisLink({ open: connectionsOf(client), scheduler: this.#scheduler, random, silenceMs, onState })
  }

  #onCommands(): void {
    // Before anything that waits to be sent: what is then run by its hash keeps its place.
    if (this.#commands.state === 'up') for (const { text } of [PUBLISH, SETTLE, READ, CLAIM, TEND]) this.#commands.send(['SCRIPT', 'LOAD', text]).catch(() => undefined)
    this.#refresh()
  }

  #refresh(): void {
    this.#tell(busStatus(this.#commands.state, [...this.#consumers.values()].map(({ reader }) => reader.state)))
  }

  #tell(status: BusStatus): void {
    if (status === this.#status) return
    this.#status = status
    this.#status$.next(status)
  }

  #checkOpen(what: string): void {
    if (this.#closing !== undefined) throw new RedisBusError('closed', what)
  }
}

const wrongLimit = (limit: unknown): OptionsError => new OptionsError('deliveries', [{ path: 'limit$', got: describe(limit), expected: LIMIT.name }])
