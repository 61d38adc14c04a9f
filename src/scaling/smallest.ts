import type { Semigroup } from 'fp-ts/lib/Semigroup.js'
import { bestOf } from './best-of.js'
import type { ScalingPolicy } from './policy.js'

/**
 * Asks each policy and wants the fewest that one of them does, with its reason; of equal answers the first counts. Each
 * keeps a state of its own. Woken at the soonest moment that one of them asks for.
 *
 * @throws {OptionsError} When given no policy, or what is none.
 */
export const smallest = (...policies: readonly [ScalingPolicy, ...(readonly ScalingPolicy[])]): ScalingPolicy<readonly unknown[]> =>
  bestOf('smallest', policies, (wanted, than) => wanted < than)

/** Two policies are one that wants the smaller number: a Semigroup, as far as what is wanted and why. */
export const semigroupSmallest: Semigroup<ScalingPolicy> = { concat: (first, second) => smallest(first, second) }
