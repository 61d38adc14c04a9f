import { type Observable, type Observer, defer, distinctUntilChanged, map, of } from 'rxjs'
import type { LoadSample } from '../core/load.js'
import { checkOptions, having, observable } from '../core/options.js'
import { ask } from './ask.js'
import { withinBounds } from './bounds.js'
import { onceEach, PolicyError } from './policy-error.js'
import type { Reason, ScalingPolicy } from './policy.js'

/** One answer of a policy, kept within the bounds of the sample it answers. */
export interface ControlDecision {
  /** Workers wanted: a whole number in `[min, max]`. */
  readonly wanted: number
  /** The policy's reason, or `limited` where a bound changed its answer. */
  readonly reason: Reason
  readonly load: LoadSample
}

export interface ControlOptions {
  /**
   * Its `next` is told what a policy did instead of answering, each message once, at most 16 for one subscription; it is
   * never completed. What it throws is reported as RxJS reports it, and changes nothing. Default: nobody is told, and
   * the output errors.
   */
  readonly errors?: Partial<Observer<PolicyError>> | undefined
}

/**
 * Asks the policy at every sample and tells every answer. Each subscription starts from the policy's `initial`, on
 * its own.
 *
 * A policy may throw, answer a promise or nothing, or want what is no whole number. With `errors`, that is told there,
 * the last good number stays (before the first `min`, but at least one worker where bounds allow it; reason `held`), and
 * the next sample meets the last good state. Without, the output errors with the `PolicyError`.
 *
 * Completes and errors as `load$` does. Unsubscribing leaves `load$`.
 *
 * @throws {OptionsError} When given no policy or no Observable, or `errors` that is no observer.
 */
export const decisions = <S>(policy: ScalingPolicy<S>, load$: Observable<LoadSample>, options: ControlOptions = {}): Observable<ControlDecision> => {
  checkOptions('control', CODECS, { ...options, policy, load$ }, undefined, ['policy', 'load$'])
  return defer(() => {
    const answer = asker(policy, options)
    return load$.pipe(map((load) => keep(answer(load), load)))
  })
}

/**
 * How many workers the policy wants: its answers to `load$`, kept within the bounds of each sample. Emits at the first
 * sample, then only changes: a limit as `scaleMap` takes it.
 *
 * Completes and errors as `decisions`, on which it stands; `options` are those of `decisions`.
 *
 * @throws {OptionsError} When given no policy or no Observable, or `errors` that is no observer.
 */
export const control = <S>(policy: ScalingPolicy<S>, load$: Observable<LoadSample>, options: ControlOptions = {}): Observable<number> =>
  decisions(policy, load$, options).pipe(
    map(({ wanted }) => wanted),
    distinctUntilChanged(),
  )

const CODECS = { policy: having('a scaling policy', 'step'), load$: observable, errors: having('an observer') }

interface Answer {
  readonly wanted: number
  readonly reason: Reason
}

/** Asks with the state of the last good answer, and holds its number when there is none. */
const asker = <S>(policy: ScalingPolicy<S>, { errors }: ControlOptions): ((load: LoadSample) => Answer) => {
  let state = policy.initial
  let last: number | undefined
  // A subscription of its own: RxJS reports what an observer throws instead of throwing it here.
  const tell = onceEach((error) => of(error).subscribe((told) => errors?.next?.(told)))
  return (load) => {
    try {
      const decision = ask(policy, state, load)
      state = decision.state
      last = decision.wanted
      return decision
    } catch (error) {
      if (errors === undefined || !(error instanceof PolicyError)) throw error
      tell(error)
      return { wanted: last ?? withinBounds(1, load), reason: 'held' }
    }
  }
}

const keep = ({ wanted, reason }: Answer, load: LoadSample): ControlDecision => {
  const kept = withinBounds(wanted, load)
  return { wanted: kept, reason: kept === wanted ? reason : 'limited', load }
}
