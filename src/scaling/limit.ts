import type { Problem } from '../core/options-error.js'
import { type Bounds, withinBounds } from './bounds.js'
import type { Reason, ScalingDecision } from './policy.js'

/** The bounds that a policy keeps by itself; those of the group win. */
export interface LimitRange {
  readonly minLimit: number
  readonly maxLimit: number
}

/** The limit pulled into the policy's own bounds, and then into those of the group. */
export const withinLimits = (limit: number, { minLimit, maxLimit }: LimitRange, load: Bounds): number =>
  withinBounds(Math.max(minLimit, Math.min(maxLimit, limit)), load)

/** What contradicts itself in the policy's own bounds. */
export const rangeProblems = ({ minLimit, maxLimit }: LimitRange, path = 'minLimit', maxPath = 'maxLimit'): readonly Problem[] =>
  minLimit > maxLimit ? [{ path, got: String(minLimit), expected: `at most ${maxPath}, ${maxLimit}` }] : []

export interface Move {
  /** The limit after the last sample; null before the first. */
  readonly before: number | null
  /** The same within bounds as they are now. */
  readonly from: number
  /** What the rule makes of it. */
  readonly wished: number
  /** That within bounds. */
  readonly limit: number
}

/** The decision to have this limit, and what moved or kept it. Limits are real numbers; workers are whole. */
export const moved = <S>(state: S, move: Move): ScalingDecision<S> => ({ state, wanted: Math.floor(move.limit), reason: reasonOf(move) })

const reasonOf = ({ before, from, wished, limit }: Move): Reason => {
  const [was, is] = [Math.floor(from), Math.floor(limit)]
  if (Math.floor(wished) !== is) return 'limited'
  if (is !== was) return is > was ? 'tooFew' : 'tooMany'
  return before === null || before === from ? 'withinRange' : 'limited'
}

/** The decision to leave the limit where it is, within bounds, for want of samples. */
export const unmeasured = <S>(state: S, before: number | null, from: number): ScalingDecision<S> =>
  ({ state, wanted: Math.floor(from), reason: before === null ? 'initial' : 'held' })
