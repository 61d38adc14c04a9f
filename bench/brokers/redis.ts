import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { filter, firstValueFrom, of, take, toArray } from 'rxjs'
import { ack, actionHub, createMessage, encodeMessage, fixed, resume, workerGroup, type Delivery, type Job, type Message, type Outcome } from 'rxcrew'
import { redisBus } from 'rxcrew/redis'
import { redisServer } from '../../spec/brokers/support/redis-server.js'
import { median, race, type Peer, type Row } from '../stand.js'

const WORKERS = 64
const PREFETCH = 64
const TOPIC = 'bench'
const GROUP = 'workers'
const STREAM = `rxcrew:${TOPIC}`

interface Payload {
  readonly n: number
  readonly text: string
}

const isPayload = (value: unknown): value is Payload => typeof value === 'object' && value !== null && 'n' in value

/** Encoded, a message is 1 KB. */
const messageOf = (n: number): Message<Payload> => createMessage({ n, text: 'x'.repeat(900) }, { id: `message-${n}`, topic: TOPIC, sentAtMs: 1_700_000_000_000 })

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n)

const work = async ({ n }: Payload): Promise<number> => n

const sumOf = (count: number): number => (count * (count - 1)) / 2

const pieces = <A>(all: readonly A[], size: number): readonly (readonly A[])[] => Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, at * size + size))

/** A stream with so many messages and a group that has seen none. */
const filled = async (client: Redis, count: number): Promise<void> => {
  await client.flushall()
  await client.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM')
  for (const piece of pieces(numbers(count), 1_000)) {
    const pipeline = client.pipeline()
    for (const n of piece) pipeline.xadd(STREAM, '*', 'm', encodeMessage(messageOf(n)))
    // oxlint-disable-next-line no-await-in-loop
    await pipeline.exec()
  }
}

type Reading = readonly (readonly [stream: string, entries: readonly (readonly [id: string, fields: readonly string[]])[]])[]

/** As one would by hand: read, parse, handle and acknowledge a batch together, without waiting for the answer to that. */
const byHand = (client: Redis, reader: Redis, count: number): Peer => ({
  name: `ioredis by hand, XACK per batch of ${WORKERS + PREFETCH}`,
  run: async () => {
    let [handled, sum] = [0, 0]
    const acks: Promise<unknown>[] = []
    while (handled < count) {
      // oxlint-disable-next-line no-await-in-loop
      const reply: unknown = await reader.xreadgroup('GROUP', GROUP, 'hand', 'COUNT', WORKERS + PREFETCH, 'BLOCK', 2_000, 'STREAMS', STREAM, '>')
      const entries = entriesIn(reply)
      // oxlint-disable-next-line no-await-in-loop
      const results = await Promise.all(entries.map(([, fields]) => work(payloadIn(fields[1] ?? ''))))
      for (const result of results) sum += result
      handled += results.length
      acks.push(client.xack(STREAM, GROUP, ...entries.map(([id]) => id)))
    }
    await Promise.all(acks)
    return sum
  },
})

const isReading = (reply: unknown): reply is Reading => Array.isArray(reply) && Array.isArray(reply[0])

const entriesIn = (reply: unknown): Reading[number][1] => {
  // RESP3 answers a map, which this client flattens.
  const flat: unknown = Array.isArray(reply) && typeof reply[0] === 'string' ? [[reply[0], reply[1]]] : reply
  return isReading(flat) ? (flat[0]?.[1] ?? []) : []
}

const payloadIn = (text: string): Payload => {
  const { payload }: { payload: unknown } = JSON.parse(text)
  if (!isPayload(payload)) throw new Error('no payload')
  return payload
}

const busAlone = (port: number, count: number): Peer => ({
  name: 'redisBus, settled one by one',
  run: async () => {
    const bus = redisBus({ client: new Redis({ port, lazyConnect: true }) })
    let sum = 0
    await new Promise<void>((resolve, reject) => {
      let settled = 0
      bus.deliveries({ topic: TOPIC, group: GROUP, limit$: of(WORKERS + PREFETCH) }).subscribe({
        error: reject,
        next: async (delivery) => {
          const result = delivery.message._tag === 'Right' && isPayload(delivery.message.right.payload) ? await work(delivery.message.right.payload) : Number.NaN
          sum += result
          await delivery.settle(ack)
          settled += 1
          if (settled === count) resolve()
        },
      })
    })
    await bus.close()
    return sum
  },
})

const groupOnBus = (port: number, count: number): Peer => ({
  name: `redisBus and a group of ${WORKERS} workers`,
  run: async () => {
    const bus = redisBus({ client: new Redis({ port, lazyConnect: true }) })
    const group = workerGroup({
      action: ({ input }: Job<Payload>) => work(input),
      workers: { min: WORKERS, max: WORKERS },
      scaling: fixed(WORKERS),
      supervision: resume(),
      capacity: PREFETCH,
    })
    let [sum, settled] = [0, 0]
    await new Promise<void>((resolve, reject) => {
      const end = async (delivery: Delivery, outcome: Outcome<Payload, number>): Promise<void> => {
        if (outcome.type !== 'completed') return reject(new Error(outcome.type))
        sum += outcome.value
        await delivery.settle(ack)
        settled += 1
        if (settled === count) resolve()
      }
      bus.deliveries({ topic: TOPIC, group: GROUP, limit$: of(WORKERS + PREFETCH) }).subscribe({
        error: reject,
        next: (delivery) => {
          if (delivery.message._tag === 'Left' || !isPayload(delivery.message.right.payload)) return reject(new Error('no payload'))
          group.offer(delivery.message.right.payload, { onOutcome: (outcome) => void end(delivery, outcome) }).catch(reject)
        },
      })
    })
    await group.drain()
    await bus.close()
    return sum
  },
})

const hubOnBus = (port: number, count: number): Peer => ({
  name: `redisBus and a hub's group of ${WORKERS} workers`,
  run: async () => {
    const bus = redisBus({ client: new Redis({ port, lazyConnect: true }) })
    const hub = actionHub({ bus })
    let sum = 0
    const group = hub.doAlias(GROUP, TOPIC, {
      action: async ({ input }: Job<Payload>) => {
        const result = await work(input)
        sum += result
      },
      workers: { min: WORKERS, max: WORKERS },
      scaling: fixed(WORKERS),
      supervision: resume(),
      capacity: WORKERS,
      prefetch: PREFETCH,
    })
    const all = firstValueFrom(group.outcomes$.pipe(filter(({ type }) => type === 'completed'), take(count), toArray()))
    hub.start()
    await all
    await hub.drain()
    await bus.close()
    return sum
  },
})

/** How long BullMQ takes to handle so many jobs that are there already, in ms. */
export const bullmqMs = async (port: number, count: number): Promise<number> => {
  const connection = { port, maxRetriesPerRequest: null }
  const queue = new Queue('bench', { connection })
  for (const piece of pieces(numbers(count), 1_000)) {
    // oxlint-disable-next-line no-await-in-loop
    await queue.addBulk(piece.map((n) => ({ name: 'job', data: messageOf(n), opts: { removeOnComplete: true } })))
  }
  const startMs = performance.now()
  await new Promise<void>((resolve) => {
    let handled = 0
    const worker = new Worker('bench', async ({ data }: { data: Message<Payload> }) => work(data.payload), { connection, concurrency: WORKERS })
    worker.on('completed', () => {
      handled += 1
      if (handled === count) void worker.close().then(() => resolve())
    })
  })
  const tookMs = performance.now() - startMs
  await queue.close()
  return tookMs
}

/** Each peer handles and acknowledges the messages of a stream that was filled for it. */
export const handling = async (port: number, count: number, rounds: number): Promise<readonly Row[]> => {
  const [client, reader] = [new Redis({ port }), new Redis({ port })]
  const fresh = (peer: Peer): Peer => ({ name: peer.name, run: () => peer.run() })
  const peers = [groupOnBus(port, count), byHand(client, reader, count), busAlone(port, count), hubOnBus(port, count)].map(fresh)
  const times = peers.map((): number[] => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (const [place, peer] of peers.entries()) {
      // oxlint-disable-next-line no-await-in-loop
      await filled(client, count)
      globalThis.gc?.()
      const startMs = performance.now()
      // oxlint-disable-next-line no-await-in-loop
      const sum = await peer.run()
      if (sum !== sumOf(count)) throw new Error(`${peer.name} did not do all the work: ${sum}`)
      if (round > 0) times[place]?.push(performance.now() - startMs)
    }
  }
  client.disconnect()
  reader.disconnect()
  const [ours = []] = times
  return peers.map(({ name }, place) => ({
    title: 'handle and acknowledge',
    name,
    nsPerMessage: (median(times[place] ?? []) * 1e6) / count,
    ratio: median((times[place] ?? []).map((ms, round) => (ours[round] ?? Number.NaN) / ms)),
  }))
}

/** Each peer publishes the messages in pieces of a thousand, and is done when the last is confirmed. */
export const publishing = async (port: number, count: number, rounds: number): Promise<readonly Row[]> => {
  const client = new Redis({ port })
  const bus = redisBus({ client })
  const parts = pieces(numbers(count).map(messageOf), 1_000)
  const ours: Peer = {
    name: 'redisBus',
    run: async () => {
      for (const part of parts) {
        // oxlint-disable-next-line no-await-in-loop
        await bus.publish(part)
      }
      return count
    },
  }
  const hand: Peer = {
    name: 'ioredis by hand, pipelined',
    run: async () => {
      await client.del(STREAM)
      for (const part of parts) {
        const pipeline = client.pipeline()
        for (const message of part) pipeline.xadd('by-hand', '*', 'm', JSON.stringify(message))
        // oxlint-disable-next-line no-await-in-loop
        await pipeline.exec()
      }
      await client.del('by-hand')
      return count
    },
  }
  const rows = await race({ title: 'publish', messages: count, checksum: count, rounds, ours, others: [hand] })
  await bus.close()
  client.disconnect()
  return rows
}

const perSecond = (nsPerMessage: number): string => Math.round(1e9 / nsPerMessage).toLocaleString('en')

const show = (rows: readonly Row[]): void => {
  for (const { title, name, nsPerMessage, ratio } of rows) console.log(`${title.padEnd(24)}${name.padEnd(50)}${perSecond(nsPerMessage).padStart(10)}/s   ours is ${(1 / ratio).toFixed(2)} x this`)
}

const main = async (): Promise<void> => {
  const count = Number(process.argv[2] ?? 50_000)
  const rounds = Number(process.argv[3] ?? 5)
  const server = await redisServer()
  try {
    const handled = await handling(server.port, count, rounds)
    show(handled)
    const tookMs = await bullmqMs(server.port, Math.min(count, 20_000))
    const theirs = (tookMs * 1e6) / Math.min(count, 20_000)
    show([{ title: 'handle and acknowledge', name: `BullMQ, concurrency ${WORKERS}`, nsPerMessage: theirs, ratio: (handled[0]?.nsPerMessage ?? Number.NaN) / theirs }])
    show(await publishing(server.port, count, rounds))
  } finally {
    await server.close()
  }
}

await main()
