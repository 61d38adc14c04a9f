import { jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { BehaviorSubject, type Subscription } from 'rxjs'
import { ack, actionHub, createMessage, type Delivery, fixed, type Job, type Message, workerGroup } from 'rxcrew'
import { natsBus } from 'rxcrew/nats'
import { median } from '../stand.js'
import { natsStand } from './nats-stand.js'

const WORKERS = 64
/** As many again wait in the process, so that the next is there when one ends. */
const CREDIT = WORKERS * 2
const PUBLISH_WINDOW = 2_048

/** Does the work of one round on messages that are there already, and resolves when the last is acknowledged. */
interface Contender {
  readonly name: string
  run(connection: NatsConnection, round: string, messages: readonly Message[]): Promise<void>
}

const payload = { text: 'x'.repeat(860), list: [1, 2, 3], flag: true }

const messagesOf = (topic: string, count: number): readonly Message[] =>
  Array.from({ length: count }, (_, index) => createMessage({ ...payload, index }, { id: `${topic}-${index}`, topic, sentAtMs: 1 }))

/** What is done with each message: the same for all, and of no weight. */
const work = async (input: unknown): Promise<number> => (typeof input === 'object' && input !== null && 'index' in input ? Number(input.index) : Number.NaN)

/** Resolves when `count` numbers from 0 on have been told, each of them once. */
const tally = (count: number): { readonly tell: (index: number) => void; readonly all: Promise<void> } => {
  let [left, sum] = [count, (count * (count - 1)) / 2]
  let finish: (error?: Error) => void
  const all = new Promise<void>((resolve, reject) => {
    finish = (error) => (error === undefined ? resolve() : reject(error))
  })
  return {
    all,
    tell: (index) => {
      left -= 1
      sum -= index
      if (left === 0) finish(sum === 0 ? undefined : new Error(`the sum is wrong by ${sum}`))
    },
  }
}

const handledByGroup: Contender = {
  name: 'bus and worker group',
  run: async (connection, round, messages) => {
    const bus = natsBus({ connection, prefix: round, storage: 'memory' })
    const group = workerGroup({ action: ({ input }: Job) => work(input), workers: { min: WORKERS, max: WORKERS }, scaling: fixed(WORKERS), capacity: CREDIT })
    const { tell, all } = tally(messages.length)
    const subscription: Subscription = bus.deliveries({ topic: 'work', group: 'g', limit$: new BehaviorSubject(CREDIT) }).subscribe((delivery) => {
      if (delivery.message._tag === 'Left') throw new Error(delivery.message.left.reason)
      const { right: message } = delivery.message
      void group.offer(message.payload, {
        ...message,
        onOutcome: (outcome) => void delivery.settle(ack).then((settled) => tell(settled && outcome.type === 'completed' ? outcome.value : Number.NaN)),
      })
    })
    await all
    subscription.unsubscribe()
    await bus.close()
    await group.stop()
  },
}

const handledAlone: Contender = {
  name: 'bus without a group',
  run: async (connection, round, messages) => {
    const bus = natsBus({ connection, prefix: round, storage: 'memory' })
    const { tell, all } = tally(messages.length)
    const handle = async (delivery: Delivery): Promise<void> => {
      const index = delivery.message._tag === 'Right' ? await work(delivery.message.right.payload) : Number.NaN
      tell((await delivery.settle(ack)) ? index : Number.NaN)
    }
    const subscription = bus.deliveries({ topic: 'work', group: 'g', limit$: new BehaviorSubject(CREDIT) }).subscribe((delivery) => void handle(delivery))
    await all
    subscription.unsubscribe()
    await bus.close()
  },
}

const handledByHub: Contender = {
  name: 'bus and hub',
  run: async (connection, round, messages) => {
    const bus = natsBus({ connection, prefix: round, storage: 'memory' })
    const { tell, all } = tally(messages.length)
    const hub = actionHub({ bus })
    const group = hub.do('work', { action: ({ input }: Job) => work(input), workers: { min: WORKERS, max: WORKERS }, scaling: fixed(WORKERS) })
    group.outcomes$.subscribe((outcome) => tell(outcome.type === 'completed' ? outcome.value : Number.NaN))
    hub.start()
    await all
    await hub.drain()
    await bus.close()
  },
}

const handledByHand = (name: string, acknowledge: (message: JsMsg) => Promise<boolean>): Contender => ({
  name,
  run: async (connection, round, messages) => {
    const manager = await jetstreamManager(connection)
    await manager.consumers.add(`${round}-work`, { durable_name: 'hand', ack_policy: 'explicit', max_ack_pending: -1 })
    const consumer = await jetstream(connection).consumers.get(`${round}-work`, 'hand')
    const { tell, all } = tally(messages.length)
    const handle = async (message: JsMsg): Promise<void> => {
      const { payload: input }: Message = JSON.parse(message.string())
      const index = await work(input)
      tell((await acknowledge(message)) ? index : Number.NaN)
    }
    const consumed = await consumer.consume({ max_messages: CREDIT, callback: (message) => void handle(message) })
    await all
    await connection.flush()
    await consumed.close()
  },
})

const publishedByBus: Contender = {
  name: 'bus',
  run: async (connection, round, messages) => {
    const bus = natsBus({ connection, prefix: round, storage: 'memory' })
    for (let at = 0; at < messages.length; at += PUBLISH_WINDOW) {
      // eslint-disable-next-line no-await-in-loop -- as many on the way as the raw client has
      await bus.publish(messages.slice(at, at + PUBLISH_WINDOW))
    }
    await bus.close()
  },
}

const publishedByHand: Contender = {
  name: 'js.publish by hand',
  run: async (connection, round, messages) => {
    const client = jetstream(connection)
    for (let at = 0; at < messages.length; at += PUBLISH_WINDOW) {
      // eslint-disable-next-line no-await-in-loop -- a window at a time
      await Promise.all(messages.slice(at, at + PUBLISH_WINDOW).map((message) => client.publish(`${round}.work`, JSON.stringify(message))))
    }
  },
}

/** Makes the stream, and fills it if the contenders are to find something. */
const prepare = async (connection: NatsConnection, round: string, messages: readonly Message[], fill: boolean): Promise<void> => {
  const manager = await jetstreamManager(connection)
  const stream = await manager.streams.add({ name: `${round}-work`, subjects: [`${round}.work`], storage: 'memory' })
  if (!fill) return
  messages.forEach((message) => connection.publish(`${round}.work`, JSON.stringify(message)))
  await connection.flush()
  for (let { state } = stream; state.messages < messages.length; ) {
    // eslint-disable-next-line no-await-in-loop -- until all are there
    ;({ state } = await manager.streams.info(`${round}-work`))
  }
}

/** Every round runs every contender once, each with a stream and a connection of its own; the first is the measure. */
const compare = async (title: string, url: string, contenders: readonly Contender[], count: number, rounds: number, fill: boolean): Promise<void> => {
  const rates = contenders.map((): number[] => [])
  const costs = contenders.map((): number[] => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const place = (round + turn) % contenders.length
      const name = `r${round}x${place}`
      const messages = messagesOf('work', count)
      // oxlint-disable no-await-in-loop
      const connection = await connect({ servers: url })
      await prepare(connection, name, messages, fill)
      globalThis.gc?.()
      const [startMs, cpu] = [performance.now(), process.cpuUsage()]
      await contenders[place]?.run(connection, name, messages)
      const [tookMs, { user, system }] = [performance.now() - startMs, process.cpuUsage(cpu)]
      await (await jetstreamManager(connection)).streams.delete(`${name}-work`)
      await connection.close()
      // oxlint-enable no-await-in-loop
      if (round === 0) continue
      rates[place]?.push((count / tookMs) * 1_000)
      costs[place]?.push((user + system) / count)
    }
  }
  const [first = []] = rates
  contenders.forEach(({ name }, place) => {
    const ratio = median((rates[place] ?? []).map((rate, round) => rate / (first[round] ?? Number.NaN)))
    console.log(`| ${title} | ${name} | ${Math.round(median(rates[place] ?? [])).toLocaleString('en')} | ${ratio.toFixed(2)} | ${median(costs[place] ?? []).toFixed(1)} |`)
  })
}

const quick = process.argv.includes('--quick')
const [count, rounds] = quick ? [10_000, 2] : [40_000, 5]
const only = process.argv.find((text) => text.startsWith('--only='))?.slice(7)
const stand = await natsStand()
try {
  console.log('| what | who | messages a second | of the first | own CPU per message, µs |\n|---|---|---:|---:|---:|')
  const raw = handledByHand('consume and ack by hand', async (message) => {
    message.ack()
    return true
  })
  const confirmed = handledByHand('consume and ackAck by hand', (message) => message.ackAck())
  const chosen = (contenders: readonly Contender[]): readonly Contender[] => contenders.filter(({ name }) => only === undefined || name === only)
  await compare('handle and acknowledge', stand.url, chosen([raw, handledAlone, handledByGroup, handledByHub, confirmed]), count, rounds, true)
  await compare('publish', stand.url, chosen([publishedByHand, publishedByBus]), count, rounds, false)
} finally {
  await stand.close()
}
