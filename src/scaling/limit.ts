import type { Rule } from '../core/options.js'
import { type Bounds, withinBounds } from './bounds.js'
import type { Reason, ScalingDecision } from './policy.js'

/** The limit pulled into the policy's own bounds, and then into those of the sample, which win. */
export const withinBoth = (limit: number, own: Bounds, load: Bounds): number => withinBounds(withinBounds(limit, own), load)

/** A policy's own bounds must not contradict each other; one that is not given counts with its default. */
export const inOrder = (defaults: Bounds): Rule => (given) => {
  const { min, max } = { ...defaults, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }
  return min <= max ? [] : [{ path: 'max', got: String(max), expected: `at least min, which is ${min}` }]
}

/** How a limit came about. Limits are real numbers; workers are whole. */
export interface Move {
  /** After the last sample; null before the first. */
  readonly before: number | null
  /** The same within the bounds of now. */
  readonly from: number
  /** What the rule makes of it. */
  readonly wished: number
  /** That within the bounds of now. */
  readonly limit: number
}

/** The decision for a new limit. */
export const moved = <S>(state: S, move: Move): ScalingDecision<S> => ({ state, wanted: Math.floor(move.limit), reason: moveReason(move) })

/** The decision to stay, for want of a measurement. */
export const unmoved = <S>(state: S, before: number | null, limit: number): ScalingDecision<S> =>
  ({ state, wanted: Math.floor(limit), reason: before === null ? 'initial' : 'held' })

const moveReason = ({ before, from, wished, limit }: Move): Reason => {
  const [was, is] = [Math.floor(from), Math.floor(limit)]
  if (Math.floor(wished) !== is) return 'limited'
  if (is !== was) return is > was ? 'tooFew' : 'tooMany'
  return before === null || before === from ? 'withinRange' : 'limited'
}
