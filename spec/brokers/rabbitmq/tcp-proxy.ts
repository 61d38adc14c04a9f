import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a server that can be cut, or fall silent. */
export interface TcpProxy {
  readonly port: number
  /** Resets every connection; new ones are let through. */
  cut(): void
  /** From now on nothing that is sent arrives, and no error tells so; also on new connections. */
  silence(): void
  /** Lets new connections through again; silent ones stay so. */
  restore(): void
  end(): Promise<void>
}

export const tcpProxy = async (target: number): Promise<TcpProxy> => {
  const open = new Set<Socket>()
  let isSilent = false
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const [from, to] of [[near, far], [far, near]] as const) {
      open.add(from)
      from.setNoDelay(true)
      from.on('error', () => undefined)
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
      from.on('data', (chunk) => {
        if (!muted.has(near) && !isSilent) to.write(chunk)
      })
    }
    pairs.add(near)
  })
  const pairs = new Set<Socket>()
  const muted = new Set<Socket>()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return {
    port: address.port,
    cut: () => open.forEach((socket) => socket.resetAndDestroy()),
    silence: () => {
      isSilent = true
      for (const near of pairs) muted.add(near)
    },
    restore: () => {
      isSilent = false
    },
    end: async () => {
      open.forEach((socket) => socket.destroy())
      server.close()
      await once(server, 'close')
    },
  }
}
