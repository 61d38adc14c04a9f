import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { admin } from '../brokers/redis/redis-stand.js'
import { startNatsServer } from '../brokers/support/nats-server.js'
import { redisServer } from '../brokers/support/redis-server.js'
import type { BusName } from './fault-bus.js'

/** A server that a fault may do anything to. It keeps what it has confirmed, through a SIGKILL too. */
export interface Broker {
  readonly port: number
  kill(): Promise<void>
  /** Starts it again with what it had; resolves when it is ready. */
  restart(): Promise<void>
  /** Puts bytes on a topic, as a foreign program would. */
  publishRaw(topic: string, raw: string): Promise<void>
  /** Removes a topic with everything in it. */
  deleteTopic(topic: string): Promise<void>
  /** Removes what the server knows of the groups of a topic. */
  deleteGroups(topic: string): Promise<void>
  /** From now on nothing can be stored on this topic, which has nothing yet; the answer ends that. */
  block(topic: string): Promise<() => Promise<void>>
  /** Ends it, and takes away what it kept. */
  close(): Promise<void>
}

/** One entry for each bus: a new one needs nothing else, and its maker in `fault-bus.ts`. */
export interface FaultBroker {
  readonly name: BusName
  /** A group that was deleted begins again with everything its topic still has. */
  readonly startsOver: boolean
  /** Killed, it may come back without the latest acknowledgements, though it had confirmed them: what was handled comes again. */
  readonly forgetsAcks: boolean
  start(): Promise<Broker>
}

const redis = async (): Promise<Broker> => {
  const server = await redisServer('--appendonly', 'yes', '--appendfsync', 'always')
  const outside = admin(server.port)
  const key = (topic: string): string => `rxcrew:${topic}`
  return {
    port: server.port,
    kill: server.kill,
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

const nats = async (): Promise<Broker> => {
  const server = await startNatsServer()
  const outside = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 100, timeout: 1_000 })
  const manager = await jetstreamManager(outside)
  const stream = (topic: string): string => `rxcrew-${topic.replaceAll('.', '=002e')}`
  return {
    port: server.port,
    kill: server.kill,
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

export const BROKERS: readonly FaultBroker[] = [
  { name: 'redis', startsOver: true, forgetsAcks: false, start: redis },
  { name: 'nats', startsOver: false, forgetsAcks: true, start: nats },
]
