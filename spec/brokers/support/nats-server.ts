import { type Child, freePort, scratchFolder, startChild } from './child.js'

/** A NATS server with JetStream that a spec started, on a port of its own. */
export interface NatsServer {
  readonly port: number
  readonly url: string
  /** Of its process, while it runs. */
  pid(): number | undefined
  /** Kills it at once, as a crash would. */
  kill(): Promise<void>
  /** Ends it as its keeper does. */
  stop(): Promise<void>
  /** Starts it again on the same port: with what it had stored, or empty. Resolves when it answers. */
  start(data: 'kept' | 'empty'): Promise<void>
  /** Ends it and removes what it stored. */
  close(): Promise<void>
}

/** Resolves when it answers. More parameters are given to the server as they are, for instance `--user` and `--pass`. */
export const startNatsServer = async (...parameters: readonly string[]): Promise<NatsServer> => {
  const folder = await scratchFolder()
  const port = await freePort()
  let child: Child | undefined = undefined
  let stores = 0

  const start = async (): Promise<void> => {
    child = startChild('nats-server', ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', `${folder.path}/${stores}`, ...parameters])
    await child.printed('Server is ready')
  }
  const kill = async (): Promise<void> => child?.end('SIGKILL')
  await start()
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    pid: () => child?.process.pid,
    kill,
    stop: async () => child?.end('SIGTERM'),
    start: async (data) => {
      if (data === 'empty') stores += 1
      await start()
    },
    close: async () => {
      await kill()
      await folder.remove()
    },
  }
}
