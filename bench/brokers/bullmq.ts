import { Queue, Worker } from 'bullmq'
import type { Message } from 'rxcrew'
import { PIECE, WORKERS, type Contender, type Payload } from './broker.js'
import { piecesOf, sumOf, tallyOf, work } from './messages.js'

const add = async (queue: Queue<Message<Payload>>, messages: readonly Message<Payload>[]): Promise<void> => {
  for (const piece of piecesOf(messages, PIECE)) {
    // oxlint-disable-next-line no-await-in-loop -- a piece at a time
    await queue.addBulk(piece.map((data) => ({ name: 'job', data, opts: { removeOnComplete: true } })))
  }
}

const queueOf = (port: number, topic: string): Queue<Message<Payload>> => new Queue(topic, { connection: { port, maxRetriesPerRequest: null } })

export const handlesInBullmq = (port: number): Contender => ({
  name: `BullMQ, concurrency ${WORKERS}`,
  prepare: async (topic, messages) => {
    const queue = queueOf(port, topic)
    await add(queue, messages)
    const tally = tallyOf(messages.length)
    const worker = new Worker<Message<Payload>, number>(topic, ({ data }) => work(data.payload), { autorun: false, connection: { port, maxRetriesPerRequest: null }, concurrency: WORKERS })
    worker.on('completed', (_, value) => tally.tell(value))
    await worker.waitUntilReady()
    return {
      run: () => {
        void worker.run()
        return tally.all
      },
      end: async () => {
        await worker.close(true)
        await queue.close()
      },
    }
  },
})

export const publishesInBullmq = (port: number): Contender => ({
  name: 'BullMQ, addBulk',
  prepare: async (topic, messages) => {
    const queue = queueOf(port, topic)
    await queue.waitUntilReady()
    const run = async (): Promise<number> => {
      await add(queue, messages)
      return sumOf(messages)
    }
    return { run, end: () => queue.close() }
  },
})
