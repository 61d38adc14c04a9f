import { Fifo } from '../../core/fifo.js'
import type { Message } from '../../core/message.js'
import { type Wire, wireOf } from '../../core/wire.js'
import type { Answer, NatsAsks } from './nats-asks.js'
import type { NatsLink } from './nats-link.js'
import type { NatsSettings } from './nats-options.js'
import type { NatsTopic } from './nats-topic.js'

/** What a publisher needs of its bus. */
export interface PublisherHost {
  readonly link: NatsLink
  readonly asks: NatsAsks
  readonly settings: NatsSettings
  topic(name: string): NatsTopic
}

/** One encoded message on its way. */
interface Parcel {
  readonly topic: NatsTopic
  readonly text: string
  /** Without an error, the stream has it. */
  readonly done: (error?: Error) => void
  again: boolean
}

/** Beyond so many unconfirmed messages the next ones wait: the server and the socket buffer without bound. */
const WINDOW = 2_048

/** Sends messages one after the other without waiting, and tells when the stream has confirmed them. */
export class NatsPublisher {
  readonly #host: PublisherHost
  readonly #line = new Fifo<Parcel>()
  readonly #wire: Wire
  #open = 0

  constructor(host: PublisherHost) {
    this.#host = host
    this.#wire = wireOf({ maxBytes: host.settings.maxMessageBytes })
    const cut = (error: Error): void => {
      for (let parcel = this.#line.take(); parcel !== undefined; parcel = this.#line.take()) parcel.done(error)
    }
    host.link.listen({ down: () => cut(new Error(CUT)), up: () => undefined, gone: cut })
  }

  /** Resolves once all are confirmed; rejects if one is not, and only after the others have been answered too. */
  async publish(messages: readonly Message[]): Promise<void> {
    const texts = messages.map((message) => this.#wire.encode(message))
    await this.send(texts.map((text, at) => ({ topic: messages[at]?.topic ?? '', text })))
  }

  /** The same for what is encoded already. */
  async send(letters: readonly { readonly topic: string; readonly text: string }[]): Promise<void> {
    if (letters.length === 0) return
    const topics = new Set(letters.map(({ topic }) => this.#host.topic(topic)))
    if (!this.#host.link.up) await this.#host.link.whenUp(this.#host.settings.timeoutMs)
    for (const topic of topics) {
      // One after the other: each is asked for once only, and then known.
      // oxlint-disable-next-line no-await-in-loop
      if (!topic.ready) await topic.whenReady()
    }
    await this.#all(letters)
  }

  #all(letters: readonly { readonly topic: string; readonly text: string }[]): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = letters.length
      let failed: Error | undefined = undefined
      const done = (error?: Error): void => {
        failed ??= error
        left -= 1
        if (left > 0) return
        if (failed === undefined) resolve()
        else reject(failed)
      }
      for (const { topic, text } of letters) this.#line.push({ topic: this.#host.topic(topic), text, done, again: false })
      this.#pump()
    })
  }

  #pump(): void {
    while (this.#open < WINDOW && this.#host.link.up) {
      const parcel = this.#line.take()
      if (parcel === undefined) return
      this.#send(parcel)
    }
  }

  #send(parcel: Parcel): void {
    this.#open += 1
    try {
      this.#host.asks.ask(parcel.topic.subject, parcel.text, (answer) => {
        this.#open -= 1
        this.#answered(parcel, answer)
        this.#pump()
      })
    } catch (error) {
      this.#open -= 1
      parcel.done(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #answered(parcel: Parcel, answer: Answer): void {
    const { topic, done } = parcel
    switch (answer.type) {
      case 'answer':
        return done(refused(topic, answer.message.string()))
      case 'nobody':
        return this.#missing(parcel)
      case 'cut':
        return done(new Error(CUT))
      case 'silent':
        return done(new Error(`natsBus: topic '${topic.name}': not confirmed within ${this.#host.settings.timeoutMs} ms; it may have arrived`))
    }
  }

  /** No stream takes it, so nothing has arrived: it is sent once more when the stream was made again. */
  #missing(parcel: Parcel): void {
    const { topic, done } = parcel
    if (parcel.again) return done(new Error(`natsBus: topic '${topic.name}': no stream takes ${topic.subject}`))
    parcel.again = true
    topic.forget()
    topic.whenReady().then(
      () => {
        this.#line.push(parcel)
        this.#pump()
      },
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    )
  }
}

const CUT = 'natsBus: the connection was lost before the message was confirmed; it may have arrived'

// Nearly every answer is without an error, and then nothing of it matters.
const refused = (topic: NatsTopic, text: string): Error | undefined => {
  if (!text.includes('"error"')) return undefined
  const why = /"description":\s*"([^"]*)"/.exec(text)?.[1] ?? text
  return new Error(`natsBus: topic '${topic.name}': the stream refused the message: ${why}`)
}
