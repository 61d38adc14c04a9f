import type { Channel, Message } from 'amqplib'
import { closeQuietly } from './channel.js'
import { copyLetter } from './letters.js'
import type { Session } from './session.js'

const AT_ONCE = 256

/** Moves what was published before a topic had a group to the queue of its first; resolves when there is nothing left. */
export const moveKept = async (session: Session, topic: string, queue: string): Promise<void> => {
  const { names } = session.host.layout
  const kept = names.kept(topic)
  const { channel, ended } = await session.channel()
  const moves = new Set<Promise<void>>()
  const move = (message: Message): void => {
    const moved = session.send([copyLetter(queue, message)]).then(() => channel.ack(message))
    moves.add(moved)
    // One that fails stays among them, and so is told.
    moved.then(() => moves.delete(moved), () => undefined)
  }
  channel.prependListener('delivery', move)
  try {
    for (let isFirst = true, got = await channel.get(kept); got !== false; isFirst = false, got = await channel.get(kept)) {
      // Another connection that has it is moving them.
      if (isFirst) await channel.assertQueue(names.lock(topic), { exclusive: true, autoDelete: true })
      move(got)
      await Promise.race([stream(channel, kept, moves), ended])
    }
    await Promise.all(moves)
  } catch (error) {
    if (!isLocked(error)) throw error
  } finally {
    await closeQuietly(channel)
  }
}

/** As one by one, but faster: resolves when all that came is moved, which may be before the queue is empty. */
const stream = async (channel: Channel, queue: string, moves: ReadonlySet<Promise<void>>): Promise<void> => {
  await channel.prefetch(AT_ONCE)
  const { consumerTag } = await channel.consume(queue, () => undefined)
  // The first are here by the time of an answer.
  await channel.checkQueue(queue)
  while (moves.size > 0) await Promise.all(moves)
  await channel.cancel(consumerTag)
}

const isLocked = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 405
