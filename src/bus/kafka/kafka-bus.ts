import { asyncScheduler, EMPTY, Observable, ReplaySubject, type SchedulerLike } from 'rxjs'
import type { Message } from '../../core/message.js'
import { checkOptions } from '../../core/options.js'
import { encodeMessage } from '../../core/wire.js'
import { type BusFeatures, type BusStatus, deadTopic, type Delivery, type DeliveryOptions, type MessageBus } from '../bus.js'
import { Burials } from '../burials.js'
import type { ConsumeOptions, KafkaClient, KafkaConsumption, KafkaSend } from './kafka-client.js'
import { kafkaFeatures } from './kafka-features.js'
import { KafkaGroup, type KafkaGroupHost } from './kafka-group.js'
import { type CheckedKafkaOptions, checkedKafkaOptions, DELIVERIES, isDead, type KafkaBusOptions, kafkaName, limitsOf, TOPIC } from './kafka-options.js'
import { replayDead } from './kafka-replay.js'
import { Sends } from './sends.js'

/** A bus over Kafka. */
export interface KafkaBus extends MessageBus {
  /** Puts bytes on a topic as a foreign program would: what does not decode is delivered as such. Resolves once confirmed. */
  publishRaw(topic: string, raw: string | Uint8Array): Promise<void>
}

const BURY_AGAIN_MS = 1_000

/**
 * A bus on Kafka, over a client that is given. All listeners of one topic and group in a process are one member of the
 * consumer group: they share its partitions, as many workers as there are, and the committed position never passes a
 * message that is not settled.
 *
 * Messages of one key are handled one at a time and in order. Leases and the waits for retries are kept by the process:
 * what it had open when it ended comes again to another member, counted from 1. Dead letters are confirmed before the
 * position moves beyond their message, and tried again until they are.
 *
 * A listener without a group gets what is published from when it listens. Closing completes every stream and `status$`,
 * commits what is settled and leaves the groups; then it closes the client.
 *
 * @throws OptionsError
 */
export const kafkaBus = (options: KafkaBusOptions): KafkaBus => new Bus(options)

class Bus implements KafkaBus {
  readonly features: BusFeatures
  readonly status$: Observable<BusStatus>
  readonly #status$ = new ReplaySubject<BusStatus>(1)
  readonly #options: CheckedKafkaOptions
  readonly #client: KafkaClient
  readonly #sends: Sends
  readonly #scheduler: SchedulerLike
  readonly #random: () => number
  readonly #connected: Promise<void>
  readonly #groups = new Map<string, KafkaGroup>()
  readonly #leaving = new Map<string, Promise<void>>()
  readonly #opening = new Set<Promise<void>>()
  readonly #burials: Burials
  readonly #broken = new Set<unknown>()
  #status: BusStatus = 'connecting'
  #closed = false

  constructor(given: KafkaBusOptions) {
    this.#options = checkedKafkaOptions(given)
    const { client, scheduler = asyncScheduler, random = Math.random } = given
    this.#client = client
    this.#sends = new Sends((records) => client.send(records))
    this.#scheduler = scheduler
    this.#burials = new Burials(this.#scheduler, (dead) => this.#sendUntilTaken(this.#encode(dead)))
    this.#random = random
    this.features = kafkaFeatures(this.#options)
    this.status$ = this.#status$.asObservable()
    this.#status$.next('connecting')
    this.#connected = client.connect().catch((error: unknown) => {
      throw new Error(`kafkaBus: no connection: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    })
    this.#connected.then(() => this.#tell(), () => this.#closed || this.#status$.next('lost'))
  }

  async publish(messages: readonly Message[]): Promise<void> {
    this.#checkOpen()
    if (messages.length > 0) await this.#send(messages.map((message) => this.#encode(message)))
  }

  async publishRaw(topic: string, raw: string | Uint8Array): Promise<void> {
    checkOptions('publishRaw', TOPIC, { topic }, undefined, ['topic'])
    this.#checkOpen()
    await this.#send([{ topic: this.#name(topic), value: Buffer.from(raw) }])
  }

  deliveries(wanted: DeliveryOptions): Observable<Delivery> {
    checkOptions('deliveries', DELIVERIES, wanted, undefined, ['topic', 'limit$'])
    const { topic, group, limit$ } = wanted
    return new Observable((subscriber) => {
      if (this.#closed) return EMPTY.subscribe(subscriber)
      return this.#group(topic, group).deliveries(limit$).subscribe(subscriber)
    })
  }

  async replay(topic: string, filter: Parameters<MessageBus['replay']>[1] = () => true): Promise<number> {
    this.#checkOpen()
    await this.#burials.done()
    await this.#connected
    const deadName = this.#name(deadTopic(topic))
    const limits = limitsOf(deadTopic(topic), this.#options.maxMessageBytes)
    return replayDead({ client: this.#client, send: (records) => this.#sends.send(records), topic, deadName, groupId: `${deadName}.replay`, filter, limits, encode: (message) => this.#encode(message) })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const groups = [...this.#groups.values()]
    this.#groups.clear()
    await Promise.all([...groups.map((group) => group.close()), ...this.#leaving.values()])
    this.#status$.next('lost')
    this.#status$.complete()
    await this.#connected.catch(() => undefined)
    await this.#sends.done()
    await this.#client.close()
  }

  #checkOpen(): void {
    if (this.#closed) throw new Error('kafkaBus: the bus is closed')
  }

  #name(name: string): string {
    return kafkaName(`${this.#options.prefix}${name}`)
  }

  #encode(message: Message): KafkaSend {
    const { topic, key } = message
    const name = this.#name(topic)
    const value = Buffer.from(encodeMessage(message, limitsOf(topic, this.#options.maxMessageBytes)))
    // Dead letters stay in order.
    return { topic: name, key: key ?? (isDead(topic) ? name : undefined), value }
  }

  async #send(records: readonly KafkaSend[]): Promise<void> {
    // Whoever asked for deliveries before is to have this.
    await Promise.all([this.#connected, ...this.#opening])
    await this.#sends.send(records)
  }

  #group(topic: string, group: string | undefined): KafkaGroup {
    const alone = `listener-${String(this.#random()).slice(2)}`
    const groupId = this.#name(`${topic}.${group ?? alone}`)
    const known = this.#groups.get(groupId)
    if (known !== undefined) return known
    const made = new KafkaGroup(this.#host(topic, groupId), { topic: this.#name(topic), groupId, from: group === undefined ? 'latest' : 'earliest' })
    this.#groups.set(groupId, made)
    if (group === undefined) this.#open(made.ready)
    return made
  }

  #open(ready: Promise<void>): void {
    const opening = ready.catch(() => undefined).finally(() => this.#opening.delete(opening))
    this.#opening.add(opening)
  }

  #host(topic: string, groupId: string): KafkaGroupHost {
    const { leaseMs, maxAttempts, maxMessageBytes } = this.#options
    // Known now: later it may be this one itself that leaves.
    const before = this.#leaving.get(groupId)
    return {
      client: { ...this.#client, consume: (options) => this.#consume(options, before) },
      scheduler: this.#scheduler,
      leaseMs,
      maxAttempts,
      limits: limitsOf(topic, maxMessageBytes),
      bury: ({ stored: { message }, attempt, firstAtMs, cause }, reason) => this.#burials.bury(topic, { message, attempt, firstAtMs }, reason, cause),
      broken: (who, isBroken) => {
        if (isBroken) this.#broken.add(who)
        else this.#broken.delete(who)
        this.#tell()
      },
      left: () => {
        const group = this.#groups.get(groupId)
        this.#groups.delete(groupId)
        if (group !== undefined) this.#leaving.set(groupId, group.close().catch(() => undefined))
      },
    }
  }

  // Who joins while another is about to leave waits until that one would have timed out.
  async #consume(options: ConsumeOptions, before: Promise<void> | undefined): Promise<KafkaConsumption> {
    await this.#connected
    await before
    return this.#client.consume(options)
  }

  async #sendUntilTaken(letter: KafkaSend): Promise<void> {
    try {
      await this.#sends.send([letter])
    } catch (error) {
      if (this.#closed) throw error
      await new Promise<void>((resolve) => void this.#scheduler.schedule(() => resolve(), BURY_AGAIN_MS))
      await this.#sendUntilTaken(letter)
    }
  }

  #tell(): void {
    const now = this.#broken.size > 0 ? 'degraded' : 'live'
    if (this.#closed || now === this.#status) return
    this.#status = now
    this.#status$.next(now)
  }
}
