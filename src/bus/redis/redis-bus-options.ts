import type { SchedulerLike } from 'rxjs'
import { anyFunction, check, either, having, milliseconds, whole, wholeOrInfinity } from '../../core/options.js'
import * as t from 'io-ts'
import { isRedisClient, type RedisClient } from './redis-client.js'
import type { DecodeForeign } from './redis-decode.js'

export interface RedisBusOptions {
  /**
   * A client of ioredis 6 or node-redis 6, or a function that makes one. The bus opens connections like it, one for
   * commands and one for each stream of deliveries, and closes only those.
   */
  readonly client: RedisClient | (() => RedisClient)
  /** Before every key: default `'rxcrew:'`. The stream of a topic is the key `<prefix><topic>`. */
  readonly prefix?: string | undefined
  /** How long a delivery may stay unsettled without being extended, in ms: 10 or more, default 30,000. */
  readonly leaseMs?: number | undefined
  /** Deliveries of a message before it becomes a dead letter: 1 or more, or `Infinity`; default 5. */
  readonly maxAttempts?: number | undefined
  /** The largest message, in bytes as JSON: 1 or more, default 1,048,576. */
  readonly maxMessageBytes?: number | undefined
  /** How long one read waits for messages, in ms: 1 or more, default 2,000. */
  readonly blockMs?: number | undefined
  /** A connection that has not answered for so long (a read: beyond `blockMs`) is dead, in ms: 1 or more, default 3,000. */
  readonly answerWithinMs?: number | undefined
  /** After so long without a sign, the consumer of a process that is gone is removed, in ms: default an hour. */
  readonly forgetMs?: number | undefined
  /** Makes messages of entries without the field `m`, which other programs wrote; default none: they do not decode. */
  readonly decode?: DecodeForeign | undefined
  /** Where all time comes from; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined
  /** Numbers in `[0, 1)`, for pauses between attempts to connect; default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** Names of consumers, each another; default random UUIDs. */
  readonly newId?: (() => string) | undefined
}

const CLIENT = check('a client of ioredis or node-redis for one server, or a function that makes one', (value): value is unknown => isRedisClient(value))

export const REDIS_BUS_CODECS = {
  client: either(CLIENT, anyFunction),
  prefix: t.string,
  leaseMs: milliseconds(10),
  maxAttempts: wholeOrInfinity(1),
  maxMessageBytes: whole(1),
  blockMs: milliseconds(1),
  answerWithinMs: milliseconds(1),
  forgetMs: milliseconds(1),
  decode: anyFunction,
  scheduler: having('a scheduler', 'schedule', 'now'),
  random: anyFunction,
  newId: anyFunction,
}
