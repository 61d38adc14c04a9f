import type { LoadSample } from '../../src/core/load.js'
import type { ScalingDecision, ScalingPolicy } from '../../src/scaling/policy.js'
import { loadOf } from './load-of.js'

/** The decisions to one load after the other. */
export const asked = <S>(policy: ScalingPolicy<S>, loads: readonly Partial<LoadSample>[]): readonly ScalingDecision<S>[] => {
  let state = policy.initial
  return loads.map((load) => {
    const decision = policy.step(state, loadOf(load))
    state = decision.state
    return decision
  })
}

/** The same as words: how many and why. */
export const answersOf = <S>(policy: ScalingPolicy<S>, ...loads: readonly Partial<LoadSample>[]): readonly string[] =>
  asked(policy, loads).map(({ wanted, reason }) => `${wanted} ${reason}`)
