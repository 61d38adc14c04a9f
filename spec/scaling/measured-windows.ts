import type { LoadSample } from '../../src/core/load.js'
import type { ScalingDecision, ScalingPolicy } from '../../src/scaling/policy.js'
import { loadOf } from './load-of.js'

/** A window in which something ended, in a group of 1 to 100,000 workers. */
export interface MeasuredWindow extends Partial<LoadSample> {
  /** How long all of it took, in ms; nothing ended without. */
  readonly ms?: number
}

export const windowOf = ({ ms, ...about }: MeasuredWindow): LoadSample =>
  loadOf({ max: 100_000, completions: ms === undefined ? 0 : 1, ...(ms === undefined ? {} : { serviceMs: { p50: ms, p90: ms, p99: ms } }), ...about })

/** The decisions to one window after the other. */
export const decided = <S>(policy: ScalingPolicy<S>, windows: readonly MeasuredWindow[], from: S = policy.initial): readonly ScalingDecision<S>[] => {
  let state = from
  return windows.map((window) => {
    const decision = policy.step(state, windowOf(window))
    state = decision.state
    return decision
  })
}

export const limits = <S>(policy: ScalingPolicy<S>, ...windows: readonly MeasuredWindow[]): readonly number[] => decided(policy, windows).map(({ wanted }) => wanted)

/** The same with the reasons, as words. */
export const answers = <S>(policy: ScalingPolicy<S>, ...windows: readonly MeasuredWindow[]): readonly string[] =>
  decided(policy, windows).map(({ wanted, reason }) => `${wanted} ${reason}`)

/** As many of the same. */
export const times = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one)

/** What may come in place of a number. */
export const NONSENSE: readonly unknown[] = [undefined, null, Number.NaN, Infinity, -Infinity, -1, 'seven']
