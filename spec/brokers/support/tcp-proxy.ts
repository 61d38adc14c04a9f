import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers'

/** Stands between a client and a server of a test, and disturbs what passes. */
export interface TcpProxy {
  readonly port: number
  /** Connections that are open now. */
  readonly open: number
  /** Breaks off every connection. */
  reset(): void
  /** From now on everything takes so many ms longer, each way. */
  delay(ms: number): void
  /** From now on nothing passes either way, and nobody is told; also on connections made meanwhile. */
  blackHole(on: boolean): void
  close(): Promise<void>
}

export const tcpProxy = async (targetPort: number): Promise<TcpProxy> => {
  const pairs = new Set<readonly [Socket, Socket]>()
  let delayMs = 0
  let swallows = false
  const pipe = (from: Socket, to: Socket): void => {
    from.on('data', (chunk: Buffer) => {
      if (swallows) return
      if (delayMs === 0) to.write(chunk)
      else after(() => void (to.destroyed || to.write(chunk)), delayMs)
    })
  }
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1')
    const pair = [client, upstream] as const
    const end = (): void => {
      pairs.delete(pair)
      // In a black hole nobody hears of an end either.
      for (const socket of pair) if (!swallows) socket.destroy()
    }
    pairs.add(pair)
    for (const socket of pair) socket.on('error', () => undefined).on('close', end).setNoDelay(true)
    pipe(client, upstream)
    pipe(upstream, client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const cut = (): void => [...pairs].flat().forEach((socket) => socket.destroy())
  return {
    port: address.port,
    get open() {
      return pairs.size
    },
    reset: cut,
    delay: (ms) => {
      delayMs = ms
    },
    // What passed through a hole is lost: a connection that was in it cannot go on afterwards.
    blackHole: (on) => {
      if (!on && swallows) cut()
      swallows = on
    },
    async close() {
      swallows = false
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
