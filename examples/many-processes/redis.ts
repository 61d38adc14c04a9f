import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'

/** A Redis for the time of a run. */
export interface Server {
  readonly url: string
  /** What to call it, without a password. */
  readonly shown: string
  /** Takes away everything whose key begins with the prefix, and the server if it is the program's own. */
  close(prefix: string): Promise<void>
}

const NONE = 'there is no redis-server on the PATH: install it (on Debian: apt-get install redis-server), or name one that runs: --redis redis://HOST:PORT'

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('the probe for a free port has no port')
  return address.port
}

/** Starts a server of the program's own, on a free port of the loopback interface; it ends with the program. */
export const ownRedis = async (): Promise<Server> => {
  const folder = await mkdtemp(join(tmpdir(), 'rxcrew-processes-'))
  const port = await freePort()
  // Not in the terminal's group: a Ctrl-C there is for the program, which still needs its server then.
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const kill = (): unknown => child.kill('SIGKILL')
  process.once('exit', kill)
  const gone = new Promise<never>((_, reject) => {
    child.once('error', () => reject(new Error(NONE)))
    child.once('exit', (code, signal) => reject(new Error(`redis-server ended with ${signal ?? String(code)}`)))
  })
  const close = async (): Promise<void> => {
    kill()
    await gone.catch(() => undefined)
    process.off('exit', kill)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await Promise.race([ready(createInterface({ input: child.stdout })), gone])
  } catch (error) {
    await close()
    throw error
  }
  gone.catch(() => undefined)
  return { url: `redis://127.0.0.1:${port}`, shown: `its own redis-server on port ${port}`, close }
}

const ready = async (lines: AsyncIterable<string>): Promise<void> => {
  for await (const line of lines) if (line.includes('Ready to accept connections')) return
}

/** Somebody's server: asked once whether it is there. */
export const runningRedis = async (url: URL): Promise<Server> => {
  const client = new Redis(url.href, { lazyConnect: true, retryStrategy: () => null })
  let reason = ''
  client.on('error', (error: Error) => {
    reason = error.message
  })
  await client.connect().catch((error: unknown) => {
    throw new Error(`no Redis answers at ${url.host}: ${reason === '' ? String(error) : reason}`)
  })
  return {
    url: url.href,
    shown: `the Redis at ${url.host}`,
    close: async (prefix) => {
      await sweep(client, prefix)
      client.disconnect()
    },
  }
}

const sweep = async (client: Redis, prefix: string): Promise<void> => {
  for await (const keys of client.scanStream({ match: `${prefix}*`, count: 1000 })) {
    if (Array.isArray(keys) && keys.length > 0) await client.unlink(keys.map(String))
  }
}
