import type { OpenConnection, RedisConnection } from './redis-connection.js'

/** As much of a client of node-redis 6 as the bus needs. */
export interface NodeRedisClient {
  readonly isOpen: boolean
  readonly options: { readonly socket?: object }
  sendCommand(command: readonly string[]): Promise<unknown>
  connect(): Promise<unknown>
  destroy(): void
  duplicate(overrides?: NodeRedisOverrides): NodeRedisClient
  on(event: string, listener: (...values: unknown[]) => void): unknown
}

/** What the bus sets on a connection of its own: whether and when it reconnects is the bus's to say. */
export interface NodeRedisOverrides {
  disableOfflineQueue?: boolean
  socket?: object
}

/** Connections like the one the client has. */
export const nodeRedisConnections = (client: NodeRedisClient): OpenConnection => (onEnd) =>
  connectionOver(client.duplicate({ disableOfflineQueue: true, socket: { ...client.options.socket, reconnectStrategy: false } }), onEnd)

const connectionOver = (client: NodeRedisClient, onEnd: (reason: Error) => void): RedisConnection => {
  let live = false
  const ended = (error: unknown): void => {
    if (live) onEnd(error instanceof Error ? error : new Error('the connection was closed'))
    live = false
  }
  // A socket that closes is told as an error only, one that is closed as an end.
  client.on('error', ended)
  client.on('end', ended)
  return {
    ready: client.connect().then(() => void (live = true)),
    send: (command) => client.sendCommand(command),
    destroy() {
      live = false
      if (client.isOpen) client.destroy()
    },
  }
}
