import { type ChannelModel, connect as connectTo } from 'amqplib'
import * as t from 'io-ts'
import type { SchedulerLike } from 'rxjs'
import { anyFunction, check, checkOptions, having, milliseconds, nonEmptyString, type Rule, whole, wholeOrInfinity } from '../../core/options.js'
import { ANSWER_MS } from './connection.js'
import { rabbitmqFeatures } from './rabbitmq-features.js'

export interface RabbitmqBusOptions {
  /** Where the server is: `amqp://user:password@host:port/vhost`. Connected without delay of small packets, heartbeat 10 s unless the address says `?heartbeat=`. */
  readonly url?: string | undefined
  /** Makes a connection, each time one is needed: for TLS, other credentials, several hosts. Set `noDelay`: without it a message takes 20 ms. */
  readonly connect?: (() => Promise<ChannelModel>) | undefined
  /** A connection that is there already: not closed with the bus, and not made anew when it breaks. */
  readonly connection?: ChannelModel | undefined
  /** What the names of all exchanges and queues begin with; default `rxcrew.`. */
  readonly prefix?: string | undefined
  /** How long a delivery may stay unsettled without being extended, in ms: 1 or more, default 30,000. */
  readonly leaseMs?: number | undefined
  /** Deliveries of a message before it becomes a dead letter: 1 or more, or `Infinity`; default 5. */
  readonly maxAttempts?: number | undefined
  /** The largest message, in bytes as JSON: 1 or more, default 1,048,576. */
  readonly maxMessageBytes?: number | undefined
  /** Messages a topic keeps while it has no group, and dead letters that no group takes: 1 or more, default 65,536. */
  readonly retained?: number | undefined
  /** How long to wait for a first connection, and for each confirmation, in ms: 1 or more, default 30,000. */
  readonly patienceMs?: number | undefined
  /** Further arguments of the queues of groups, such as `x-consumer-timeout`. */
  readonly queueArguments?: Readonly<Record<string, unknown>> | undefined
  /** Where leases and reconnections get their time from; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined
  /** Spreads reconnections: 0–1, default `Math.random`. */
  readonly random?: (() => number) | undefined
}

const OPTIONS = {
  url: check('an address like amqp://host:port', (value): value is string => typeof value === 'string' && /^amqps?:\/\/./.test(value)),
  connect: anyFunction,
  connection: having('a connection of amqplib', 'createChannel', 'createConfirmChannel', 'close', 'on'),
  prefix: nonEmptyString,
  leaseMs: milliseconds(1),
  maxAttempts: wholeOrInfinity(1),
  maxMessageBytes: whole(1),
  retained: whole(1),
  patienceMs: milliseconds(1),
  queueArguments: t.UnknownRecord,
  scheduler: having('a scheduler', 'schedule', 'now'),
  random: anyFunction,
}

const oneWay: Rule = ({ url, connect, connection }) => {
  const given = [url, connect, connection].filter((way) => way !== undefined).length
  return given === 1 ? [] : [{ path: 'url', got: given === 0 ? 'missing' : `one of ${given}`, expected: 'given, or one of connect and connection in its place' }]
}

/** What every bus has a value for. */
export interface CheckedOptions {
  readonly prefix: string
  readonly leaseMs: number
  readonly maxAttempts: number
  readonly maxMessageBytes: number
  readonly retained: number
  readonly patienceMs: number
  readonly queueArguments: Readonly<Record<string, unknown>>
}

/** Throws one `OptionsError` with everything that is wrong; else fills in the defaults. */
export const checkedOptions = (given: RabbitmqBusOptions): CheckedOptions => {
  checkOptions('rabbitmqBus', OPTIONS, given, oneWay)
  const { prefix = 'rxcrew.', leaseMs = 30_000, retained = 65_536, patienceMs = 30_000, queueArguments = {} } = given
  const { maxAttempts, maxMessageBytes } = rabbitmqFeatures(given)
  return { prefix, leaseMs, maxAttempts, maxMessageBytes, retained, patienceMs, queueArguments }
}

const HEARTBEAT_S = 10

/** How to get a connection, and whether it is the bus's own. */
export const wayIn = ({ url, connect, connection }: RabbitmqBusOptions): { readonly connect: () => Promise<ChannelModel>; readonly owned: boolean } => {
  if (connection !== undefined) return { connect: () => Promise.resolve(connection), owned: false }
  if (connect !== undefined) return { connect, owned: true }
  const address = new URL(url ?? '')
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(HEARTBEAT_S))
  return { connect: () => connectTo(address.href, { noDelay: true, timeout: ANSWER_MS }), owned: true }
}
