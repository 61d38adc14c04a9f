import { jetstream, jetstreamManager, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import type { Message } from 'rxcrew'
import { connectNatsBus } from 'rxcrew/nats'
import { startNatsServer } from '../../spec/brokers/support/nats-server.js'
import { CREDIT, PIECE, type Broker, type Contender, type LineMaker, type Payload } from './broker.js'
import { payloadIn, piecesOf, sumOf, tallyOf, work } from './messages.js'

const streamOf = (topic: string): string => `rxcrew-${topic}`
const subjectOf = (topic: string): string => `rxcrew.${topic}`

/** A consumer that has had nothing of the stream. */
const prepared = async (servers: string, topic: string): Promise<NatsConnection> => {
  const connection = await connect({ servers })
  const manager = await jetstreamManager(connection)
  await manager.consumers.add(streamOf(topic), { durable_name: 'hand', ack_policy: 'explicit', max_ack_pending: -1 })
  return connection
}

const publish = async (connection: NatsConnection, topic: string, messages: readonly Message<Payload>[]): Promise<void> => {
  const client = jetstream(connection)
  for (const piece of piecesOf(messages, PIECE)) {
    // oxlint-disable-next-line no-await-in-loop -- a piece at a time
    await Promise.all(piece.map((message) => client.publish(subjectOf(topic), JSON.stringify(message))))
  }
}

const consume = async (connection: NatsConnection, topic: string, handle: (message: JsMsg) => Promise<unknown>): Promise<ConsumerMessages> => {
  const consumer = await jetstream(connection).consumers.get(streamOf(topic), 'hand')
  return consumer.consume({ max_messages: CREDIT, callback: (message) => void handle(message) })
}

const handlesByHand = (servers: string): Contender => ({
  name: 'consume and ack by hand',
  prepare: async (topic, messages) => {
    const connection = await prepared(servers, topic)
    await publish(connection, topic, messages)
    const tally = tallyOf(messages.length)
    const handle = async (message: JsMsg): Promise<void> => {
      const value = await work(payloadIn(message.string()))
      message.ack()
      tally.tell(value)
    }
    const run = async (): Promise<number> => {
      const consumed = await consume(connection, topic, handle)
      const sum = await tally.all
      await connection.flush()
      await consumed.close()
      return sum
    }
    return { run, end: () => connection.close() }
  },
})

const publishesByHand = (servers: string): Contender => ({
  name: 'js.publish by hand',
  prepare: async (topic, messages) => {
    const connection = await prepared(servers, topic)
    const run = async (): Promise<number> => {
      await publish(connection, topic, messages)
      return sumOf(messages)
    }
    return { run, end: () => connection.close() }
  },
})

const lineByHand = (servers: string): LineMaker => ({
  name: 'consume and ack by hand',
  open: async (topic, handle) => {
    const connection = await prepared(servers, topic)
    const consumed = await consume(connection, topic, async (message) => {
      await handle(payloadIn(message.string()))
      message.ack()
    })
    const client = jetstream(connection)
    return {
      send: (message) => client.publish(subjectOf(topic), JSON.stringify(message)),
      end: async () => {
        await consumed.close()
        await connection.close()
      },
    }
  },
})

export const nats: Broker = {
  name: 'NATS',
  program: 'nats-server',
  start: async () => {
    const server = await startNatsServer()
    const outside = await connect({ servers: server.url })
    const manager = await jetstreamManager(outside)
    return {
      pid: server.pid(),
      bus: () => connectNatsBus({ connect: { servers: server.url }, storage: 'memory' }),
      handlesByHand: handlesByHand(server.url),
      publishesByHand: publishesByHand(server.url),
      lineByHand: lineByHand(server.url),
      others: { handling: [], publishing: [] },
      place: (topic) => manager.streams.add({ name: streamOf(topic), subjects: [subjectOf(topic)], storage: 'memory' }),
      forget: (topic) => manager.streams.delete(streamOf(topic)),
      close: async () => {
        await outside.close()
        await server.close()
      },
    }
  },
}
