import { fileURLToPath } from 'node:url'
import type { Handler } from '../core/action.js'
import { anyFunction, checkOptions } from '../core/options.js'
import { loadPiscina, type PiscinaModule } from './load-piscina.js'
import { PoolOfOne } from './pool-of-one.js'
import type { Thread, ThreadFunction, ThreadInput, ThreadModule, ThreadOutput } from './thread.js'
import { THREADS_CODECS, type ThreadsOptions } from './threads-options.js'
import type { TransferList } from './transfer-list.js'

export interface HandlerOptions<I> {
  /** Parts of an input that are moved to the thread, not copied: they are gone here, also for another try. Default none. */
  readonly transfer?: ((input: I) => TransferList) | undefined
}

/** What makes and ends the threads of a group's workers. */
export interface ThreadWorker<M = ThreadModule> {
  /** Starts a thread; resolves when it has loaded its module, and rejects if it cannot, or on abort. */
  readonly acquire: (context: { readonly signal: AbortSignal }) => Promise<Thread<M>>
  /** Ends the thread; resolves when it is gone. */
  readonly release: (thread: Thread<M>) => Promise<void>
}

/** Threads for a worker group: each of its workers has one. */
export interface Threads<M = ThreadModule> {
  /** For the group's option `worker`; with `{ ...worker, recycleAfter: 100 }` a thread runs 100 items. */
  readonly worker: ThreadWorker<M>
  /** For the group's option `action`, or `handle` of an action: runs a function of the module in the thread of the job's worker. */
  handler<K extends ThreadFunction<M>>(
    name: K,
    options?: HandlerOptions<ThreadInput<M, K>>,
  ): Handler<ThreadInput<M, K>, ThreadOutput<M, K>, Thread<M>, unknown>
}

/**
 * Runs actions in threads: one thread for each worker of a group, so the number of live workers is the number of threads.
 * `M` is the type of the module that the threads load; inputs and outputs of handlers follow from it.
 *
 * ```ts
 * const hashing = threads<typeof import('./hashing.js')>({ filename: new URL('./hashing.js', import.meta.url) })
 * const group = workerGroup({ worker: hashing.worker, action: hashing.handler('sha256'), workers: { max: 4 } })
 * ```
 *
 * An attempt completes with what the function returns. It fails with what the function throws; with a `WorkerCrash`, of
 * type `crashed`, if the thread ends by itself, by `process.exit`, an uncaught error or want of memory: supervision sees
 * it, and the worker gets another thread. An abort of the attempt (timeout, stop, withdrawal) ends its thread, whatever
 * it computes, and the attempt is over when the thread is gone; a worker that goes on starts another for its next item.
 * A module that cannot be loaded is a failure of type `acquire`.
 *
 * @throws {OptionsError} When an option is wrong; it names all that are.
 * @throws {PiscinaMissingError} When piscina cannot be loaded.
 */
export const threads = <M = ThreadModule>(options: ThreadsOptions): Threads<M> => {
  checkOptions('threads', THREADS_CODECS, options, undefined, ['filename'])
  const piscina = loadPiscina()
  return {
    worker: {
      acquire: async ({ signal }) => {
        const thread = new PoolOfOne<M>(poolOf(options, piscina), String(options.filename))
        await thread.start(signal)
        return thread
      },
      release: async (thread) => thread[Symbol.asyncDispose](),
    },
    handler: (name, handlerOptions = {}) => {
      checkOptions('handler', { transfer: anyFunction }, handlerOptions)
      const { transfer } = handlerOptions
      return ({ input, worker, signal }) => {
        if (worker === undefined) throw new Error(`the group that runs ${name} has no threads: give it the option worker of the same threads`)
        return worker.run(name, input, { signal, transfer: transfer?.(input) })
      }
    },
  }
}

const poolOf = ({ filename, resourceLimits, workerData, env, argv, execArgv, atomics }: ThreadsOptions, { Piscina }: PiscinaModule): InstanceType<typeof Piscina> =>
  new Piscina({
    filename: filename instanceof URL ? fileURLToPath(filename) : filename,
    minThreads: 0,
    maxThreads: 1,
    // The thread stays until its worker goes.
    idleTimeout: Infinity,
    recordTiming: false,
    workerData,
    ...(resourceLimits === undefined ? {} : { resourceLimits }),
    ...(env === undefined ? {} : { env }),
    ...(argv === undefined ? {} : { argv: [...argv] }),
    ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    ...(atomics === undefined ? {} : { atomics }),
  })
