import { connect, type Channel, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib'
import { BehaviorSubject, concatMap, filter, firstValueFrom, of } from 'rxjs'
import { ack, type Message, type MessageBus } from 'rxcrew'
import { rabbitmqBus } from 'rxcrew/rabbitmq'
import { BIN, rabbitmqServer } from '../../spec/brokers/support/rabbitmq-server.js'
import { CREDIT, GROUP, PIECE, WORKERS, type Broker, type Contender, type LineMaker, type Payload } from './broker.js'
import { messageOf, payloadIn, piecesOf, sumOf, work } from './messages.js'
import { publishAll } from './ours.js'

const queueOf = (topic: string): string => `rxcrew.group:${topic}:${GROUP}`

/** Acknowledges a run of messages that are done with one frame, once in a turn of the event loop; tells how many it has until now. */
const runsOf = (channel: Channel, told: (acknowledged: number) => void): ((message: ConsumeMessage) => void) => {
  const done = new Map<number, ConsumeMessage>()
  let oldest = 1
  let isDue = false
  const flush = (): void => {
    isDue = false
    let upTo: ConsumeMessage | undefined
    for (let next = done.get(oldest); next !== undefined; next = done.get(oldest)) {
      done.delete(oldest)
      upTo = next
      oldest += 1
    }
    if (upTo !== undefined) channel.ack(upTo, true)
    told(oldest - 1)
  }
  return (message) => {
    done.set(message.fields.deliveryTag, message)
    if (isDue) return
    isDue = true
    setImmediate(flush)
  }
}

/** What one would write by hand: so many at once, and the others in a line. */
const consume = async (channel: Channel, topic: string, handle: (payload: Payload) => Promise<unknown>, told: (acknowledged: number) => void = () => undefined): Promise<void> => {
  const acknowledge = runsOf(channel, told)
  const line: ConsumeMessage[] = []
  let running = 0
  const start = async (message: ConsumeMessage): Promise<void> => {
    running += 1
    await handle(payloadIn(message.content.toString()))
    running -= 1
    acknowledge(message)
    const next = line.shift()
    if (next !== undefined) void start(next)
  }
  await channel.prefetch(CREDIT)
  await channel.consume(queueOf(topic), (message) => {
    if (message === null) return
    if (running < WORKERS) void start(message)
    else line.push(message)
  })
}

const publishOne = (channel: ConfirmChannel, topic: string, message: Message<Payload>): Promise<void> =>
  new Promise((resolve, reject) => {
    const options = { persistent: true, contentType: 'application/json', messageId: message.id }
    channel.publish(`rxcrew.topic:${topic}`, '', Buffer.from(JSON.stringify(message)), options, (error: unknown) => (error === null ? resolve() : reject(error)))
  })

/** The bus makes the queue of a group when somebody listens: one message there and back shows that it is there. */
const place = async (bus: MessageBus, topic: string): Promise<void> => {
  const settled = firstValueFrom(bus.deliveries({ topic, group: GROUP, limit$: of(1) }).pipe(concatMap((delivery) => delivery.settle(ack))))
  await bus.publish([messageOf(topic, 0)])
  await settled
}

const handlesByHand = (connection: ChannelModel, bus: MessageBus): Contender => ({
  name: 'amqplib by hand, a frame per run of acks',
  prepare: async (topic, messages) => {
    await publishAll(bus, messages)
    const channel = await connection.createConfirmChannel()
    const run = (): Promise<number> =>
      new Promise((resolve, reject) => {
        let sum = 0
        const handle = async (payload: Payload): Promise<void> => {
          const value = await work(payload)
          sum += value
        }
        consume(channel, topic, handle, (acknowledged) => acknowledged === messages.length && resolve(sum)).catch(reject)
      })
    return { run, end: () => channel.close() }
  },
})

const publishesByHand = (connection: ChannelModel): Contender => ({
  name: 'amqplib by hand, confirmed',
  prepare: async (topic, messages) => {
    const channel = await connection.createConfirmChannel()
    const run = async (): Promise<number> => {
      for (const piece of piecesOf(messages, PIECE)) {
        // oxlint-disable-next-line no-await-in-loop -- a piece at a time
        await Promise.all(piece.map((message) => publishOne(channel, topic, message)))
      }
      return sumOf(messages)
    }
    return { run, end: () => channel.close() }
  },
})

const lineByHand = (connection: ChannelModel): LineMaker => ({
  name: 'amqplib by hand',
  open: async (topic, handle) => {
    const channel = await connection.createConfirmChannel()
    const acknowledged$ = new BehaviorSubject(0)
    await consume(channel, topic, handle, (acknowledged) => acknowledged$.next(acknowledged))
    let sent = 0
    return {
      send: (message) => {
        sent += 1
        return publishOne(channel, topic, message)
      },
      end: async () => {
        await firstValueFrom(acknowledged$.pipe(filter((acknowledged) => acknowledged === sent)))
        await channel.close()
      },
    }
  },
})

export const rabbitmq: Broker = {
  name: 'RabbitMQ',
  program: 'rabbitmq-server',
  folder: BIN,
  start: async () => {
    const server = await rabbitmqServer()
    await server.start()
    const makeBus = (): MessageBus => rabbitmqBus({ url: server.url, patienceMs: 600_000 })
    const bus = makeBus()
    const connection = await connect(server.url, { noDelay: true })
    const outside = await connection.createChannel()
    return {
      pid: server.pid(),
      bus: async () => makeBus(),
      handlesByHand: handlesByHand(connection, bus),
      publishesByHand: publishesByHand(connection),
      lineByHand: lineByHand(connection),
      others: { handling: [], publishing: [] },
      place: (topic) => place(bus, topic),
      forget: (topic) => outside.deleteQueue(queueOf(topic)),
      close: async () => {
        await bus.close()
        await connection.close()
        await server.end()
      },
    }
  },
}
