import type { SchedulerLike } from 'rxjs'
import { check, checkOptions, having, milliseconds, nonEmptyString, observable, whole, wholeOrInfinity } from '../../core/options.js'
import type { WireLimits } from '../../core/wire.js'
import { deadTopic } from '../bus.js'
import type { KafkaClient } from './kafka-client.js'
import { kafkaFeatures } from './kafka-features.js'

export interface KafkaBusOptions {
  /** How to reach the brokers: `kafkajsClient(new Kafka({ … }))`, or another client behind the same interface. */
  readonly client: KafkaClient
  /** What the names of topics and groups begin with; default nothing. */
  readonly prefix?: string | undefined
  /** How long a delivery may stay unsettled without being extended, in ms: 1 or more, default 30,000. */
  readonly leaseMs?: number | undefined
  /** Deliveries of a message, to one process, before it becomes a dead letter: 1 or more, or `Infinity`; default 5. */
  readonly maxAttempts?: number | undefined
  /** The largest message, in bytes as JSON: 1 or more, default 900,000. Its dead letter has to fit into the broker's own limit. */
  readonly maxMessageBytes?: number | undefined
  /** Where leases and retries get their time from; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined
  /** Names the groups of listeners without one: 0–1, default `Math.random`. */
  readonly random?: (() => number) | undefined
}

const NAME = /^[\w.-]*$/

const OPTIONS = {
  client: having('a client for Kafka', 'connect', 'send', 'consume', 'bounds', 'close'),
  prefix: check('letters, digits, dots, dashes and underscores', (value): value is string => typeof value === 'string' && NAME.test(value)),
  leaseMs: milliseconds(1),
  maxAttempts: wholeOrInfinity(1),
  maxMessageBytes: whole(1),
  scheduler: having('a scheduler', 'schedule', 'now'),
  random: check('a function', (value): value is unknown => typeof value === 'function'),
}

/** What every bus has a value for. */
export interface CheckedKafkaOptions {
  readonly prefix: string
  readonly leaseMs: number
  readonly maxAttempts: number
  readonly maxMessageBytes: number
}

/** Throws one `OptionsError` with everything that is wrong; else fills in the defaults. */
export const checkedKafkaOptions = (given: KafkaBusOptions): CheckedKafkaOptions => {
  checkOptions('kafkaBus', OPTIONS, given, undefined, ['client'])
  const { prefix = '', leaseMs = 30_000 } = given
  const { maxAttempts, maxMessageBytes } = kafkaFeatures(given)
  return { prefix, leaseMs, maxAttempts, maxMessageBytes }
}

/** A name as Kafka takes it. Throws an error that names what is wrong. */
export const kafkaName = (name: string): string => {
  if (NAME.test(name) && name.length <= 249) return name
  throw new Error(`kafkaBus: the name '${name}' should have at most 249 letters, digits, dots, dashes and underscores`)
}

export const TOPIC = { topic: nonEmptyString }
export const DELIVERIES = { ...TOPIC, group: nonEmptyString, limit$: observable }

export const isDead = (topic: string): boolean => topic.endsWith(deadTopic(''))

/** A dead letter holds a whole message and what is known about its end. */
export const limitsOf = (topic: string, maxBytes: number): WireLimits => (isDead(topic) ? { maxBytes: maxBytes + 131_072, maxDepth: 80 } : { maxBytes })
