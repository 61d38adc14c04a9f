import { FIELD } from './redis-keys.js'

/** An entry of a stream, as Redis has it. */
export interface RedisEntry {
  readonly id: string
  /** Names and values in turn. */
  readonly fields: readonly string[]
}

const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value)

/** The entries of one stream; what is none, because it was deleted meanwhile, is left out. */
export const entriesOf = (reply: unknown): readonly RedisEntry[] => {
  const entries: RedisEntry[] = []
  if (!isArray(reply)) return entries
  for (const item of reply) {
    if (!isArray(item)) continue
    const [id, fields] = item
    if (typeof id === 'string' && isArray(fields)) entries.push({ id, fields: stringsOf(fields) })
  }
  return entries
}

/** The strings of a list; anything else in it becomes one. */
export const stringsOf = (reply: unknown): readonly string[] => (isArray(reply) ? (reply.every(isString) ? reply : reply.map(textOf)) : [])

// What has a `toString` that is no function cannot be made a string.
const textOf = (value: unknown): string => {
  try {
    return String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

const numberOf = (value: unknown): number => Number(typeof value === 'object' && value !== null ? textOf(value) : value)

const isString = (value: unknown): value is string => typeof value === 'string'

/**
 * What XREADGROUP answered, by the name of the stream: a list of pairs in RESP2; in RESP3 a map, which clients give as a
 * flat list, an object or a Map. Nothing when the wait was over.
 */
export const streamsOf = (reply: unknown): readonly (readonly [stream: string, entries: readonly RedisEntry[]])[] => {
  if (reply === null || typeof reply !== 'object') return []
  return pairsOf(reply).map(([stream, entries]) => [textOf(stream), entriesOf(entries)])
}

const pairsOf = (reply: object): readonly (readonly [unknown, unknown])[] => {
  if (reply instanceof Map) return [...reply]
  if (!isArray(reply)) return Object.entries(reply)
  if (isArray(reply[0])) return reply.map((pair): readonly [unknown, unknown] => (isArray(pair) ? [pair[0], pair[1]] : [undefined, undefined]))
  return reply.flatMap((name, index) => (index % 2 === 0 ? [[name, reply[index + 1]] as const] : []))
}

/** What the script that reads at once answered: entries, and the ids of what wakes. */
export const flatOf = (reply: unknown): { readonly entries: readonly RedisEntry[]; readonly woke: readonly string[] } => {
  const entries: RedisEntry[] = []
  if (!isArray(reply)) return { entries, woke: [] }
  for (let at = 0; at < reply.length - 1; at += 1) {
    const item = reply[at]
    if (isArray(item)) entries.push(...entriesOf([item]))
    else if (typeof item === 'string') entries.push({ id: item, fields: [FIELD, textOf(reply[(at += 1)])] })
  }
  return { entries, woke: stringsOf(reply.at(-1)) }
}

/** A message that was taken over from another delivery of it. */
export interface ClaimedEntry extends RedisEntry {
  /** Deliveries before this one. */
  readonly deliveries: number
  /** What ended the delivery before: it was handed back or told to come again, or its lease ended. */
  readonly by: 'retry' | 'lease'
}

/** What the script that takes messages over answered: id, deliveries, cause and fields of each in turn. */
export const claimedOf = (reply: unknown): readonly ClaimedEntry[] => {
  if (!isArray(reply)) return []
  return reply.flatMap((item) => {
    if (!isArray(item)) return []
    const [id, deliveries, by, fields] = item
    return [{ id: textOf(id), deliveries: numberOf(deliveries), by: by === 'lease' ? 'lease' : 'retry', fields: stringsOf(fields) } as const]
  })
}

/** What the regular look at a group answered. */
export interface GroupState {
  /** The server's clock. */
  readonly nowMs: number
  /** When the next retry is due on that clock; none waits if `undefined`. */
  readonly nextDueMs: number | undefined
}

export const groupStateOf = (reply: unknown): GroupState => {
  const [nowMs, nextDueMs] = isArray(reply) ? reply.map(numberOf) : []
  return { nowMs: nowMs ?? 0, nextDueMs: nextDueMs === undefined || nextDueMs < 0 ? undefined : nextDueMs }
}

/** What the script that settles answered: the place of each settlement that was not taken, and why, or '' if it came too late. */
export const refusalsOf = (reply: unknown): ReadonlyMap<number, string> => {
  const refused = new Map<number, string>()
  if (isArray(reply)) for (let at = 0; at + 1 < reply.length; at += 2) refused.set(numberOf(reply[at]), textOf(reply[at + 1]))
  return refused
}

/** The moment Redis took an entry, in ms since the epoch, by its id. */
export const takenAtMs = (id: string): number => {
  const ms = Number(id.split('-', 1)[0])
  return Number.isFinite(ms) ? ms : 0
}
