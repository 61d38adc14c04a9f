import { type Child, freePort, scratchFolder, startChild } from './child.js'

/** A Redis server of a test's own, on a free port of the loopback interface; it keeps nothing when it ends. */
export interface RedisServer {
  readonly port: number
  /** Of its process, while it runs. */
  pid(): number | undefined
  /** Ends it at once, as a machine that fails would. */
  kill(): Promise<void>
  /** Ends it as its keeper does. */
  stop(): Promise<void>
  /** Starts it anew on the same port, empty. */
  start(): Promise<void>
  /** Ends it and takes its folder away. */
  close(): Promise<void>
}

const READY = 'Ready to accept connections'

export const redisServer = async (...parameters: readonly string[]): Promise<RedisServer> => {
  const port = await freePort()
  const folder = await scratchFolder()
  let child: Child | undefined
  const start = async (): Promise<void> => {
    child = startChild('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder.path, ...parameters])
    await child.printed(READY)
  }
  const kill = async (): Promise<void> => child?.end('SIGKILL')
  const stop = async (): Promise<void> => child?.end('SIGTERM')
  await start()
  return {
    port,
    pid: () => child?.process.pid,
    kill,
    stop,
    start,
    async close() {
      await kill()
      await folder.remove()
    },
  }
}
