import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { startNatsServer } from '../../brokers/support/nats-server.js'
import type { Broker, FaultBroker } from '../fault-broker.js'

const start = async (): Promise<Broker> => {
  const server = await startNatsServer()
  const outside = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100, timeout: 1_000 })
  const manager = await jetstreamManager(outside)
  const stream = (topic: string): string => `rxcrew-${topic.replaceAll('.', '=002e')}`
  return {
    port: server.port,
    settled: () => Promise.resolve(),
    kill: server.kill,
    stop: server.stop,
    restart: () => server.start('kept'),
    publishRaw: async (topic, raw) => {
      outside.publish(`rxcrew.${topic}`, raw)
      await outside.flush()
    },
    deleteTopic: async (topic) => void (await manager.streams.delete(stream(topic))),
    deleteGroups: async (topic) => {
      for await (const { name } of manager.consumers.list(stream(topic))) await manager.consumers.delete(stream(topic), name)
    },
    block: async (topic) => {
      await manager.streams.add({ name: stream(topic), subjects: [`rxcrew.${topic}`], max_msg_size: 1 })
      return async () => void (await manager.streams.update(stream(topic), { max_msg_size: -1 }))
    },
    close: async () => {
      await outside.close()
      await server.close()
    },
  }
}

export const NATS: FaultBroker = { name: 'nats', without: {}, startsOver: false, forgetsAcks: true, repeatsWhenLowered: false, leasesKeptBy: 'server', silenceMs: 2_000, start }
