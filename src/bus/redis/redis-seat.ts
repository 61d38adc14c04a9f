import type { SchedulerLike } from 'rxjs'
import type { DecodeEntry } from './redis-decode.js'
import type { GroupKeys } from './redis-keys.js'
import type { RedisLink } from './redis-link.js'

/** Where one consumer sits: what it reads, as whom, by which connections and by which rules. */
export interface RedisSeat {
  readonly topic: string
  readonly group: string
  /** The group is this consumer's own, and goes with it. */
  readonly own: boolean
  readonly consumer: string
  readonly keys: GroupKeys
  readonly deadKey: string
  /** Shared by all of the bus. */
  readonly commands: RedisLink
  /** This consumer's, for reads that wait. */
  readonly reader: RedisLink
  readonly scheduler: SchedulerLike
  readonly leaseMs: number
  readonly blockMs: number
  readonly forgetMs: number
  readonly maxAttempts: number
  readonly decode: DecodeEntry
  /** A settlement came too late. */
  readonly onLate: () => void
}
