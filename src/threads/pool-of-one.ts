import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import { WorkerCrash } from '../core/failure.js'
import type { Thread, ThreadFunction, ThreadInput, ThreadModule, ThreadOutput, ThreadRunOptions } from './thread.js'
import { moved, someGone } from './transfer-list.js'

const ignored = (): void => undefined

/**
 * A thread that is somebody's own: a pool of piscina that has one thread at most, and starts it when told or when it is
 * needed. Piscina would start the next thread while the one it has aborted is still ending; this waits.
 */
export class PoolOfOne<M = ThreadModule> implements Thread<M> {
  readonly #pool: Piscina
  readonly #filename: string
  /** Calls that run or wait. */
  #calls = 0
  /** Resolves when the last of them is over; never rejects. */
  #last: Promise<void> = Promise.resolve()
  #closed = false

  constructor(pool: Piscina, filename: string) {
    this.#pool = pool
    this.#filename = filename
    // A thread that ends while nothing runs is started anew for what runs next; without a listener it would end the process.
    pool.on('error', ignored)
  }

  /** Starts the thread. Resolves when it has loaded its module; rejects, with nothing left running, if it cannot, or on abort. */
  async start(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const settled = new AbortController()
    const options = { signal: signal === undefined ? settled.signal : AbortSignal.any([signal, settled.signal]) }
    const created = once(this.#pool, 'workerCreate', options)
    const worker = this.#spawn()
    const ended = once(worker, 'exit', options).then(([code]: unknown[]) => Promise.reject(new Error(`it exited with code ${String(code)}`)))
    try {
      await Promise.race([created, ended])
    } catch (error) {
      await this.#pool.destroy()
      await gone(worker)
      signal?.throwIfAborted()
      throw new WorkerCrash(`no thread could be started with ${this.#filename}: ${reasonOf(error)}`, { cause: error })
    } finally {
      settled.abort()
    }
  }

  run<K extends ThreadFunction<M>>(name: K, input: ThreadInput<M, K>, options: ThreadRunOptions = {}): Promise<ThreadOutput<M, K>> {
    const turn = this.#calls === 0 ? this.#run(name, input, options) : this.#last.then(() => this.#run(name, input, options))
    this.#calls += 1
    this.#last = turn.then(this.#over, this.#over)
    return turn
  }

  /** Ends the thread, whatever it does. Resolves when it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await this.#pool.destroy()
    await this.#last
  }

  async #run<K extends ThreadFunction<M>>(name: K, input: ThreadInput<M, K>, { signal, transfer = [] }: ThreadRunOptions): Promise<ThreadOutput<M, K>> {
    signal?.throwIfAborted()
    if (this.#closed) throw new WorkerCrash('the thread was released')
    if (someGone(transfer)) throw new Error(`${name}: a buffer that is to be moved is gone: it was moved by an earlier call`)
    if (this.#pool.threads.length === 0) await this.start(signal)
    // Nobody can check it: what comes back is what the module says it returns.
    const result: Promise<ThreadOutput<M, K>> = this.#pool.run(input, { name, signal: signal ?? null, transferList: moved(transfer) })
    const [worker] = this.#pool.threads
    try {
      return await result
    } catch (error) {
      if (worker === undefined || this.#pool.threads.includes(worker)) throw error
      await gone(worker)
      signal?.throwIfAborted()
      throw new WorkerCrash(`the thread ended in ${name} of ${this.#filename}: ${reasonOf(error)}`, { cause: error })
    }
  }

  readonly #over = (): void => {
    this.#calls -= 1
  }

  /** Piscina starts a thread for work only. Work that is withdrawn at once never reaches it. */
  #spawn(): Worker {
    const withdrawn = new AbortController()
    this.#pool.run(undefined, { signal: withdrawn.signal }).catch(ignored)
    withdrawn.abort()
    const [worker] = this.#pool.threads
    if (worker === undefined) throw new Error('piscina started none')
    return worker
  }
}

// An error that cannot be copied comes as something else: in Node 20 that is all there is to know of a result that cannot be.
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'its error, or its result, could not be copied')

const gone = async (worker: Worker): Promise<void> => {
  // What node says of a thread that has ended.
  if (worker.threadId !== -1) await once(worker, 'exit')
}
