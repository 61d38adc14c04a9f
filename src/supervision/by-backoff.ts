import { type Observable, type SchedulerLike, asyncScheduler, timer } from 'rxjs'
import { anyFunction, checkOptions, having } from '../core/options.js'
import type { Backoff } from './backoff.js'

export interface ByBackoffOptions {
  /** Numbers in `[0, 1)`; default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined
}

/**
 * A backoff as RxJS's own `retry` takes it: `retry({ count: 5, delay: byBackoff(exponential()) })`. Which failure it is
 * comes from `retry`, so `resetOnSuccess` resets the backoff too. It remembers the wait before for a backoff that
 * builds on it: give each `retry` its own.
 *
 * @throws {OptionsError} When given no backoff, or an option of another kind.
 */
export const byBackoff = (backoff: Backoff, options: ByBackoffOptions = {}): ((error: unknown, retryCount: number) => Observable<0>) => {
  const codecs = { backoff: having('a backoff', 'delayMs'), random: anyFunction, scheduler: having('a scheduler', 'schedule', 'now') }
  checkOptions('byBackoff', codecs, { ...options, backoff }, undefined, ['backoff'])
  const { random = Math.random, scheduler = asyncScheduler } = options
  let previousMs = 0
  return (_error, failures) => {
    previousMs = backoff.delayMs({ failures, random: random(), previousMs: failures === 1 ? 0 : previousMs })
    return timer(previousMs, scheduler)
  }
}
