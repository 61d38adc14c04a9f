import { describe } from '../../core/describe.js'
import { checkOptions, nonEmptyString, observable, whole } from '../../core/options.js'
import { OptionsError } from '../../core/options-error.js'
import { EMPTY, defer, Observable, type Subscriber } from 'rxjs'
import { nuid } from '@nats-io/transport-node'
import { deadTopic, type Delivery, type DeliveryOptions, type MessageBus } from '../bus.js'
import { NatsAsks } from './nats-asks.js'
import { natsFeatures } from './nats-features.js'
import type { GroupHost } from './nats-group.js'
import { NatsLink } from './nats-link.js'
import { type NatsBusOptions, type NatsSettings, settingsOf } from './nats-options.js'
import { NatsPublisher } from './nats-publisher.js'
import { replayDead } from './nats-replay.js'
import { NatsSeats } from './nats-seats.js'
import { NatsTopic } from './nats-topic.js'

export interface NatsBus extends MessageBus {
  /** Settlements so far that came after the lease had ended, after another had won, or for a consumer that is gone. */
  late(): number
  /** Makes the stream of a topic if there is none, so that other programs may publish to its subject. */
  prepare(topic: string): Promise<{ readonly stream: string; readonly subject: string }>
}

interface Closing {
  readonly link: NatsLink
  readonly asks: NatsAsks
  readonly settings: NatsSettings
  readonly seats: readonly NatsSeats[]
  readonly working: readonly Promise<unknown>[]
}

const LIMIT = whole(0)
const DELIVERIES = { topic: nonEmptyString, group: nonEmptyString, limit$: observable }

/**
 * A bus over NATS JetStream, server 2.9 or later, with a connection that it is given and never closes. Each topic has a
 * stream of its own, each group a durable pull consumer on it, each listener without a group one that goes with it. A
 * member asks the server for exactly as many messages as it has room for, so it holds nothing back from the others.
 *
 * `publish` resolves when the streams have confirmed all messages, and rejects when one was refused or not confirmed: that
 * one may have arrived, and nothing is sent twice by itself. Without a connection it waits for one `timeoutMs` long.
 *
 * Deliveries complete when the bus closes; they error when the server refuses a stream or a consumer, or when the
 * connection is closed for good; unsubscribing hands back what is unsettled at once. Through everything else, a cut, a
 * server that was killed or comes back empty, a stream or consumer that was deleted, a connection gone silent, consumption
 * goes on by itself, and `status$` says how things are. Closing completes `status$`, whose last word is `'lost'`.
 *
 * A lease ends by this process's own clock, a moment before the server gives the message to another. A settlement that
 * comes later, or for a consumer that was made anew, resolves to false and takes nothing from anybody. A settlement
 * during a cut waits for the connection. Messages that all groups are done with are deleted from the stream.
 *
 * Messages of one key are in no order here: `features.keyOrder` is false.
 *
 * @throws OptionsError
 */
export const natsBus = (options: NatsBusOptions): NatsBus => {
  const settings = settingsOf(options)
  const link = new NatsLink(settings)
  const asks = new NatsAsks(link, settings)
  const topics = new Map<string, NatsTopic>()
  const seats = new Map<string, NatsSeats>()
  const working = new Set<Promise<unknown>>()
  const burials = new Set<Promise<unknown>>()
  let late = 0
  let closing: Promise<void> | undefined = undefined

  const topicOf = (name: string): NatsTopic => {
    const topic = topics.get(name) ?? new NatsTopic(name, settings, link)
    topics.set(name, topic)
    return topic
  }
  const publisher = new NatsPublisher({ link, asks, settings, topic: topicOf })
  const host: GroupHost = {
    link,
    asks,
    settings,
    bury: (letter) => publisher.send([letter]),
    burying: (work) => track(burials, work),
    acked: (topic, { sequence }) => (topic.isDead ? topic.manager().then(({ streams }) => streams.deleteMessage(topic.stream, sequence, false)).catch(() => true) : undefined),
    late: () => {
      late += 1
    },
  }
  const seatsOf = (name: string): NatsSeats => {
    const some = seats.get(name) ?? new NatsSeats(host, topicOf(name))
    seats.set(name, some)
    return some
  }
  const track = (set: Set<Promise<unknown>>, work: Promise<unknown>): void => {
    set.add(work)
    const end = (): void => void set.delete(work)
    work.then(end, end)
  }
  const unlessClosed = <A>(work: () => Promise<A>): Promise<A> => {
    if (closing !== undefined) return Promise.reject(new Error('natsBus: it is closed'))
    const done = work()
    track(working, done)
    return done
  }

  return {
    publish: (messages) => unlessClosed(() => publisher.publish(messages)),

    deliveries(wanted) {
      checkOptions('deliveries', DELIVERIES, wanted, undefined, ['topic', 'limit$'])
      return defer(() => (closing === undefined ? delivered(seatsOf(wanted.topic), wanted) : EMPTY))
    },

    replay: (topic, filter = () => true) =>
      unlessClosed(async () => {
        await Promise.all([link.whenUp(settings.timeoutMs), Promise.allSettled([...burials])])
        return replayDead(topicOf(deadTopic(topic)), topic, filter, publisher, settings.maxMessageBytes)
      }),

    late: () => late,

    prepare: (name) =>
      unlessClosed(async () => {
        const topic = topicOf(name)
        await link.whenUp(settings.timeoutMs)
        await topic.whenReady()
        return { stream: topic.stream, subject: topic.subject }
      }),

    status$: link.status$.asObservable(),

    features: natsFeatures(settings),

    close() {
      closing ??= closeAll({ link, asks, settings, seats: [...seats.values()], working: [...working, ...burials] })
      return closing
    },
  }
}

/** The deliveries of one member: it joins when subscribed to, takes as many as `limit$` says, and leaves when it ends. */
const delivered = (seats: NatsSeats, { group: name, limit$ }: DeliveryOptions): Observable<Delivery> =>
  new Observable((subscriber: Subscriber<Delivery>) => {
    const { group, member } = seats.join(name === undefined ? { listener: nuid.next() } : { group: name }, subscriber)
    subscriber.add(() => seats.leave(group, member))
    subscriber.add(
      limit$.subscribe({
        next: (limit) => (LIMIT.is(limit) ? member.allow(limit) : subscriber.error(wrong(limit))),
        error: (error: unknown) => subscriber.error(error),
      }),
    )
  })

const wrong = (limit: unknown): OptionsError => new OptionsError('deliveries', [{ path: 'limit$', got: describe(limit), expected: LIMIT.name }])

const CLOSED = 'the bus was closed'

/** First nobody takes anything any more, then everybody is told; then what is on its way may still arrive. */
const closeAll = async ({ link, asks, settings, seats, working }: Closing): Promise<void> => {
  const members = seats.flatMap(({ groups }) => groups.flatMap((group) => [...group.members]))
  for (const member of members) member.leave(CLOSED)
  for (const { subscriber } of members) subscriber.complete()
  const work = Promise.allSettled(working).then(() => asks.idle()).then(() => Promise.all(seats.map((some) => some.closed())))
  await within(work, settings)
  asks.close()
  link.close()
}

const within = (work: Promise<unknown>, { scheduler, timeoutMs }: NatsSettings): Promise<void> =>
  new Promise((resolve) => {
    const timer = scheduler.schedule(() => resolve(), timeoutMs)
    const end = (): void => {
      timer.unsubscribe()
      resolve()
    }
    work.then(end, end)
  })
