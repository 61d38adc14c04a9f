import { type IoredisClient, ioredisConnections } from './ioredis-client.js'
import { type NodeRedisClient, nodeRedisConnections } from './node-redis-client.js'
import type { OpenConnection } from './redis-connection.js'

/** A client of ioredis 6 or of node-redis 6, connected or not. The bus uses copies of it and leaves it as it is. */
export type RedisClient = IoredisClient | NodeRedisClient

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Whether it is a client of one of both, for a single server: a cluster has no connection that a stream could be read on. */
export const isRedisClient = (value: unknown): value is RedisClient =>
  isObject(value) && value['isCluster'] !== true && ['duplicate', 'connect', 'on'].every((method) => typeof value[method] === 'function') && (isIoredis(value) || typeof value['sendCommand'] === 'function')

const isIoredis = (client: object): client is IoredisClient => 'call' in client && 'disconnect' in client && 'status' in client

/** Opens connections like the client's; a function is asked for a client anew each time. */
export const connectionsOf = (client: RedisClient | (() => RedisClient)): OpenConnection => {
  if (typeof client === 'function') return (onEnd) => connectionsOf(client())(onEnd)
  return isIoredis(client) ? ioredisConnections(client) : nodeRedisConnections(client)
}
