import { type ChannelModel, connect } from 'amqplib'
import { type RabbitmqServer, rabbitmqServer } from '../../brokers/support/rabbitmq-server.js'
import type { Broker, FaultBroker } from '../fault-broker.js'
import { unused } from '../fault-broker.js'
import { HEARTBEAT_S } from '../fault-bus.js'

/** A connection for one thing to do, so that none has to be kept through a restart. */
const beside = async <A>({ url }: RabbitmqServer, act: (connection: ChannelModel) => Promise<A>): Promise<A> => {
  const connection = await connect(url)
  try {
    return await act(connection)
  } finally {
    await connection.close()
  }
}

const exchange = (topic: string): string => `rxcrew.topic:${topic}`
const group = (topic: string): string => `rxcrew.group:${topic}:${topic}`

const start = async (): Promise<Broker> => {
  const server = await rabbitmqServer()
  await server.start()
  return {
    port: server.port,
    settled: (topic) => server.saved(group(topic)),
    kill: server.kill,
    stop: server.stop,
    restart: server.start,
    publishRaw: (topic, raw) =>
      beside(server, async (connection) => {
        const channel = await connection.createConfirmChannel()
        channel.publish(exchange(topic), '', Buffer.from(raw))
        await channel.waitForConfirms()
      }),
    deleteTopic: (topic) =>
      beside(server, async (connection) => {
        const channel = await connection.createChannel()
        for (const queue of [group(topic), `rxcrew.kept:${topic}`]) await channel.deleteQueue(queue)
        for (const name of [exchange(topic), `rxcrew.groups:${topic}`, `rxcrew.kept:${topic}`]) await channel.deleteExchange(name)
      }),
    deleteGroups: unused,
    block: (topic) =>
      beside(server, async (connection) => {
        const channel = await connection.createChannel()
        await channel.assertExchange(exchange(topic), 'direct')
        return () => beside(server, async (other) => void (await (await other.createChannel()).deleteExchange(exchange(topic))))
      }),
    close: server.end,
  }
}

export const RABBITMQ: FaultBroker = {
  name: 'rabbitmq',
  without: { 'T1 groups deleted': 'a group is its queue there: who deletes it deletes its messages' },
  startsOver: false,
  forgetsAcks: false,
  repeatsWhenLowered: true,
  leasesKeptBy: 'process',
  // Both sides give up after two heartbeats without a word, which they look for now and then.
  silenceMs: 4 * HEARTBEAT_S * 1_000,
  start,
}
