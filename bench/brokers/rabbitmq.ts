import { type Channel, connect, type ConfirmChannel, type ConsumeMessage } from 'amqplib'
import { of } from 'rxjs'
import { createMessage, fixed, type Job, type Message, workerGroup } from 'rxcrew'
import { rabbitmqBus, type RabbitmqBus } from 'rxcrew/rabbitmq'
import { rabbitmqServer } from '../../spec/brokers/support/rabbitmq-server.js'
import { median, type Peer } from '../stand.js'

const AT_ONCE = 64
const PREFETCH = 2 * AT_ONCE
const MESSAGES = Number(process.argv[2] ?? 30_000)
const ROUNDS = Number(process.argv[3] ?? 5)
const TEXT = 'x'.repeat(1_000)

interface Work {
  readonly number: number
  readonly text: string
}

const messages = (topic: string): readonly Message<Work>[] =>
  Array.from({ length: MESSAGES }, (_, number) => createMessage({ number, text: TEXT }, { id: `m${number}`, topic, sentAtMs: 1 }))

const isWork = (value: unknown): value is Work => typeof value === 'object' && value !== null && 'number' in value

const work = (payload: unknown): Work => {
  if (!isWork(payload)) throw new Error('no work came')
  return payload
}

/** When the first message came: who listens already and who has to begin are compared from then on. */
let firstMs: number | undefined

const handle = async ({ number }: Work): Promise<number> => {
  firstMs ??= performance.now()
  return number + 1
}

const PIECE = 500
const pieces = <T>(all: readonly T[]): readonly (readonly T[])[] => Array.from({ length: Math.ceil(all.length / PIECE) }, (_, piece) => all.slice(piece * PIECE, (piece + 1) * PIECE))

/** Everything on the queue of the group before the clock starts. */
const filled = async (bus: RabbitmqBus, topic: string): Promise<void> => {
  const seat = bus.deliveries({ topic, group: 'g', limit$: of(0) }).subscribe()
  await Promise.all(pieces(messages(topic)).map((piece) => bus.publish(piece)))
  seat.unsubscribe()
}

const ours = (bus: RabbitmqBus, topic: string): Peer => ({
  name: 'rabbitmqBus and a group of 64',
  run: () =>
    new Promise((resolve) => {
      const group = workerGroup({ action: ({ input }: Job<Work>) => handle(input), workers: { min: AT_ONCE, max: AT_ONCE }, scaling: fixed(AT_ONCE), capacity: PREFETCH })
      let [sum, settled] = [0, 0]
      const seat = bus.deliveries({ topic, group: 'g', limit$: of(PREFETCH) }).subscribe((delivery) => {
        if (delivery.message._tag === 'Left') throw new Error(delivery.message.left.reason)
        const { right: message } = delivery.message
        void group.offer(work(message.payload), {
          ...message,
          waits: 'line',
          onOutcome: (outcome) => {
            sum += outcome.type === 'completed' ? outcome.value : Number.NaN
            void delivery.settle({ type: 'ack' }).then(() => {
              if (++settled < MESSAGES) return
              seat.unsubscribe()
              void group.stop().then(() => resolve(sum))
            })
          },
        })
      })
    }),
})

/** What one would write by hand: 64 at once, and one frame for every run of messages that is done. */
const raw = (channel: Channel, queue: string): Peer => ({
  name: 'amqplib by hand',
  run: async () => {
    let [sum, settled, running, oldest, isDue] = [0, 0, 0, 0, false]
    const line: ConsumeMessage[] = []
    const done = new Map<number, ConsumeMessage>()
    let finish: () => void = () => undefined
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const flush = (): void => {
      isDue = false
      let upTo: ConsumeMessage | undefined
      for (let next = done.get(oldest); next !== undefined; next = done.get(oldest)) {
        done.delete(oldest)
        upTo = next
        oldest += 1
      }
      if (upTo !== undefined) channel.ack(upTo, true)
      if (settled === MESSAGES && done.size === 0) finish()
    }
    const start = async (message: ConsumeMessage): Promise<void> => {
      running += 1
      const { payload }: { readonly payload: Work } = JSON.parse(message.content.toString())
      const result = await handle(payload)
      sum += result
      running -= 1
      settled += 1
      done.set(message.fields.deliveryTag, message)
      if (!isDue) {
        isDue = true
        setImmediate(flush)
      }
      const next = line.shift()
      if (next !== undefined) void start(next)
    }
    await channel.prefetch(PREFETCH)
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message === null) return
      if (oldest === 0) oldest = message.fields.deliveryTag
      if (running < AT_ONCE) void start(message)
      else line.push(message)
    })
    await finished
    await channel.cancel(consumerTag)
    return sum
  },
})

const publishOurs = (bus: RabbitmqBus, topic: string): Peer => ({
  name: 'rabbitmqBus, each message a publish of its own',
  run: async () => {
    const all = messages(topic)
    for (const piece of pieces(all)) {
      // eslint-disable-next-line no-await-in-loop -- never more than a piece on its way
      await Promise.all(piece.map((message) => bus.publish([message])))
    }
    return all.length
  },
})

const publishRaw = (channel: ConfirmChannel, exchange: string, topic: string): Peer => ({
  name: 'amqplib by hand, confirmed',
  run: async () => {
    const all = messages(topic)
    const send = (message: Message): Promise<void> =>
      new Promise((resolve, reject) => {
        channel.publish(exchange, '', Buffer.from(JSON.stringify(message)), { persistent: true, contentType: 'application/json', messageId: message.id }, (error: unknown) => (error === null ? resolve() : reject(error)))
      })
    for (const piece of pieces(all)) {
      // eslint-disable-next-line no-await-in-loop -- never more than a piece on its way
      await Promise.all(piece.map(send))
    }
    return all.length
  },
})

const server = await rabbitmqServer()
await server.start()
const bus = rabbitmqBus({ url: server.url, retained: 10_000_000, patienceMs: 600_000 })
const connection = await connect(server.url, { noDelay: true })
const channel = await connection.createConfirmChannel()

interface Side {
  readonly peer: Peer
  /** Before the clock starts. */
  readonly prepare: () => Promise<unknown>
}

interface Took {
  readonly ms: number
  /** What this process itself has worked, whatever else the machine does. */
  readonly cpuMs: number
}

const timed = async ({ peer, prepare }: Side, checksum: number): Promise<Took> => {
  await prepare()
  globalThis.gc?.()
  const before = process.cpuUsage()
  const startMs = performance.now()
  firstMs = undefined
  const done = await peer.run()
  const ms = performance.now() - (firstMs ?? startMs)
  const { user, system } = process.cpuUsage(before)
  if (done !== checksum) throw new Error(`${peer.name} did not do all the work: ${done} instead of ${checksum}`)
  return { ms, cpuMs: (user + system) / 1_000 }
}

/** Both sides in every round, in turns first; one round more warms up. */
const compare = async (title: string, checksum: number, [left, right]: readonly [Side, Side]): Promise<void> => {
  const rounds: { readonly left: Took; readonly right: Took }[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [first, second] = round % 2 === 0 ? [left, right] : [right, left]
    // eslint-disable-next-line no-await-in-loop -- one at a time is the point
    const [one, other] = [await timed(first, checksum), await timed(second, checksum)]
    if (round > 0) rounds.push(first === left ? { left: one, right: other } : { left: other, right: one })
  }
  for (const side of ['left', 'right'] as const) {
    const rate = MESSAGES / (median(rounds.map((round) => round[side].ms)) / 1_000)
    const cpuUs = (median(rounds.map((round) => round[side].cpuMs)) * 1_000) / MESSAGES
    const ratio = median(rounds.map((round) => round.right.ms / round[side].ms))
    console.log(`| ${title} | ${(side === 'left' ? left : right).peer.name} | ${rate.toFixed(0)} | ${ratio.toFixed(2)} | ${cpuUs.toFixed(0)} |`)
  }
}

const purged = (topic: string) => async (): Promise<unknown> => channel.purgeQueue(`rxcrew.group:${topic}:g`)

console.log(`Node ${process.version}, ${process.platform} ${process.arch}. ${MESSAGES} messages of 1 KB, median of ${ROUNDS} rounds; above 1 we are faster.\n`)
console.log('| what | who | messages a second | against theirs | client CPU, µs a message |\n|---|---|---:|---:|---:|')
await compare('handle and acknowledge', (MESSAGES * (MESSAGES + 1)) / 2, [
  { peer: ours(bus, 'ours'), prepare: () => filled(bus, 'ours') },
  { peer: raw(channel, 'rxcrew.group:raw:g'), prepare: () => filled(bus, 'raw') },
])
await Promise.all(['pub-ours', 'pub-raw'].map((topic) => filled(bus, topic)))
await compare('publish', MESSAGES, [
  { peer: publishOurs(bus, 'pub-ours'), prepare: purged('pub-ours') },
  { peer: publishRaw(channel, 'rxcrew.topic:pub-raw', 'pub-raw'), prepare: purged('pub-raw') },
])
await bus.close()
await connection.close()
await server.end()
