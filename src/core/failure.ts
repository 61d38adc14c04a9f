/** How it failed: the handler threw, ran out of time, its worker died, or the worker's resource could not be acquired. */
export type FailureType = 'thrown' | 'timedOut' | 'crashed' | 'acquire'

/** One failure, as a value that a strategy answers. */
export interface Failure {
  readonly type: FailureType
  /** What was thrown, as it was thrown. */
  readonly error: unknown
  /** Which try of the message it was, counted from 1; for `acquire`, which try of acquiring. */
  readonly attempt: number
  /** The moment, on the scheduler, in ms. */
  readonly atMs: number
  /** The number of the worker within its group; absent where there is none. */
  readonly worker?: number | undefined
}

/** A worker's resource may throw this to say that the worker itself is gone: the failure is then of type `crashed`. */
export class WorkerCrash extends Error {
  override readonly name = 'WorkerCrash'
}

/** The error of a failure of type `timedOut`. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'

  /** The span that was allowed, in ms. */
  readonly timeoutMs: number

  constructor(timeoutMs: number, what = 'the attempt') {
    super(`${what} took longer than ${timeoutMs} ms`)
    this.timeoutMs = timeoutMs
  }
}
