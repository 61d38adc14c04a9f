import { isRight } from '../../core/either.js'
import { encodeMessage } from '../../core/wire.js'
import { type DeadLetterFilter, deadTopic } from '../bus.js'
import { deadLetterOf, original } from '../dead-letter.js'
import { DEAD_LIMITS } from './redis-death.js'
import type { DecodeEntry } from './redis-decode.js'
import { streamKey } from './redis-keys.js'
import { entriesOf, type RedisEntry } from './redis-reply.js'
import { runScript, type Sender } from './redis-script.js'
import { REPLAY } from './replay-script.js'

const PAGE = 100

export interface Replay {
  readonly prefix: string
  readonly topic: string
  readonly filter: DeadLetterFilter
  readonly decode: DecodeEntry
}

/** Sends dead letters back, oldest first, each in one step with its removal; resolves to how many. */
export const replayDead = async (link: Sender, replay: Replay): Promise<number> => {
  const dead = streamKey(replay.prefix, deadTopic(replay.topic))
  // What dies again meanwhile comes after this one, and waits for the next replay.
  const [last] = entriesOf(await link.send(['XREVRANGE', dead, '+', '-', 'COUNT', '1']))
  return last === undefined ? 0 : replayUpTo(link, dead, last.id, replay)
}

const replayUpTo = async (link: Sender, dead: string, lastId: string, replay: Replay): Promise<number> => {
  let count = 0
  let page: readonly RedisEntry[] = []
  do {
    const from = page.at(-1)
    // oxlint-disable-next-line no-await-in-loop
    page = entriesOf(await link.send(['XRANGE', dead, from === undefined ? '-' : `(${from.id}`, lastId, 'COUNT', String(PAGE)]))
    // oxlint-disable-next-line no-await-in-loop
    for (const entry of page) count += await sendBack(link, dead, entry, replay)
  } while (page.length === PAGE)
  return count
}

const sendBack = async (link: Sender, dead: string, entry: RedisEntry, { prefix, topic, filter, decode }: Replay): Promise<number> => {
  const decoded = decode(entry)
  const letter = isRight(decoded) ? deadLetterOf(decoded.right) : undefined
  const message = letter && original(letter, topic)
  if (letter === undefined || message === undefined) return 0
  // Before the filter sees it: that may do with it what it likes.
  const text = encodeMessage(message, DEAD_LIMITS)
  if (!filter(letter)) return 0
  return Number(await runScript(link, REPLAY, [dead, streamKey(prefix, topic)], [entry.id, text]))
}
