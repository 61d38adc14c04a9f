import { Redis } from 'ioredis'
import { redisBus } from 'rxcrew/redis'
import { redisServer } from '../../spec/brokers/support/redis-server.js'
import { CREDIT, GROUP, PIECE, type Broker, type Contender, type LineMaker } from './broker.js'
import { handlesInBullmq, publishesInBullmq } from './bullmq.js'
import { payloadIn, piecesOf, sumOf, work } from './messages.js'

type Entries = readonly (readonly [id: string, fields: readonly string[]])[]

const keyOf = (topic: string): string => `rxcrew:${topic}`

const isReading = (reply: unknown): reply is readonly (readonly [stream: string, entries: Entries])[] => Array.isArray(reply) && Array.isArray(reply[0])

const entriesIn = (reply: unknown): Entries => {
  // RESP3 answers a map, which this client flattens.
  const flat: unknown = Array.isArray(reply) && typeof reply[0] === 'string' ? [[reply[0], reply[1]]] : reply
  return isReading(flat) ? (flat[0]?.[1] ?? []) : []
}

const read = async (reader: Redis, topic: string): Promise<Entries> =>
  entriesIn(await reader.xreadgroup('GROUP', GROUP, 'hand', 'COUNT', CREDIT, 'BLOCK', 2_000, 'STREAMS', keyOf(topic), '>'))

const textOf = ([, fields]: Entries[number]): string => fields[1] ?? ''

const twoClients = (port: number): { readonly client: Redis; readonly reader: Redis; readonly end: () => Promise<void> } => {
  const [client, reader] = [new Redis({ port }), new Redis({ port })]
  return {
    client,
    reader,
    end: async () => {
      client.disconnect()
      reader.disconnect()
    },
  }
}

const publish = async (client: Redis, topic: string, texts: readonly string[]): Promise<void> => {
  const pipeline = client.pipeline()
  for (const text of texts) pipeline.xadd(keyOf(topic), '*', 'm', text)
  await pipeline.exec()
}

/** Read, parse, handle and acknowledge a batch together, without waiting for the answer to that. */
const handlesByHand = (port: number): Contender => ({
  name: 'ioredis by hand, XACK per batch',
  prepare: async (topic, messages) => {
    const { client, reader, end } = twoClients(port)
    for (const piece of piecesOf(messages, PIECE)) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await publish(client, topic, piece.map((message) => JSON.stringify(message)))
    }
    const run = async (): Promise<number> => {
      let [handled, sum] = [0, 0]
      const acks: Promise<unknown>[] = []
      while (handled < messages.length) {
        // oxlint-disable no-await-in-loop -- a batch at a time
        const entries = await read(reader, topic)
        const results = await Promise.all(entries.map((entry) => work(payloadIn(textOf(entry)))))
        // oxlint-enable no-await-in-loop
        for (const result of results) sum += result
        handled += results.length
        acks.push(client.xack(keyOf(topic), GROUP, ...entries.map(([id]) => id)))
      }
      await Promise.all(acks)
      return sum
    }
    return { run, end }
  },
})

const publishesByHand = (port: number): Contender => ({
  name: 'ioredis by hand, pipelined XADD',
  prepare: async (topic, messages) => {
    const { client, end } = twoClients(port)
    const run = async (): Promise<number> => {
      for (const piece of piecesOf(messages, PIECE)) {
        // oxlint-disable-next-line no-await-in-loop -- a piece at a time
        await publish(client, topic, piece.map((message) => JSON.stringify(message)))
      }
      return sumOf(messages)
    }
    return { run, end }
  },
})

const lineByHand = (port: number): LineMaker => ({
  name: 'ioredis by hand',
  open: async (topic, handle) => {
    const { client, reader, end } = twoClients(port)
    const life = { isOpen: true }
    const one = async (entry: Entries[number]): Promise<unknown> => {
      await handle(payloadIn(textOf(entry)))
      return client.xack(keyOf(topic), GROUP, entry[0])
    }
    const reading = async (): Promise<void> => {
      // oxlint-disable-next-line no-await-in-loop -- a batch at a time
      while (life.isOpen) for (const entry of await read(reader, topic)) void one(entry)
    }
    const done = reading().catch(() => undefined)
    return {
      send: (message) => client.xadd(keyOf(topic), '*', 'm', JSON.stringify(message)),
      end: async () => {
        life.isOpen = false
        await end()
        await done
      },
    }
  },
})

export const redis: Broker = {
  name: 'Redis',
  program: 'redis-server',
  start: async () => {
    const server = await redisServer()
    const { port } = server
    const outside = new Redis({ port })
    return {
      pid: server.pid(),
      bus: async () => redisBus({ client: new Redis({ port, lazyConnect: true }) }),
      handlesByHand: handlesByHand(port),
      publishesByHand: publishesByHand(port),
      lineByHand: lineByHand(port),
      others: { handling: [handlesInBullmq(port)], publishing: [publishesInBullmq(port)] },
      place: (topic) => outside.xgroup('CREATE', keyOf(topic), GROUP, '0', 'MKSTREAM'),
      forget: () => outside.flushall(),
      close: async () => {
        outside.disconnect()
        await server.close()
      },
    }
  },
}
