import type { GetMessage } from 'amqplib'
import type { Message } from '../../core/message.js'
import { isRight } from '../../core/either.js'
import { decodeMessage } from '../../core/wire.js'
import { type DeadLetterFilter, deadTopic } from '../bus.js'
import { deadLetterOf, original } from '../dead-letter.js'
import { closeQuietly } from './channel.js'
import { limitsOf, messageLetter } from './letters.js'
import type { Session } from './session.js'

export interface ReplayOptions {
  readonly topic: string
  readonly filter: DeadLetterFilter
  readonly maxBytes: number
}

/** Sends the dead letters that no group took back to their topic, oldest first; what the filter does not pass stays. */
export const replayDead = async (session: Session, { topic, filter, maxBytes }: ReplayOptions): Promise<number> => {
  const { names } = session.host.layout
  const dead = deadTopic(topic)
  await Promise.all([session.topic(topic), session.topic(dead)])
  const { channel } = await session.channel()
  const sent: Promise<void>[] = []
  try {
    // As many as there are now: one that is sent back and dies once more waits for the next replay.
    for (let [left, got] = [1, await channel.get(names.kept(dead))]; got !== false && left > 0; left -= 1) {
      const letter = got
      if (sent.length === 0) left = Math.max(left, letter.fields.messageCount + 1)
      const message = toSend(letter, { topic, filter, maxBytes })
      if (message !== undefined) sent.push(session.send([messageLetter(names, message, limitsOf(topic, maxBytes))]).then(() => channel.ack(letter)))
      got = left > 1 && (await channel.get(names.kept(dead)))
    }
    await Promise.all(sent)
    return sent.length
  } finally {
    // What was not acknowledged is in its place again.
    await closeQuietly(channel)
  }
}

const toSend = ({ content }: GetMessage, { topic, filter, maxBytes }: ReplayOptions): Message | undefined => {
  const decoded = decodeMessage(content, limitsOf(deadTopic(topic), maxBytes))
  const dead = isRight(decoded) ? deadLetterOf(decoded.right) : undefined
  const message = dead && original(dead, topic)
  return dead !== undefined && message !== undefined && filter(dead) ? message : undefined
}
