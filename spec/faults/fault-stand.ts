import { firstValueFrom, timer } from 'rxjs'
import { deadTopic, type DeadLetter, type Message } from 'rxcrew'
import { deadLetterOf } from '../../src/bus/dead-letter.js'
import { listen, messageOf, received } from '../../src/testing/bus-listener.js'
import { until } from '../brokers/nats/nats-stand.js'
import { type TcpProxy, tcpProxy } from '../brokers/support/tcp-proxy.js'
import { LEASE_MS, TOPIC } from './crew.js'
import type { Broker, FaultBroker } from './fault-broker.js'
import { type FaultBus, faultBus, type FaultTerms } from './fault-bus.js'
import type { Journal } from './journal.js'

/** A server and a way to it that can be disturbed, for one case. */
export interface Stand {
  readonly broker: Broker
  readonly proxy: TcpProxy
  /** A bus over the disturbed way, and one beside it. */
  bus(terms?: Partial<FaultTerms>): Promise<FaultBus>
  direct(terms?: Partial<FaultTerms>): Promise<FaultBus>
  /** The one over the disturbed way that sends. */
  sender(): Promise<FaultBus>
  /** Is ended with the stand, the last first. */
  owns(end: () => Promise<unknown>): void
  /** Aborted when the case is over. */
  readonly over: AbortSignal
  close(): Promise<void>
}

export const standOn = async ({ name, start }: FaultBroker): Promise<Stand> => {
  const broker = await start()
  const proxy = await tcpProxy(broker.port)
  // Nothing stands between a process and what is in it.
  const way = name === 'memory' ? broker : proxy
  const ends: (() => Promise<unknown>)[] = []
  const over = new AbortController()
  const made = async (port: number, terms: Partial<FaultTerms>): Promise<FaultBus> => {
    const bus = await faultBus(name, port, { leaseMs: LEASE_MS, ...terms })
    ends.push(() => bus.close())
    return bus
  }
  let sender: Promise<FaultBus> | undefined = undefined
  return {
    broker,
    proxy,
    bus: (terms = {}) => made(way.port, terms),
    sender: () => {
      sender ??= made(way.port, {})
      return sender
    },
    direct: (terms = {}) => made(broker.port, terms),
    owns: (end) => void ends.push(end),
    over: over.signal,
    close: async () => {
      over.abort()
      // oxlint-disable-next-line no-await-in-loop -- the last first
      for (const end of ends.toReversed()) await end()
      await proxy.close()
      await broker.close()
    },
  }
}

/**
 * Publishes again and again what was not confirmed, as a careful sender does, until the case is over. Resolves to the ids
 * that nobody confirmed, each as often as that was so: they may be there several times.
 */
export const publishSurely = async (stand: Stand, all: readonly Message[], size = 50): Promise<readonly string[]> => {
  const bus = await stand.sender()
  const unconfirmed: string[] = []
  for (let at = 0; at < all.length && !stand.over.aborted; ) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await bus.publish(all.slice(at, at + size))
      at += size
    } catch {
      unconfirmed.push(...idsOf(all.slice(at, at + size)))
      // oxlint-disable-next-line no-await-in-loop -- a refusal may come at once
      await passing(20)
    }
  }
  return unconfirmed
}

/** Real time: a server is down for so long. */
export const passing = (ms: number): Promise<unknown> => firstValueFrom(timer(ms))

/** Ids of so many messages, and the messages. */
export const messages = (count: number, prefix = 'm'): readonly Message[] => Array.from({ length: count }, (_, index) => messageOf(TOPIC, index, { id: `${prefix}-${index}` }))

export const idsOf = (all: readonly Message[]): readonly string[] => all.map(({ id }) => id)

export const handledIn = (journal: Journal): number => new Set(journal.entries().filter(({ what }) => what === 'end').map(({ id }) => id)).size

/** When the first message was handled that had started at that moment or later. */
export const resumedAfter = (journal: Journal, sinceMs: number): number | undefined => {
  const started = journal.entries().find(({ what, atMs }) => what === 'start' && atMs >= sinceMs)
  return started === undefined ? undefined : started.atMs - sinceMs
}

/** The dead letters of the topic, as they come. */
export const deadLetters = (bus: FaultBus): readonly DeadLetter[] => {
  const all: DeadLetter[] = []
  listen(bus, {
    topic: deadTopic(TOPIC),
    group: 'undertaker',
    each: (delivery) => {
      const dead = deadLetterOf(received(delivery))
      if (dead !== undefined) all.push(dead)
      void delivery.settle({ type: 'ack' })
    },
  })
  return all
}

export const idOfDead = ({ message }: DeadLetter): string => ('id' in message ? message.id : 'undecodable')

export { until }
