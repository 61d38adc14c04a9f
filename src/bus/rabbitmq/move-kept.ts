import { closeQuietly } from './channel.js'
import { copyLetter } from './letters.js'
import type { Session } from './session.js'

const AT_ONCE = 256

/** Moves what was published before a topic had a group to the queue of its first; resolves when there is nothing left. */
export const moveKept = async (session: Session, topic: string, queue: string): Promise<void> => {
  const { names } = session.host.layout
  const { channel } = await session.channel()
  const moves: Promise<void>[] = []
  try {
    for (let got = await channel.get(names.kept(topic)); got !== false; got = await channel.get(names.kept(topic))) {
      const message = got
      // Another connection that has it is moving them.
      if (moves.length === 0) await channel.assertQueue(names.lock(topic), { exclusive: true, autoDelete: true })
      moves.push(session.send([copyLetter(queue, message)]).then(() => channel.ack(message)))
      if (moves.length % AT_ONCE === 0) await Promise.all(moves)
    }
    await Promise.all(moves)
    if (moves.length > 0) await channel.deleteQueue(names.lock(topic))
  } catch (error) {
    if (!isLocked(error)) throw error
  } finally {
    await closeQuietly(channel)
  }
}

const isLocked = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 405
