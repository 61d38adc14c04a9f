import type { Channel, ChannelModel } from 'amqplib'
import type { SchedulerLike } from 'rxjs'
import { closeQuietly, type Opened, openChannel, openConfirmChannel, reasonOf } from './channel.js'
import { retryBucketMs } from './names.js'
import { type Letter, Publisher } from './publisher.js'
import { isRefusal } from './refusal.js'
import { declareRetry, declareTopic, type Layout } from './topology.js'

export interface SessionHost {
  readonly layout: Layout
  readonly scheduler: SchedulerLike
  readonly confirmMs: number
}

// A queue for retries is declared again after so long, which renews its life.
const RETRY_KNOWN_MS = 60_000

/** One connection, for as long as it lasts: what was declared on it, and the channel that publishes. */
export class Session {
  readonly model: ChannelModel
  readonly host: SessionHost
  #publisher: Publisher | undefined
  #opening: Promise<Publisher> | undefined
  #control: Promise<Opened<Channel>> | undefined
  readonly #topics = new Map<string, Promise<void> | 'declared'>()
  readonly #moves = new Map<string, Promise<void>>()
  readonly #retries = new Map<string, { readonly name: Promise<string>; readonly atMs: number }>()

  constructor(model: ChannelModel, host: SessionHost) {
    this.model = model
    this.host = host
  }

  /** Resolves once it can publish. */
  async open(): Promise<this> {
    await this.#ready()
    return this
  }

  /** Publishes to topics; in the order of the calls, as long as their topics are known. */
  publish(topics: readonly string[], letters: readonly Letter[]): Promise<void> {
    const isKnown = topics.every((topic) => this.#topics.get(topic) === 'declared')
    return isKnown ? this.send(letters) : this.#publishTo(topics, letters)
  }

  /** Publishes to what is known to be there. */
  send(letters: readonly Letter[]): Promise<void> {
    const sent = this.#publisher === undefined ? this.#ready().then((publisher) => publisher.send(letters)) : this.#publisher.send(letters)
    const opening = this.#opening
    return sent.catch(async (error: unknown) => {
      // It may be that someone deleted what was declared.
      this.#forget()
      throw await this.#why(opening, error)
    })
  }

  /** Resolves once the topic is there. */
  topic(topic: string): Promise<void> {
    const known = this.#topics.get(topic)
    if (known !== undefined) return known === 'declared' ? Promise.resolve() : known
    const declaring = this.#declare((channel) => declareTopic(channel, this.host.layout, topic))
    this.#topics.set(topic, declaring)
    declaring.then(() => this.#topics.set(topic, 'declared'), () => this.#topics.delete(topic))
    return declaring
  }

  /** The queue in which a retry of this queue waits for so long. */
  retryQueue(queue: string, afterMs: number, exclusive: boolean): Promise<string> {
    const upToMs = retryBucketMs(afterMs)
    const [key, nowMs] = [`${queue} ${upToMs}`, this.host.scheduler.now()]
    const known = this.#retries.get(key)
    if (known !== undefined && nowMs - known.atMs < RETRY_KNOWN_MS) return known.name
    const name = this.#declare((channel) => declareRetry(channel, queue, upToMs, exclusive))
    this.#retries.set(key, { name, atMs: nowMs })
    name.catch(() => this.#retries.delete(key))
    return name
  }

  /** Runs `move` for a topic unless that is under way; resolves once it is done. */
  moved(topic: string, move: () => Promise<void>): Promise<void> {
    const moving = this.#moves.get(topic) ?? move().finally(() => this.#moves.delete(topic))
    this.#moves.set(topic, moving)
    return moving
  }

  channel(): Promise<Opened<Channel>> {
    return openChannel(this.model)
  }

  /** Closes the channels of its own, not the connection, once everything sent is confirmed or has failed. */
  async close(): Promise<void> {
    await this.#publisher?.idle()
    const open = await Promise.allSettled([this.#control?.then(({ channel }) => channel), this.#opening?.then(({ channel }) => channel)])
    const channels = open.flatMap((one) => (one.status === 'fulfilled' && one.value !== undefined ? [one.value] : []))
    await Promise.all(channels.map(closeQuietly))
  }

  async #publishTo(topics: readonly string[], letters: readonly Letter[]): Promise<void> {
    await Promise.all(topics.map((topic) => this.topic(topic)))
    await this.send(letters)
  }

  async #why(opening: Promise<Publisher> | undefined, error: unknown): Promise<unknown> {
    const publisher = await opening?.catch(() => undefined)
    return publisher === undefined ? error : reasonOf(publisher.opened, error)
  }

  #forget(): void {
    this.#topics.clear()
    this.#retries.clear()
  }

  #ready(): Promise<Publisher> {
    this.#opening ??= this.#openPublisher()
    return this.#opening
  }

  async #openPublisher(): Promise<Publisher> {
    const opened = await openConfirmChannel(this.model)
    const { ended } = opened
    const publisher = new Publisher(opened, this.host.scheduler, this.host.confirmMs)
    this.#publisher = publisher
    void ended.then(() => {
      this.#publisher = undefined
      this.#opening = undefined
      this.#forget()
    })
    return publisher
  }

  async #declare<A>(declare: (channel: Channel) => Promise<A>): Promise<A> {
    const first = this.#controlChannel()
    try {
      return await declare((await first).channel)
    } catch (failure) {
      const error = await reasonOf(await first, failure)
      // One that is refused closes the channel, and takes those with it that were on their way.
      if (isRefusal(error) || this.#controlChannel() === first) throw error
      return declare((await this.#controlChannel()).channel)
    }
  }

  #controlChannel(): Promise<Opened<Channel>> {
    this.#control ??= this.#openControl()
    return this.#control
  }

  async #openControl(): Promise<Opened<Channel>> {
    const opened = await openChannel(this.model)
    void opened.ended.then(() => {
      this.#control = undefined
    })
    return opened
  }
}
