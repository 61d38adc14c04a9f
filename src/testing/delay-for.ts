import { asyncScheduler, type SchedulerLike } from 'rxjs'
import { checkOptions, having, milliseconds } from '../core/options.js'

export interface DelayOptions {
  /** Where the time comes from; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined
  /** Ends the delay at once, with the signal's reason: a job's, so that the handler heeds its abort. */
  readonly signal?: AbortSignal | undefined
}

const CODECS = { ms: milliseconds(), scheduler: having('a scheduler', 'schedule', 'now'), signal: having('an AbortSignal', 'addEventListener') }

/**
 * Resolves after a span of the scheduler's time, in ms: what a handler waits with, so that a test moves its clock. Rejects
 * with the signal's reason when the signal is aborted, now or meanwhile; then nothing stays scheduled.
 *
 * @throws {OptionsError}
 */
export const delayFor = (ms: number, options: DelayOptions = {}): Promise<void> => {
  checkOptions('delayFor', CODECS, { ...options, ms }, undefined, ['ms'])
  const { scheduler = asyncScheduler, signal } = options
  return new Promise((resolve, reject) => {
    // As it was given: a reason need not be an error.
    const cut = (): void => {
      action.unsubscribe()
      reject(signal?.reason)
    }
    const action = scheduler.schedule(() => {
      signal?.removeEventListener('abort', cut)
      resolve()
    }, ms)
    if (signal?.aborted === true) cut()
    else signal?.addEventListener('abort', cut, { once: true })
  })
}
