import { right } from '../core/either.js'
import { asyncScheduler, defer, EMPTY, ReplaySubject, type SchedulerLike } from 'rxjs'
import { checkOptions, having, milliseconds, nonEmptyString, observable, whole, wholeOrInfinity } from '../core/options.js'
import { decodeMessage, plainMessage } from '../core/wire.js'
import { type BusStatus, deadTopic, type MessageBus } from './bus.js'
import { type GroupCounts, NO_COUNTS } from './memory-group.js'
import { memberOf } from './memory-listener.js'
import { memoryFeatures } from './memory-features.js'
import { Loop } from './memory-loop.js'
import { Topics } from './memory-topics.js'

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
  const { scheduler = asyncScheduler, leaseMs = 30_000 } = options
  const features = memoryFeatures(options)
  const { maxAttempts, maxMessageBytes } = features
  const { retained = 65_536, maxWaiting = Infinity } = options
  const loop = new Loop()
  const topics = new Topics({ terms: { scheduler, loop, leaseMs, maxAttempts }, retained, maxWaiting })
  const status$ = new ReplaySubject<BusStatus>(1)
  status$.next('live')
  let closed = false

  const attempt = <A>(action: () => A): Promise<A> => {
    try {
      if (closed) throw new Error('memoryBus: the bus is closed')
      const result = action()
      loop.run()
      return Promise.resolve(result)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  return {
    publish: (messages) => attempt(() => topics.putAll(messages.map((message) => plainMessage(message, maxMessageBytes)))),

    publishRaw: (topic, raw) =>
      attempt(() => {
        checkOptions('publishRaw', { topic: nonEmptyString }, { topic }, undefined, ['topic'])
        topics.put(topic, decodeMessage(raw, { maxBytes: maxMessageBytes }))
      }),

    deliveries(wanted) {
      checkOptions('deliveries', DELIVERIES, wanted, undefined, ['topic', 'limit$'])
      const { topic: name, group, limit$ } = wanted
      return defer(() => {
        if (closed) return EMPTY
        const topic = topics.named(name)
        return memberOf(() => (group === undefined ? topic.listener() : topic.group(group)), limit$)
      })
    },

    replay: (topic, filter = () => true) =>
      attempt(() => topics.named(deadTopic(topic)).replay(filter, (message) => topics.put(topic, right(message)))),

    counts: (topic, group) => topics.named(topic).known(group)?.counts ?? NO_COUNTS,

    status$: status$.asObservable(),

    features,

    close() {
      if (closed) return Promise.resolve()
      closed = true
      const groups = topics.all.flatMap((topic) => topic.groups)
      // First nobody delivers, then everybody is told: else one who closes would pass its messages to the next.
      for (const group of groups) group.close()
      for (const group of groups) group.complete()
      status$.next('lost')
      status$.complete()
      return Promise.resolve()
    },
  }
}
