import { type Observable, defer, distinctUntilChanged, map } from 'rxjs'
import { describe } from '../core/describe.js'
import type { LoadSample } from '../core/load.js'
import { checkOptions, having, observable } from '../core/options.js'
import { withinBounds } from './bounds.js'
import type { Reason, ScalingDecision, ScalingPolicy } from './policy.js'

/** One answer of a policy, kept within the bounds of the sample it answers. */
export interface ControlDecision {
  /** Workers wanted: a whole number in `[min, max]`. */
  readonly wanted: number
  /** The policy's reason, or `limited` where a bound changed its answer. */
  readonly reason: Reason
  readonly load: LoadSample
}

/**
 * Asks the policy at every sample and tells every answer. Each subscription starts from the policy's `initial`, on
 * its own.
 *
 * Completes and errors as `load$` does. A step that throws, or wants something that is no whole number, errors it with
 * an error that names the policy. Unsubscribing leaves `load$`.
 *
 * @throws {OptionsError} When given no policy or no Observable.
 */
export const decisions = <S>(policy: ScalingPolicy<S>, load$: Observable<LoadSample>): Observable<ControlDecision> => {
  checkOptions('control', { policy: having('a scaling policy', 'step'), load$: observable }, { policy, load$ }, undefined, ['policy', 'load$'])
  return defer(() => {
    let state = policy.initial
    return load$.pipe(
      map((load) => {
        const decision = ask(policy, state, load)
        state = decision.state
        return keep(decision, load)
      }),
    )
  })
}

/**
 * How many workers the policy wants: its answers to `load$`, kept within the bounds of each sample. Emits at the first
 * sample, then only changes: a limit as `scaleMap` takes it.
 *
 * Completes and errors as `decisions`, on which it stands.
 *
 * @throws {OptionsError} When given no policy or no Observable.
 */
export const control = <S>(policy: ScalingPolicy<S>, load$: Observable<LoadSample>): Observable<number> =>
  decisions(policy, load$).pipe(
    map(({ wanted }) => wanted),
    distinctUntilChanged(),
  )

const ask = <S>(policy: ScalingPolicy<S>, state: S, load: LoadSample): ScalingDecision<S> => {
  const decision = step(policy, state, load)
  if (Number.isInteger(decision.wanted)) return decision
  throw new Error(`scaling policy '${policy.name}' wants ${describe(decision.wanted)} workers, which is no whole number`)
}

const step = <S>(policy: ScalingPolicy<S>, state: S, load: LoadSample): ScalingDecision<S> => {
  try {
    return policy.step(state, load)
  } catch (cause) {
    throw new Error(`scaling policy '${policy.name}' failed: ${describe(cause)}`, { cause })
  }
}

const keep = <S>(decision: ScalingDecision<S>, load: LoadSample): ControlDecision => {
  const wanted = withinBounds(decision.wanted, load)
  return { wanted, reason: wanted === decision.wanted ? decision.reason : 'limited', load }
}
