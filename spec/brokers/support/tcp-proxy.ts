import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers'

/** Stands between a client and a server of a test, and disturbs what passes. */
export interface TcpProxy {
  readonly port: number
  /** Connections that are open now. */
  readonly open: number
  /** Resets every connection; new ones are let through. */
  reset(): void
  /** From now on everything takes so many ms longer, each way. */
  delay(ms: number): void
  /** From now on nothing passes, not even the end of a connection, and nobody is told; also on connections made meanwhile. */
  silence(): void
  /** Lets new connections through again; silent ones stay so. */
  restore(): void
  close(): Promise<void>
}

interface Pair {
  readonly sockets: readonly [Socket, Socket]
  silent: boolean
}

export const tcpProxy = async (targetPort: number): Promise<TcpProxy> => {
  const pairs = new Set<Pair>()
  let delayMs = 0
  let silent = false
  const pipe = (pair: Pair, from: Socket, to: Socket): void => {
    from.on('data', (chunk: Buffer) => {
      if (pair.silent) return
      if (delayMs === 0) to.write(chunk)
      else after(() => void (to.destroyed || to.write(chunk)), delayMs)
    })
  }
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1')
    const pair: Pair = { sockets: [client, upstream], silent }
    const end = (): void => {
      if (pair.silent) return
      pairs.delete(pair)
      for (const socket of pair.sockets) socket.destroy()
    }
    pairs.add(pair)
    for (const socket of pair.sockets) socket.on('error', () => undefined).on('close', end).setNoDelay(true)
    pipe(pair, client, upstream)
    pipe(pair, upstream, client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const reset = (): void => {
    for (const { sockets } of pairs) for (const socket of sockets) socket.resetAndDestroy()
    pairs.clear()
  }
  return {
    port: address.port,
    get open() {
      return pairs.size
    },
    reset,
    delay: (ms) => {
      delayMs = ms
    },
    silence: () => {
      silent = true
      for (const pair of pairs) pair.silent = true
    },
    restore: () => {
      silent = false
    },
    async close() {
      reset()
      server.close()
      await once(server, 'close')
    },
  }
}
