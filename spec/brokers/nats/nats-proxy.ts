import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a server that can be cut, or swallow all that passes without anybody being told. */
export interface Proxy {
  readonly url: string
  /** Connections that go through it: now. */
  open(): number
  /** Ends every connection; new ones are let through. */
  cut(): void
  /** From now on nothing passes, not even the end of a connection. */
  swallow(): void
  /** New connections are let through again; what was open stays silent. */
  heal(): void
  close(): Promise<void>
}

export const startProxy = async (port: number): Promise<Proxy> => {
  const pairs = new Set<readonly [Socket, Socket]>()
  let swallowing = false
  const server = createServer((from) => {
    const to = connect(port, '127.0.0.1')
    const pair = [from, to] as const
    let silent = swallowing
    pairs.add(pair)
    for (const [one, other] of [[from, to], [to, from]] as const) {
      one.on('data', (chunk) => {
        silent ||= swallowing
        if (!silent) other.write(chunk)
      })
      one.on('error', () => undefined)
      one.on('close', () => {
        silent ||= swallowing
        if (silent && one === to) return
        other.destroy()
        pairs.delete(pair)
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const cut = (): void => pairs.forEach((pair) => pair.forEach((socket) => socket.destroy()))
  return {
    url: `nats://127.0.0.1:${address.port}`,
    open: () => pairs.size,
    cut,
    swallow: () => {
      swallowing = true
    },
    heal: () => {
      swallowing = false
    },
    close: async () => {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
