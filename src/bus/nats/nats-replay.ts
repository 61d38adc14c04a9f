import { isLeft } from '../../core/either.js'
import type { Message } from '../../core/message.js'
import { decodeMessage, encodeMessage } from '../../core/wire.js'
import type { DeadLetterFilter } from '../bus.js'
import { deadLetterOf, original } from '../dead-letter.js'
import { DEAD_DEPTH } from './nats-burial.js'
import type { NatsPublisher } from './nats-publisher.js'
import { isStreamMissing } from './nats-refusal.js'
import type { NatsTopic } from './nats-topic.js'

/** So many are read before they are sent: they travel together. */
const BATCH = 256

interface Chosen {
  readonly sequence: number
  readonly message: Message
}

/** Sends the dead letters that pass back to their topic, oldest first, and lets go of each once that is confirmed. */
export const replayDead = async (dead: NatsTopic, topic: string, filter: DeadLetterFilter, publisher: NatsPublisher, maxBytes: number): Promise<number> => {
  const { streams } = await dead.manager()
  let count = 0
  for (let [from, until] = [1, await lastOf(dead)]; from <= until; ) {
    // One batch after the other, so that the order stays.
    // oxlint-disable no-await-in-loop
    const { chosen, next } = await read(dead, { topic, from, until, filter, maxBytes })
    await publisher.send(chosen.map(({ message }) => ({ topic, text: encodeMessage(message, { maxBytes }) })))
    await Promise.all(chosen.map(({ sequence }) => streams.deleteMessage(dead.stream, sequence, false)))
    // oxlint-enable no-await-in-loop
    count += chosen.length
    from = next
  }
  return count
}

/** The number of its newest message; 0 if there is no such stream. */
const lastOf = async (dead: NatsTopic): Promise<number> => {
  try {
    const { state } = await (await dead.manager()).streams.info(dead.stream)
    return state.messages === 0 ? 0 : state.last_seq
  } catch (error) {
    if (isStreamMissing(error)) return 0
    throw error
  }
}

interface Reading {
  readonly topic: string
  readonly from: number
  readonly until: number
  readonly filter: DeadLetterFilter
  readonly maxBytes: number
}

const read = async (dead: NatsTopic, { topic, from, until, filter, maxBytes }: Reading): Promise<{ readonly chosen: readonly Chosen[]; readonly next: number }> => {
  const { streams } = await dead.manager()
  const chosen: Chosen[] = []
  let next = from
  while (next <= until && chosen.length < BATCH) {
    const query = { seq: next, next_by_subj: dead.subject }
    // oxlint-disable-next-line no-await-in-loop
    const stored = await streams.getMessage(dead.stream, query)
    if (stored === null) return { chosen, next: until + 1 }
    const message = passing(stored.data, topic, filter, maxBytes)
    if (message !== undefined) chosen.push({ sequence: stored.seq, message })
    next = stored.seq + 1
  }
  return { chosen, next }
}

const passing = (data: Uint8Array, topic: string, filter: DeadLetterFilter, maxBytes: number): Message | undefined => {
  const decoded = decodeMessage(data, { maxBytes: maxBytes * 2, maxDepth: DEAD_DEPTH })
  const letter = isLeft(decoded) ? undefined : deadLetterOf(decoded.right)
  const message = letter && original(letter, topic)
  return letter !== undefined && message !== undefined && filter(letter) ? message : undefined
}
