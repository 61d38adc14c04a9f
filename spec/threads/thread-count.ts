import { once } from 'node:events'
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'

/** Counts the threads of this process as Node tells of them, whoever starts them. */
export class ThreadCount implements Disposable {
  readonly #alive = new Set<Worker>()
  started = 0
  /** The most that were alive at once. */
  most = 0

  constructor() {
    process.on('worker', this.#onWorker)
  }

  get alive(): number {
    return this.#alive.size
  }

  /** Resolves when so many are alive, by the end of others. */
  async fallen(to: number): Promise<void> {
    // eslint-disable-next-line no-await-in-loop -- one end after the other
    while (this.alive > to) await Promise.race([...this.#alive].map((worker) => once(worker, 'exit')))
  }

  /** Resolves when every thread that is alive now has ended. */
  async ended(): Promise<void> {
    await Promise.all([...this.#alive].map((worker) => once(worker, 'exit')))
  }

  [Symbol.dispose](): void {
    process.off('worker', this.#onWorker)
  }

  readonly #onWorker = (worker: Worker): void => {
    this.started += 1
    this.#alive.add(worker)
    this.most = Math.max(this.most, this.#alive.size)
    worker.once('exit', () => this.#alive.delete(worker))
  }
}

export type Work = typeof import('./work.js')

export const WORK = new URL('./work.js', import.meta.url)

/** Two numbers that threads share: how many are at work, and the most that were. */
export const counter = (): SharedArrayBuffer => new SharedArrayBuffer(8)

/** What `forever` wants, and what resolves when it has begun. */
export const beginning = (): { readonly port: MessagePort; readonly begun: Promise<unknown> } => {
  const { port1, port2 } = new MessageChannel()
  return { port: port2, begun: once(port1, 'message').finally(() => port1.close()) }
}

/** The error of a promise that rejects. */
export const rejection = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise
  } catch (error) {
    return error instanceof Error ? error : new Error(`no error: ${String(error)}`)
  }
  throw new Error('it resolved')
}
