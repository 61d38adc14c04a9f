import type { Semigroup } from 'fp-ts/lib/Semigroup.js'
import { bestOf } from './best-of.js'
import type { ScalingPolicy } from './policy.js'

/**
 * Asks each policy and wants the most that one of them does, with its reason; of equal answers the first counts. Each
 * keeps a state of its own. Woken at the soonest moment that one of them asks for.
 *
 * As Kubernetes' autoscaler with several metrics: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
 *
 * @throws {OptionsError} When given no policy, or what is none.
 */
export const largest = (...policies: readonly [ScalingPolicy, ...(readonly ScalingPolicy[])]): ScalingPolicy<readonly unknown[]> =>
  bestOf('largest', policies, (wanted, than) => wanted > than)

/** Two policies are one that wants the larger number: a Semigroup, as far as what is wanted and why. */
export const semigroupLargest: Semigroup<ScalingPolicy> = { concat: (first, second) => largest(first, second) }
