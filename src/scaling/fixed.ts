import { checkOptions, whole } from '../core/options.js'
import { withinBounds } from './bounds.js'
import type { ScalingPolicy } from './policy.js'

/**
 * Always the same number of workers, whatever the load.
 *
 * @param workers - Workers wanted: a whole number, 0 or more. Where the group's bounds say otherwise they win, and the
 * reason is then `limited`.
 * @throws {OptionsError} When `workers` is not such a number.
 */
export const fixed = (workers: number): ScalingPolicy<null> => {
  checkOptions('fixed', { workers: whole(0) }, { workers }, undefined, ['workers'])
  return {
    name: 'fixed',
    initial: null,
    step: (state, load) => {
      const wanted = withinBounds(workers, load)
      return { state, wanted, reason: wanted === workers ? 'withinRange' : 'limited' }
    },
  }
}
