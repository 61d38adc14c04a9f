import { jetstreamManager, type JetStreamManager, type StreamInfo } from '@nats-io/jetstream'
import { deadTopic } from '../bus.js'
import type { NatsLink } from './nats-link.js'
import { whenMade } from './nats-made.js'
import { MAX_NAME, streamOf, subjectOf } from './nats-names.js'
import type { NatsSettings } from './nats-options.js'
import { isRefusal, isStreamMissing, refusal } from './nats-refusal.js'

/**
 * While a stream is being deleted, server 2.9 says already that it is gone, and then takes the files of one that was made
 * at once in its place away as well: nothing can be read from that one, or stored in it.
 */
const AFTER_DELETION_MS = 500

/** Asking again is of no use. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** A topic: the stream that keeps its messages, made when first needed. */
export class NatsTopic {
  readonly name: string
  readonly subject: string
  readonly stream: string
  readonly #settings: NatsSettings
  readonly #link: NatsLink
  #known: Promise<StreamInfo> | undefined = undefined
  /** Whether it was ever there. */
  #wasThere = false
  #openings = new Set<Promise<unknown>>()

  constructor(name: string, settings: NatsSettings, link: NatsLink) {
    this.name = name
    this.#settings = settings
    this.#link = link
    this.subject = subjectOf(settings.prefix, name)
    this.stream = streamOf(settings.prefix, name)
  }

  /** Whether a message may be published at once: the stream was there, and nobody is about to listen. */
  ready = false

  manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.#settings.connection, { checkAPI: false, timeout: this.#settings.timeoutMs })
  }

  /** Whether the stream was made for a listener without a group, and nobody of this process published to it. */
  forListener = false

  get isDead(): boolean {
    return this.name.endsWith(deadTopic(''))
  }

  /** The stream, which is made if there is none. Rejects with a `Refusal` where that is no use. */
  made(forListener = false): Promise<StreamInfo> {
    this.#known ??= this.#made(forListener)
    return this.#known
  }

  /** The stream may be gone. */
  forget(): void {
    this.#known = undefined
    this.ready = false
  }

  /** What is published from now on waits for it: whoever listens before somebody publishes is to hear it. */
  opening(work: Promise<unknown>): void {
    this.#openings.add(work)
    this.ready = false
    void work.finally(() => this.#openings.delete(work))
  }

  /** Resolves once a message may be published. */
  async whenReady(): Promise<void> {
    this.forListener = false
    await Promise.all([this.made(), ...this.#openings])
    this.ready = this.#openings.size === 0
  }

  /** What the server refuses becomes a `Refusal`; everything else stays as it is. */
  judged(what: string, error: unknown): unknown {
    const hasJetStream = this.#link.connection.info?.jetstream === true
    if (error instanceof Refusal || !isRefusal(error, hasJetStream)) return error
    const { message } = refusal(`topic '${this.name}': ${what}`, error)
    return new Refusal(message, { cause: error })
  }

  async #made(forListener: boolean): Promise<StreamInfo> {
    try {
      const info = this.#checked(await this.#foundOrCreated(forListener))
      this.#wasThere = true
      return info
    } catch (error) {
      this.forget()
      throw this.judged(`there is no stream '${this.stream}', and it cannot be made`, error)
    }
  }

  #checked(info: StreamInfo): StreamInfo {
    const { subjects, retention } = info.config
    if (subjects.includes(this.subject) && retention === 'limits') return info
    const got = `takes ${subjects.join(', ')} with retention ${retention}`
    throw new Refusal(`natsBus: topic '${this.name}': stream '${this.stream}' should take ${this.subject} with retention limits, but ${got}`)
  }

  async #foundOrCreated(forListener: boolean): Promise<StreamInfo> {
    if (this.stream.length > MAX_NAME) throw new Refusal(`natsBus: topic '${this.name}': the name of its stream should have at most ${MAX_NAME} characters, but has ${this.stream.length}`)
    const { streams } = await this.manager()
    try {
      return await this.#whenMade(streams, await streams.info(this.stream))
    } catch (error) {
      if (!isStreamMissing(error)) throw error
    }
    if (this.#wasThere) await this.#pause(AFTER_DELETION_MS)
    const { storage, replicas, maxMessages, maxBytes } = this.#settings
    const limits = { max_msgs: maxMessages === Infinity ? -1 : maxMessages, max_bytes: maxBytes === Infinity ? -1 : maxBytes }
    this.forListener = forListener
    // Full is full: what is not handled yet is never dropped to make room.
    return this.#whenMade(streams, await streams.add({ name: this.stream, subjects: [this.subject], storage, num_replicas: replicas, retention: 'limits', discard: 'new', ...limits }))
  }

  #whenMade(streams: JetStreamManager['streams'], info: StreamInfo): Promise<StreamInfo> {
    const { timeoutMs } = this.#settings
    return whenMade(info, { stream: this.stream, timeoutMs, look: () => streams.info(this.stream), pause: (ms) => this.#pause(ms) })
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#settings.scheduler.schedule(() => resolve(), ms))
  }
}
