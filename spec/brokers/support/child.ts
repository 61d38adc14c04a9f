import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A port of the loopback interface that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('the probe for a free port has no port')
  return address.port
}

/** A folder of a test's own, and how to take it away. */
export const scratchFolder = async (): Promise<{ readonly path: string; remove(): Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), 'rxcrew-'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** A server that a test started: what it printed, and its end. */
export interface Child {
  readonly process: ChildProcess
  /** Everything it has printed so far, on both outputs. */
  output(): string
  /** Resolves once the text has been printed; rejects when it ends before that. */
  printed(text: string): Promise<void>
  /** Resolves when it is gone. */
  readonly ended: Promise<void>
  /** Ends it (default SIGTERM) and resolves when it is gone; when it is gone already, at once. */
  end(signal?: NodeJS.Signals): Promise<void>
}

const living = new Set<ChildProcess>()
process.once('exit', () => living.forEach((child) => child.kill('SIGKILL')))

/** Starts a program as a child process, which never outlives this process. */
export const startChild = (program: string, parameters: readonly string[], environment: NodeJS.ProcessEnv = process.env): Child => {
  const child = spawn(program, parameters, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const watchers = new Set<() => void>()
  const wake = (): void => watchers.forEach((watch) => watch())
  living.add(child)
  const gone = new Promise<void>((resolve) => {
    const ended = (reason: string): void => {
      living.delete(child)
      text += `\n${program} ${reason}`
      resolve()
      wake()
    }
    child.once('error', (error) => ended(`did not start: ${error.message}`))
    child.once('exit', (code, signal) => ended(`ended with ${signal ?? String(code)}`))
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      wake()
    })
  }
  return {
    process: child,
    output: () => text,
    ended: gone,
    printed: (wanted) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          if (text.includes(wanted)) resolve()
          else if (living.has(child)) return
          else reject(new Error(`${program} never printed '${wanted}':\n${text}`))
          watchers.delete(watch)
        }
        watchers.add(watch)
        watch()
      }),
    async end(signal = 'SIGTERM') {
      if (living.has(child)) child.kill(signal)
      await gone
    },
  }
}
