import type { OpenConnection, RedisConnection } from './redis-connection.js'

/** As much of a client of ioredis 6 as the bus needs. */
export interface IoredisClient {
  readonly status: string
  call(command: string, parameters: (string | Buffer | number)[]): Promise<unknown>
  connect(): Promise<void>
  disconnect(): void
  duplicate(overrides?: IoredisOverrides): IoredisClient
  on(event: string, listener: (...values: unknown[]) => void): unknown
}

/** What the bus sets on a connection of its own: whether and when it reconnects is the bus's to say. */
export interface IoredisOverrides {
  lazyConnect?: boolean
  retryStrategy?: () => null
  reconnectOnError?: null
  autoResendUnfulfilledCommands?: boolean
  enableOfflineQueue?: boolean
  maxRetriesPerRequest?: null
  commandTimeout?: undefined
  socketTimeout?: undefined
}

const OVERRIDES: IoredisOverrides = {
  lazyConnect: true,
  retryStrategy: () => null,
  reconnectOnError: null,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  maxRetriesPerRequest: null,
  // A read that blocks is not late; the bus itself tells which connection is silent.
  commandTimeout: undefined,
  socketTimeout: undefined,
}

/** Connections like the one the client has. */
export const ioredisConnections = (client: IoredisClient): OpenConnection => (onEnd) => connectionOver(client.duplicate(OVERRIDES), onEnd)

const connectionOver = (client: IoredisClient, onEnd: (reason: Error) => void): RedisConnection => {
  let reason = new Error('the connection was closed')
  let live = false
  client.on('error', (error) => {
    if (error instanceof Error) reason = error
  })
  client.on('close', () => {
    if (live) onEnd(reason)
    live = false
  })
  return {
    ready: client.connect().then(
      () => void (live = true),
      // What the client rejects with says only that it is closed.
      () => Promise.reject(reason),
    ),
    send: ([name = '', ...parameters]) => client.call(name, parameters),
    destroy() {
      live = false
      client.disconnect()
    },
  }
}
