import { type Either, left, right } from 'fp-ts/lib/Either.js'
import { asyncScheduler, EMPTY, defer, ReplaySubject, type SchedulerLike } from 'rxjs'
import type { Message } from '../core/message.js'
import { checkOptions, having, milliseconds, nonEmptyString, observable, whole, wholeOrInfinity } from '../core/options.js'
import { decodeMessage, DEFAULT_MAX_BYTES, plainMessage } from '../core/wire.js'
import { type BusStatus, deadTopic, type MessageBus, type Undecodable } from './bus.js'
import { deadLetterMessage } from './dead-letter.js'
import type { Entry } from './memory-entry.js'
import type { GroupCounts } from './memory-group.js'
import { memberOf } from './memory-listener.js'
import { Loop } from './memory-loop.js'
import { MemoryTopic } from './memory-topic.js'

export interface MemoryBusOptions {
  /** Where leases and retries get their time from; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined
  /** How long a delivery may stay unsettled without being extended, in ms: 1 or more, default 30,000. */
  readonly leaseMs?: number | undefined
  /** Deliveries of a message before it becomes a dead letter: 1 or more, or `Infinity`; default 5. */
  readonly maxAttempts?: number | undefined
  /** The largest message, in bytes as JSON: 1 or more, default 1,048,576. */
  readonly maxMessageBytes?: number | undefined
  /** Messages a topic keeps while no group has ever listened to it, and dead letters that nobody took: default 65,536. */
  readonly retained?: number | undefined
  /** Messages that may wait in one group, or for one listener without a group: 1 or more, default `Infinity`. */
  readonly maxWaiting?: number | undefined
}

/** A bus within one process. */
export interface MemoryBus extends MessageBus {
  /** Puts text or bytes on a topic as a foreign program would; what does not decode is delivered as such. */
  publishRaw(topic: string, raw: string | Uint8Array): Promise<void>
  /** Where the messages of a group are; all zero for a group that nobody has listened as. */
  counts(topic: string, group: string): GroupCounts
}

const OPTIONS = {
  scheduler: having('a scheduler', 'schedule', 'now'),
  leaseMs: milliseconds(1),
  maxAttempts: wholeOrInfinity(1),
  maxMessageBytes: whole(1),
  retained: whole(0),
  maxWaiting: wholeOrInfinity(1),
}

const DELIVERIES = { topic: nonEmptyString, group: nonEmptyString, limit$: observable }

/**
 * A bus in memory that keeps every promise of a broker: consumer groups whose members take turns, fan-out, leases,
 * paced retries, dead letters, order by key. Deliveries are made at once, within the call that made them possible.
 *
 * A publish of several messages takes all or none. It rejects with a `MessageError` for what is no message, and with an
 * `Error` when a topic is full or the bus is closed: nothing is dropped. While no group has ever listened to a topic, it
 * keeps `retained` messages for the first; what a listener without a group heard is kept only as long as there is room.
 * Dead letters stay on their topic until they are replayed, or acknowledged by a group that reads them.
 *
 * Every listener has copies of its own. A settlement counts until its lease is seen to have ended; one that comes later,
 * or second, resolves to false. Closing completes every delivery stream and `status$`, whose last word is `'lost'`.
 * While nothing is unsettled and no retry waits there is no timer, so the process can end.
 *
 * @throws OptionsError
 */
export const memoryBus = (options: MemoryBusOptions = {}): MemoryBus => {
  checkOptions('memoryBus', OPTIONS, options)
  const { scheduler = asyncScheduler, leaseMs = 30_000, maxAttempts = 5, maxMessageBytes = DEFAULT_MAX_BYTES } = options
  const bounds = { retained: options.retained ?? 65_536, maxWaiting: options.maxWaiting ?? Number.POSITIVE_INFINITY }
  const loop = new Loop()
  const topics = new Map<string, MemoryTopic>()
  const status$ = new ReplaySubject<BusStatus>(1)
  let deaths = 0
  let closing: Promise<void> | undefined
  status$.next('live')

  const topicOf = (name: string): MemoryTopic => {
    const known = topics.get(name)
    if (known !== undefined) return known
    const bury = (entry: Entry, reason: string): void => put(deadTopic(name), [right(deadMessage(name, entry, reason))])
    const topic = new MemoryTopic(name, { scheduler, loop, leaseMs, maxAttempts, bury }, bounds)
    topics.set(name, topic)
    return topic
  }

  const deadMessage = (topic: string, { stored, attempt, firstAtMs, cause }: Entry, reason: string): Message => {
    deaths += 1
    const { message } = stored
    const [id, what] = message._tag === 'Right' ? [message.right.id, message.right] : ['undecodable', message.left]
    return deadLetterMessage({ id: `${id}.dead.${deaths}`, topic, message: what, reason, cause, attempts: attempt, firstAtMs, lastAtMs: scheduler.now() })
  }

  const put = (topic: string, messages: readonly Either<Undecodable, Message>[]): void => {
    topicOf(topic).checkRoom(messages.length)
    for (const message of messages) topicOf(topic).accept({ message, taken: false })
  }

  const attempt = <A>(action: () => A): Promise<A> => {
    try {
      if (closing !== undefined) throw new Error('memoryBus: the bus is closed')
      const result = action()
      loop.run()
      return Promise.resolve(result)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  const publishAll = (messages: readonly Message[]): void => {
    const plain = messages.map((message) => plainMessage(message, maxMessageBytes))
    const [first] = plain
    if (first !== undefined && plain.length === 1) return put(first.topic, [right(first)])
    const numbers = new Map<string, number>()
    for (const { topic } of plain) numbers.set(topic, (numbers.get(topic) ?? 0) + 1)
    for (const [topic, number] of numbers) topicOf(topic).checkRoom(number)
    for (const message of plain) topicOf(message.topic).accept({ message: right(message), taken: false })
  }
