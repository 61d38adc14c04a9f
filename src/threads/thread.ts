import type { TransferList } from './transfer-list.js'

/** What a module for threads may be when nothing is said of it. */
export type ThreadModule = Readonly<Record<string, (input: unknown) => unknown>>

/** The names of what a thread can run of a module: its exported functions of at most one argument. */
export type ThreadFunction<M> = { [K in keyof M & string]: M[K] extends (input: never) => unknown ? K : never }[keyof M & string]

/** What a function of the module takes; it is copied to the thread by the structured clone algorithm. */
export type ThreadInput<M, K extends keyof M> = M[K] extends (input: infer I) => unknown ? I : never

/** What a function of the module comes to, once awaited; it is copied, or moved by `move`. */
export type ThreadOutput<M, K extends keyof M> = M[K] extends (input: never) => infer O ? Awaited<O> : never

export interface ThreadRunOptions {
  /** Aborting it ends the thread, whatever it does; the next run starts it anew. */
  readonly signal?: AbortSignal | undefined
  /** Parts of the input that are moved, not copied: they are gone here. Default none. */
  readonly transfer?: TransferList | undefined
}

/** The resource of a worker: one thread, which does one thing at a time. Disposing of it ends it, whatever it does. */
export interface Thread<M = ThreadModule> extends AsyncDisposable {
  /**
   * Calls an exported function of the module in the thread. Calls made meanwhile wait for their turn.
   *
   * Resolves to what the function returns. Rejects with what it throws, as far as that can be copied; with the reason of
   * `signal`, once the thread it ended is gone; with a `WorkerCrash` if the thread ended by itself.
   */
  run<K extends ThreadFunction<M>>(name: K, input: ThreadInput<M, K>, options?: ThreadRunOptions): Promise<ThreadOutput<M, K>>
}
