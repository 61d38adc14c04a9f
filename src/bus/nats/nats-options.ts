import type { NatsConnection } from '@nats-io/transport-node'
import { hrtime } from 'node:process'
import { asyncScheduler, type SchedulerLike } from 'rxjs'
import { anyFunction, check, checkOptions, having, milliseconds, oneOf, type Rule, whole, wholeOrInfinity } from '../../core/options.js'
import { mostBytes, natsFeatures } from './nats-features.js'

/** How the bus uses a server, whoever made the connection. */
export interface NatsTerms {
  /** Before the name of every stream and subject: letters, digits, `-` and `_`; default `'rxcrew'`. */
  readonly prefix?: string | undefined
  /** How long a delivery may stay unsettled without being extended, in ms: 100 or more, default 30,000. */
  readonly leaseMs?: number | undefined
  /** Deliveries of a message before it becomes a dead letter: 1 or more, or `Infinity`; default 5. */
  readonly maxAttempts?: number | undefined
  /** The largest message, in bytes as JSON; default and most: what the server takes, less 16 KiB for what a dead letter adds. */
  readonly maxMessageBytes?: number | undefined
  /** Where streams that the bus makes are kept; default `'file'`. */
  readonly storage?: 'file' | 'memory' | undefined
  /** Servers that keep a stream that the bus makes: 1 to 5, default 1. */
  readonly replicas?: number | undefined
  /** Messages in a stream that the bus makes, beyond which publishing is refused: 1 or more, or `Infinity`, the default. */
  readonly maxMessages?: number | undefined
  /** Bytes in such a stream, likewise. */
  readonly maxBytes?: number | undefined
  /** How often a server that has nothing to deliver tells that it is there, in ms: 50 to 10,000, default 1,000. */
  readonly heartbeatMs?: number | undefined
  /** How long the server may take to answer, and a publish to be confirmed, in ms: 50 or more, default 5,000. */
  readonly timeoutMs?: number | undefined
  /** Where timers come from; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined
  /** A clock in ms that never goes back; default `process.hrtime`. */
  readonly monotonicMs?: (() => number) | undefined
}

export interface NatsBusOptions extends NatsTerms {
  /** A connected client. The bus never closes it. */
  readonly connection: NatsConnection
}

/** The terms, with every default filled in. */
export interface NatsSettings {
  readonly connection: NatsConnection
  readonly prefix: string
  readonly leaseMs: number
  readonly maxAttempts: number
  readonly maxMessageBytes: number
  readonly storage: 'file' | 'memory'
  readonly replicas: number
  readonly maxMessages: number
  readonly maxBytes: number
  readonly heartbeatMs: number
  readonly timeoutMs: number
  readonly scheduler: SchedulerLike
  readonly monotonicMs: () => number
}

/** Deliveries are fenced by an own clock; the server waits this much longer, so that whoever had it knows first. */
export const graceOf = (leaseMs: number): number => Math.min(500, leaseMs / 4)

const prefix = check("letters, digits, '-' and '_'", (value): value is string => typeof value === 'string' && /^[\w-]+$/.test(value))

export const TERMS = {
  prefix,
  leaseMs: milliseconds(100),
  maxAttempts: wholeOrInfinity(1),
  maxMessageBytes: whole(1),
  storage: oneOf('file', 'memory'),
  replicas: whole(1, 5),
  maxMessages: wholeOrInfinity(1),
  maxBytes: wholeOrInfinity(1),
  heartbeatMs: check('milliseconds from 50 to 10000', (value): value is number => typeof value === 'number' && value >= 50 && value <= 10_000),
  timeoutMs: milliseconds(50),
  scheduler: having('a scheduler', 'schedule', 'now'),
  monotonicMs: anyFunction,
}

const OPTIONS = { ...TERMS, connection: having('a connection of @nats-io/transport-node', 'publish', 'subscribe', 'request', 'status') }

const hrtimeMs = (): number => Number(hrtime.bigint()) / 1e6

/** @throws OptionsError */
export const settingsOf = (options: NatsBusOptions): NatsSettings => {
  checkOptions('natsBus', OPTIONS, options, undefined, ['connection'])
  const most = mostBytes(options.connection.info?.max_payload)
  const fits: Rule = ({ maxMessageBytes = 1 }) =>
    Number(maxMessageBytes) > most ? [{ path: 'maxMessageBytes', got: String(maxMessageBytes), expected: `at most ${most}, as the server allows` }] : []
  checkOptions('natsBus', OPTIONS, options, fits, ['connection'])
  const { connection, leaseMs = 30_000, storage = 'file', replicas = 1 } = options
  const { maxAttempts, maxMessageBytes } = natsFeatures({ maxAttempts: options.maxAttempts, maxMessageBytes: options.maxMessageBytes ?? most })
  const { maxMessages = Infinity, maxBytes = Infinity, heartbeatMs = 1_000, timeoutMs = 5_000 } = options
  const { prefix: before = 'rxcrew', scheduler = asyncScheduler, monotonicMs = hrtimeMs } = options
  return { connection, prefix: before, leaseMs, maxAttempts, maxMessageBytes, storage, replicas, maxMessages, maxBytes, heartbeatMs, timeoutMs, scheduler, monotonicMs }
}
