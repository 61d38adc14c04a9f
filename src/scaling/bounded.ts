import type { LoadSample } from '../core/load.js'
import { checkOptions, having, whole } from '../core/options.js'
import { ask } from './ask.js'
import { type Bounds, withinBounds } from './bounds.js'
import type { ScalingPolicy } from './policy.js'

export interface BoundedOptions {
  /** Fewest workers: a whole number, 0 or more; default as the group's. */
  readonly min?: number | undefined
  /** Most workers: a whole number, 0 or more; default as the group's. */
  readonly max?: number | undefined
}

/**
 * The policy within bounds of its own. It is told them as if they were the group's, so one that builds on its last
 * answer does not go on beyond them. Where the group's bounds are narrower, or lie elsewhere, those win. The reason is
 * `limited` where a bound changed the answer.
 *
 * @throws {OptionsError} When given no policy, a bound that is not one, or `min` above `max`.
 */
export const bounded = <S>(policy: ScalingPolicy<S>, bounds: BoundedOptions): ScalingPolicy<S> => {
  checkOptions('bounded', CODECS, { ...bounds, policy, bounds }, ({ min, max }) => order(min, max), ['policy', 'bounds'])
  return {
    name: `bounded(${policy.name})`,
    initial: policy.initial,
    wake: policy.wake,
    step: (state, load) => {
      const narrow = { ...load, ...narrowed(bounds, load) }
      const decision = ask(policy, state, narrow)
      const wanted = withinBounds(decision.wanted, narrow)
      return wanted === decision.wanted ? decision : { state: decision.state, wanted, reason: 'limited' }
    },
  }
}

const CODECS = { policy: having('a scaling policy', 'step'), bounds: having('{ min, max }'), min: whole(0), max: whole(0) }

const order = (min: unknown, max: unknown): readonly { readonly path: string; readonly got: string; readonly expected: string }[] =>
  typeof min === 'number' && typeof max === 'number' && min > max ? [{ path: 'min', got: String(min), expected: `at most max, which is ${max}` }] : []

/** The own bounds, each pulled into those of the sample. */
const narrowed = ({ min, max }: BoundedOptions, load: LoadSample): Bounds => ({
  min: min === undefined ? load.min : withinBounds(min, load),
  max: max === undefined ? load.max : withinBounds(max, load),
})
