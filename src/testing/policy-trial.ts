import type * as fc from 'fast-check'
import type { LoadSample } from '../core/load.js'
import type { ScalingDecision, ScalingPolicy } from '../scaling/policy.js'
import type { LawMaker, Verdict } from './law.js'

/** What the laws of a policy are tried with. */
export interface PolicyTrial<S> {
  readonly law: LawMaker<ScalingPolicy<S>>
  readonly make: () => ScalingPolicy<S>
  readonly load: fc.Arbitrary<LoadSample>
  readonly broken: fc.Arbitrary<LoadSample>
  /** Any loads, sound and broken, one after the other. */
  readonly past: fc.Arbitrary<readonly LoadSample[]>
}

/** The policy's state after a past. */
export const after = <S>(policy: ScalingPolicy<S>, past: readonly LoadSample[]): S =>
  past.reduce((state, load) => policy.step(state, load).state, policy.initial)

/** The decisions to one load after the other. */
export const trail = <S>(policy: ScalingPolicy<S>, past: readonly LoadSample[], from: S = policy.initial): readonly ScalingDecision<S>[] => {
  let state = from
  return past.map((load) => {
    const decision = policy.step(state, load)
    state = decision.state
    return decision
  })
}

export const text = (value: unknown): string => JSON.stringify(value) ?? 'undefined'

/** What is wrong unless both are the same as JSON. */
export const same = (one: unknown, other: unknown): Verdict => unless(text(one) === text(other), () => `answers ${text(one)}, and then ${text(other)}`)

export const unless = (right: boolean, problem: () => string): Verdict => (right ? undefined : problem())

/** Freezes it and all it holds. */
export const freeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  Object.values(value).forEach(freeze)
}
