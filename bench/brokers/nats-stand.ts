import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A server of the bench's own, on a port that it chose itself. */
export interface NatsStand {
  readonly url: string
  close(): Promise<void>
}

const portsIn = async (folder: string): Promise<string | undefined> => {
  const name = (await readdir(folder)).find((file) => file.endsWith('.ports'))
  if (name === undefined) return undefined
  const { nats }: { readonly nats: readonly string[] } = JSON.parse(await readFile(join(folder, name), 'utf8'))
  return nats[0]
}

/** Starts a server with JetStream; resolves when it has told its port. */
export const natsStand = async (): Promise<NatsStand> => {
  const folder = await mkdtemp(join(tmpdir(), 'rxcrew-bench-'))
  const child = spawn('nats-server', ['-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', folder, '-js', '-sd', join(folder, 'js')], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  let url: string | undefined = undefined
  for (let tries = 0; url === undefined && tries < 200; tries += 1) {
    // eslint-disable-next-line no-await-in-loop -- until the file is there
    await pause(25)
    // eslint-disable-next-line no-await-in-loop -- one look after the other
    url = await portsIn(folder).catch(() => undefined)
  }
  if (url === undefined) throw new Error('nats-server did not start')
  return {
    url,
    close: async () => {
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
