import { type MonoTypeOperatorFunction, Observable, type Observer, type SchedulerLike, asyncScheduler, defer, of, retry, timer } from 'rxjs'
import { describe } from '../core/describe.js'
import type { Failure } from '../core/failure.js'
import { anyFunction, checkOptions, having, nonEmptyString } from '../core/options.js'
import { NO_FAILURES, nextDelay } from './backoff-track.js'
import type { Escalation } from './escalation.js'
import { type RestartHistory, recordRestart } from './intensity.js'
import type { Directive, SupervisionStrategy } from './strategy.js'

export interface SuperviseOptions {
  /** Its `next` is told every escalation; it is never completed. What it throws is reported as RxJS reports it, and changes nothing. */
  readonly escalations?: Partial<Observer<Escalation>> | undefined
  /** Default `asyncScheduler`; all time comes from it. */
  readonly scheduler?: SchedulerLike | undefined
  /** Numbers in `[0, 1)`; default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** The `group` of the escalations; default `'supervise'`. */
  readonly name?: string | undefined
}

/**
 * `retry` and `catchError` in one: the strategy answers each error of the source, here the only worker.
 * - `resume` subscribes again at once, counts nothing and tells nothing. A source that fails while it is being
 *   subscribed to is subscribed again on the scheduler, without a wait: else one that always does would never yield.
 * - `restartOne` and `restartAll` tell an escalation (`restart`) and subscribe again after the backoff; beyond the
 *   intensity they stop.
 * - `stopAndEscalate` tells an escalation (`killAndEscalate`) and passes the source's error on.
 *
 * A failure's `attempt` counts the source's failures. An escalation has no offending message and none pending, and its
 * `restarts` is 0 when the strategy itself said stop. A strategy that throws stops as well: with an `AggregateError`
 * of both errors, whose cause is the strategy's.
 *
 * Values pass through. Completes with the source; errors as said; unsubscribing leaves the source or cancels the wait.
 * Each subscription counts on its own.
 *
 * @throws {OptionsError} When given no strategy, or an option of another kind.
 */
export const supervise = <T>(strategy: SupervisionStrategy, options: SuperviseOptions = {}): MonoTypeOperatorFunction<T> => {
  checkOptions('supervise', CODECS, { ...options, strategy }, undefined, ['strategy'])
  return (source$) =>
    defer(() => {
      let subscribing = false
      const marked$ = new Observable<T>((subscriber) => {
        subscribing = true
        source$.subscribe(subscriber)
        subscribing = false
      })
      const answer = supervisor(strategy, options)
      return marked$.pipe(retry({ delay: (error: unknown) => answer(error, subscribing) }))
    })
}

const CODECS = {
  strategy: having('a supervision strategy', 'decide'),
  escalations: having('an observer'),
  scheduler: having('a scheduler', 'schedule', 'now'),
  random: anyFunction,
  name: nonEmptyString,
}

/** Answers each error with an Observable that tells `retry` when to subscribe again; throws what ends the output. */
const supervisor = (strategy: SupervisionStrategy, options: SuperviseOptions) => {
  const { escalations, scheduler = asyncScheduler, random = Math.random, name = 'supervise' } = options
  let attempt = 0
  let track = NO_FAILURES
  let history: RestartHistory = []

  const tell = (failure: Failure, protocol: Escalation['protocol'], restarts: number): void => {
    const escalation = { group: name, failure, protocol, offending: undefined, pending: [], restarts, atMs: failure.atMs }
    // A subscription of its own: RxJS reports what an observer throws instead of throwing it here.
    of(escalation).subscribe((told) => escalations?.next?.(told))
  }

  const stop = (failure: Failure, restarts: number): never => {
    tell(failure, 'killAndEscalate', restarts)
    throw failure.error
  }

  const restart = (failure: Failure, { backoff, intensity }: Restart): Observable<unknown> => {
    const recorded = recordRestart(history, failure.atMs, intensity)
    history = recorded.history
    if (recorded.exceeded) return stop(failure, recorded.restarts)
    const next = nextDelay(track, backoff, failure.atMs, random())
    track = next.track
    tell(failure, 'restart', recorded.restarts)
    return timer(next.delayMs, scheduler)
  }

  return (error: unknown, whileSubscribing: boolean): Observable<unknown> => {
    attempt += 1
    const failure: Failure = { type: 'thrown', error, attempt, atMs: scheduler.now() }
    const directive = decide(strategy, failure)
    switch (directive.type) {
      case 'resume':
        return whileSubscribing ? timer(0, scheduler) : of(undefined)
      case 'restartOne':
      case 'restartAll':
        return restart(failure, directive)
      case 'broken':
        return stop({ ...failure, error: directive.error }, 0)
      default:
        return stop(failure, 0)
    }
  }
}

type Restart = Extract<Directive, { readonly type: 'restartOne' | 'restartAll' }>

const decide = (strategy: SupervisionStrategy, failure: Failure): Directive | { readonly type: 'broken'; readonly error: Error } => {
  try {
    return strategy.decide(failure)
  } catch (cause) {
    const message = `supervision strategy '${strategy.name}' failed: ${describe(cause)}`
    return { type: 'broken', error: new AggregateError([failure.error, cause], message, { cause }) }
  }
}
