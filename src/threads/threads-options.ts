import { isAbsolute } from 'node:path'
import type { ResourceLimits, WorkerOptions } from 'node:worker_threads'
import * as t from 'io-ts'
import { anything, check, nested, oneOf } from '../core/options.js'

export interface ThreadsOptions {
  /** The JavaScript module whose exported functions the threads run: a `file:` URL, or an absolute path. Needed. */
  readonly filename: URL | string
  /** Bounds of each thread's memory, in MB, each more than 0. Running out of it is a crash. Default Node's own. */
  readonly resourceLimits?: Readonly<ResourceLimits> | undefined
  /** What each thread gets a copy of, as `workerData` of piscina. Default none. */
  readonly workerData?: unknown
  /** The thread's `process.env`, or `SHARE_ENV` of `node:worker_threads`. Default a copy of what is here. */
  readonly env?: WorkerOptions['env'] | undefined
  /** Added to the thread's `process.argv`. Default none. */
  readonly argv?: readonly string[] | undefined
  /** Options of Node for the thread. Default those of the process. */
  readonly execArgv?: readonly string[] | undefined
  /**
   * How a thread waits for work. `'sync'` (default) is fastest: the thread sleeps, and so do timers and sockets of its
   * own. With `'async'` and `'disabled'` they go on.
   */
  readonly atomics?: 'sync' | 'async' | 'disabled' | undefined
}

const isFile = (value: unknown): boolean =>
  value instanceof URL ? value.protocol === 'file:' : typeof value === 'string' && (value.startsWith('file:///') || isAbsolute(value))

const isEnv = (value: unknown): boolean =>
  typeof value === 'symbol' || (typeof value === 'object' && value !== null && Object.values(value).every((one) => one === undefined || typeof one === 'string'))

const MEGABYTES = check('megabytes, more than 0', (value): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0)

const STRINGS = t.array(t.string, 'an array of strings')

export const THREADS_CODECS = {
  filename: check('a file: URL or an absolute path', (value): value is unknown => isFile(value)),
  resourceLimits: nested({ maxOldGenerationSizeMb: MEGABYTES, maxYoungGenerationSizeMb: MEGABYTES, codeRangeSizeMb: MEGABYTES, stackSizeMb: MEGABYTES }),
  workerData: anything,
  env: check('an object of strings, or SHARE_ENV', (value): value is unknown => isEnv(value)),
  argv: STRINGS,
  execArgv: STRINGS,
  atomics: oneOf('sync', 'async', 'disabled'),
}
