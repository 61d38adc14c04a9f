import { type ChannelModel, connect as connectTo } from 'amqplib'
import { asyncScheduler, EMPTY, Observable } from 'rxjs'
import { isRight } from '../../core/either.js'
import type { Message } from '../../core/message.js'
import { checkOptions, nonEmptyString, observable, whole } from '../../core/options.js'
import { OptionsError } from '../../core/options-error.js'
import { describe } from '../../core/describe.js'
import { decodeMessage } from '../../core/wire.js'
import { deadTopic, type Delivery, type DeliveryOptions, type MessageBus } from '../bus.js'
import { deadLetterMessage } from '../dead-letter.js'
import { Connection } from './connection.js'
import { copyLetter, limitsOf, messageLetter } from './letters.js'
import { Listener, type ListenerHost } from './listener.js'
import { namesOf } from './names.js'
import type { Letter } from './publisher.js'
import { checkedOptions, type RabbitmqBusOptions } from './rabbitmq-options.js'
import { refused } from './refusal.js'
import { replayDead } from './replay.js'

const DELIVERIES = { topic: nonEmptyString, group: nonEmptyString, limit$: observable }
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
 * is blocked or gone loses its deliveries when its heartbeats fail. Closing completes every stream and `status$`, waits for
 * what is being published, and closes the connection if the bus made it.
 *
 * @throws OptionsError
 */
export const rabbitmqBus = (options: RabbitmqBusOptions): MessageBus => {
  const { prefix, leaseMs, maxAttempts, maxMessageBytes, retained, patienceMs, queueArguments } = checkedOptions(options)
  const { scheduler = asyncScheduler, random = Math.random } = options
  const names = namesOf(prefix)
  const connection = new Connection({
    ...wayIn(options),
    layout: { names, retained, queueArguments },
    scheduler,
    random,
    patienceMs,
    confirmMs: patienceMs,
  })
  const listeners = new Set<Listener>()
  const opening = new Set<Listener>()
  let deaths = 0
  let closed = false

  const post = async (topics: ReadonlySet<string>, letters: readonly Letter[]): Promise<void> => {
    // Whoever asked for deliveries before is to have this.
    await Promise.all([...opening].map((listener) => topics.has(listener.topic) && listener.opened))
    const session = await connection.next('patient')
    await session.publish(topics, letters)
  }

  const publish = (topics: ReadonlySet<string>, letters: readonly Letter[]): Promise<void> => {
    const { session } = connection
    const posted = session === undefined || opening.size > 0 ? post(topics, letters) : session.publish(topics, letters)
    return posted.catch((error: unknown) => {
      throw refused(`publishing to '${[...topics].join(`', '`)}' failed`, error)
    })
  }

  const host: ListenerHost = {
    connection,
    scheduler,
    leaseMs,
    maxAttempts,
    decode: (topic, { content }) => decodeMessage(content, limitsOf(topic, maxMessageBytes)),
    bury: (topic, { message, attempt, firstAtMs }, reason, cause) => {
      const dead = isRight(message) ? message.right : message.left
      const lastAtMs = scheduler.now()
      const id = `${'id' in dead ? dead.id : 'undecodable'}.dead.${lastAtMs}.${(deaths += 1)}`
      const letter = deadLetterMessage({ id, topic, message: dead, reason, cause, attempts: attempt, firstAtMs: Math.min(firstAtMs, lastAtMs), lastAtMs })
      return publish(new Set([deadTopic(topic)]), [messageLetter(names, letter, limitsOf(deadTopic(topic), maxMessageBytes))])
    },
    again: async (queue, exclusive, { raw, attempt, firstAtMs }, afterMs) => {
      const session = await connection.next('patient')
      const to = afterMs > 0 ? await session.retryQueue(queue, afterMs, exclusive) : queue
      await session.send([copyLetter(to, raw, { attempts: attempt, firstAtMs }, afterMs)])
    },
  }

  const listen = ({ topic, group, limit$ }: DeliveryOptions): Observable<Delivery> =>
    new Observable((subscriber) => {
      if (closed) return EMPTY.subscribe(subscriber)
      const listener = new Listener(host, topic, group, subscriber)
      listeners.add(listener)
      opening.add(listener)
      void listener.opened.then(() => opening.delete(listener))
      subscriber.add(() => {
        listeners.delete(listener)
        void listener.close()
      })
      return limit$.subscribe({
        next: (limit) => (LIMIT.is(limit) ? listener.limit(limit) : subscriber.error(wrong(limit))),
        error: (error: unknown) => subscriber.error(error),
      })
    })

  const publishAll = async (messages: readonly Message[]): Promise<void> => {
    if (closed) throw new Error('rabbitmqBus: the bus is closed')
    const letters = messages.map((message) => messageLetter(names, message, { maxBytes: maxMessageBytes }))
    if (letters.length > 0) await publish(new Set(messages.map(({ topic }) => topic)), letters)
  }

  return {
    publish: publishAll,

    deliveries(wanted) {
      checkOptions('deliveries', DELIVERIES, wanted, undefined, ['topic', 'limit$'])
      return listen(wanted)
    },

    async replay(topic, filter = () => true) {
      if (closed) throw new Error('rabbitmqBus: the bus is closed')
      return replayDead(await connection.next('patient'), { topic, filter, maxBytes: maxMessageBytes })
    },

    status$: connection.status$.asObservable(),

    features: {
      name: 'rabbitmq',
      maxMessageBytes,
      keyOrder: false,
      fanOut: true,
      delayedRetry: true,
      leases: true,
      retainsForNewGroups: true,
      maxAttempts,
    },

    async close() {
      closed = true
      const open = [...listeners]
      const closing = open.map((listener) => listener.close())
      for (const listener of open) listener.complete()
      await Promise.all(closing)
      await connection.close()
    },
  }
}

const HEARTBEAT_S = 10

const wayIn = ({ url, connect, connection }: RabbitmqBusOptions): { readonly connect: () => Promise<ChannelModel>; readonly owned: boolean } => {
  if (connection !== undefined) return { connect: () => Promise.resolve(connection), owned: false }
  if (connect !== undefined) return { connect, owned: true }
  const address = new URL(url ?? '')
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(HEARTBEAT_S))
  return { connect: () => connectTo(address.href, { noDelay: true }), owned: true }
}

const wrong = (limit: unknown): OptionsError => new OptionsError('deliveries', [{ path: 'limit$', got: describe(limit), expected: LIMIT.name }])
