import type { LoadSample } from '../../src/core/load.js'
import type { ScalingDecision, ScalingPolicy } from '../../src/scaling/policy.js'
import { loadOf } from './load-of.js'

/** The decisions of a policy to one load after the other, from a state or from the beginning. */
export const asked = <S>(policy: ScalingPolicy<S>, loads: readonly Partial<LoadSample>[], from: S = policy.initial): readonly ScalingDecision<S>[] => {
  let state = from
  return loads.map((load) => {
    const decision = policy.step(state, loadOf(load))
    state = decision.state
    return decision
  })
}

/** The same, each as `3 tooFew`. */
export const answers = <S>(policy: ScalingPolicy<S>, loads: readonly Partial<LoadSample>[], from: S = policy.initial): readonly string[] =>
  asked(policy, loads, from).map(({ wanted, reason }) => `${wanted} ${reason}`)

/** A window in which 10 ended, each after `rttMs`, with so many at work at once; bounds that do not bind. */
export const windowOf = (rttMs: number, maxInFlight: number, about: Partial<LoadSample> = {}): LoadSample =>
  loadOf({ min: 0, max: 10_000, completions: 10, busyMs: 10 * rttMs, maxInFlight, ...about })
