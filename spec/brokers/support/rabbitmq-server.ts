import { execFile } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { setTimeout as after } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Child, freePort, scratchFolder, startChild } from './child.js'

/** Where Debian puts its programs: those on the PATH are wrappers that drop the environment. */
export const BIN = '/usr/lib/rabbitmq/bin'

/** A RabbitMQ of a spec's own, beside any other on the machine. */
export interface RabbitmqServer {
  readonly port: number
  readonly url: string
  /** Of its process, while it runs. */
  pid(): number | undefined
  /** Resolves once it accepts connections; after `kill`, with what it had on disk. */
  start(): Promise<void>
  /** As when the power fails. RabbitMQ 3.10.8 never finds a leader again for a queue that it has not `saved` by then. */
  kill(): Promise<void>
  /** Resolves once the server has on disk that there is such a quorum queue: it writes the names half a second late (rabbitmq/ra#443). */
  saved(queue: string): Promise<void>
  /** As its keeper does. */
  stop(): Promise<void>
  /** Throws away everything it had; it must be stopped. */
  empty(): Promise<void>
  /** Stops it and whatever it started, and takes its folder away. */
  end(): Promise<void>
  /** What it has logged so far. */
  log(): Promise<string>
  /** What `rabbitmqctl` prints. */
  control(...parameters: readonly string[]): Promise<string>
}

export const rabbitmqServer = async (): Promise<RabbitmqServer> => {
  const folder = await scratchFolder()
  const { path } = folder
  const [port, distribution, mapper] = [await freePort(), await freePort(), await freePort()]
  const environment = { ...process.env, ...settings(path, port, distribution, mapper) }
  await writeFile(`${path}/plugins`, '[].')
  await writeFile(`${path}/rabbit.conf`, `listeners.tcp.local = 127.0.0.1:${port}\nloopback_users.guest = true\n`)
  // In the foreground, so that it ends with the spec; else the server would start one that outlives it.
  const epmd = startChild('epmd', ['-address', '127.0.0.1', '-port', String(mapper)], environment)
  let child: Child | undefined
  let data = 0
  process.once('exit', () => killServer(`${path}/pid`))
  const kill = async (): Promise<void> => {
    killServer(`${path}/pid`)
    await child?.end('SIGKILL')
    child = undefined
  }
  return {
    port,
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    pid: () => pidIn(`${path}/pid`),
    async start() {
      const base = `${path}/mnesia-${data}`
      await mkdir(base, { recursive: true })
      child = startChild(`${BIN}/rabbitmq-server`, [], { ...environment, RABBITMQ_MNESIA_BASE: base })
      await child.printed('Starting broker... completed')
    },
    kill,
    async saved(queue) {
      const node = `rxcrew${port}@localhost`
      const names = `${path}/mnesia-${data}/${node}/quorum/${node}/names.dets`
      // oxlint-disable-next-line no-await-in-loop -- the server tells nobody
      while (!(existsSync(names) && readFileSync(names).includes(`_${queue}`))) await after(50)
    },
    async stop() {
      const stopping = child
      const pid = pidIn(`${path}/pid`)
      if (stopping === undefined || pid === undefined) return
      child = undefined
      process.kill(pid, 'SIGTERM')
      // The script that started it ends after it.
      await stopping.ended
    },
    async empty() {
      data += 1
    },
    async end() {
      await kill()
      await epmd.end('SIGKILL')
      await folder.remove()
    },
    log: () => readFile(`${path}/log/rxcrew${port}@localhost.log`, 'utf8'),
    control: async (...parameters) => (await run(`${BIN}/rabbitmqctl`, ['-q', ...parameters], { env: environment })).stdout,
  }
}

const run = promisify(execFile)

const settings = (path: string, port: number, distribution: number, mapper: number): NodeJS.ProcessEnv => ({
  HOME: path,
  RABBITMQ_NODENAME: `rxcrew${port}@localhost`,
  RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
  RABBITMQ_NODE_PORT: String(port),
  RABBITMQ_DIST_PORT: String(distribution),
  ERL_EPMD_PORT: String(mapper),
  ERL_EPMD_ADDRESS: '127.0.0.1',
  RABBITMQ_LOG_BASE: `${path}/log`,
  RABBITMQ_ENABLED_PLUGINS_FILE: `${path}/plugins`,
  RABBITMQ_PID_FILE: `${path}/pid`,
  RABBITMQ_CONFIG_FILE: `${path}/rabbit.conf`,
  RABBITMQ_SERVER_ERL_ARGS: '+S 2:2 -kernel inet_dist_use_interface {127,0,0,1}',
})

const pidIn = (file: string): number | undefined => {
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  return pid > 0 ? pid : undefined
}

/** The server is the child of a shell script, and would outlive it. */
const killServer = (pidFile: string): void => {
  const pid = pidIn(pidFile)
  if (pid === undefined) return
  rmSync(pidFile)
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
