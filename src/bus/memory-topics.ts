import type { Either } from 'fp-ts/lib/Either.js'
import { isRight, right } from '../core/either.js'
import type { Message } from '../core/message.js'
import { deadTopic, type Undecodable } from './bus.js'
import { deadId, deadLetterMessage } from './dead-letter.js'
import type { Entry } from './memory-entry.js'
import { MemoryTopic, type TopicHost } from './memory-topic.js'

/** All topics of a bus, made when first named. */
export class Topics {
  readonly #host: TopicHost
  readonly #topics = new Map<string, MemoryTopic>()
  #deaths = 0

  constructor(host: Omit<TopicHost, 'bury'>) {
    this.#host = { ...host, bury: (topic, entry, reason) => this.#bury(topic, entry, reason) }
  }

  get all(): readonly MemoryTopic[] {
    return [...this.#topics.values()]
  }

  named(name: string): MemoryTopic {
    const known = this.#topics.get(name)
    if (known !== undefined) return known
    const topic = new MemoryTopic(name, this.#host)
    this.#topics.set(name, topic)
    return topic
  }

  /** Throws if there is no room. */
  put(name: string, message: Either<Undecodable, Message>): void {
    const topic = this.named(name)
    topic.checkRoom(1)
    topic.accept({ message, taken: false })
  }

  /** All of them or, throwing, none. */
  putAll(messages: readonly Message[]): void {
    const [only] = messages
    if (only !== undefined && messages.length === 1) return this.put(only.topic, right(only))
    const numbers = new Map<string, number>()
    for (const { topic } of messages) numbers.set(topic, (numbers.get(topic) ?? 0) + 1)
    for (const [name, number] of numbers) this.named(name).checkRoom(number)
    for (const message of messages) this.named(message.topic).accept({ message: right(message), taken: false })
  }

  #bury(topic: string, { stored, attempt, firstAtMs, cause }: Entry, reason: string): void {
    this.#deaths += 1
    const message = isRight(stored.message) ? stored.message.right : stored.message.left
    const lastAtMs = this.#host.terms.scheduler.now()
    this.put(deadTopic(topic), right(deadLetterMessage({ id: deadId(message, `${this.#deaths}`), topic, message, reason, cause, attempts: attempt, firstAtMs, lastAtMs })))
  }
}
