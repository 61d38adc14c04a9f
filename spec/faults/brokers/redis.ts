import { admin } from '../../brokers/redis/redis-stand.js'
import { redisServer } from '../../brokers/support/redis-server.js'
import type { Broker, FaultBroker } from '../fault-broker.js'

const start = async (): Promise<Broker> => {
  const server = await redisServer('--appendonly', 'yes', '--appendfsync', 'always')
  const outside = admin(server.port)
  const key = (topic: string): string => `rxcrew:${topic}`
  return {
    port: server.port,
    settled: () => Promise.resolve(),
    kill: server.kill,
    stop: server.stop,
    restart: server.start,
    publishRaw: async (topic, raw) => void (await outside.xadd(key(topic), '*', 'm', raw)),
    deleteTopic: async (topic) => void (await outside.del(key(topic))),
    deleteGroups: async (topic) => {
      const groups = await outside.xinfo('GROUPS', key(topic))
      if (!Array.isArray(groups)) throw new Error('XINFO GROUPS answers a list')
      await Promise.all(groups.map((group: readonly unknown[]) => outside.xgroup('DESTROY', key(topic), String(group[1]))))
    },
    block: async (topic) => {
      await outside.set(key(topic), 'of another type')
      return async () => void (await outside.del(key(topic)))
    },
    close: async () => {
      outside.disconnect()
      await server.close()
    },
  }
}

export const REDIS: FaultBroker = { name: 'redis', without: {}, startsOver: true, forgetsAcks: false, repeatsWhenLowered: false, leasesKeptBy: 'server', silenceMs: 2_000, start }
