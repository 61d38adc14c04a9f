import { lesser } from '../core/lesser.js'
import type { Wake } from './policy.js'

/** Of several wishes to be woken the soonest of each kind; `undefined` if nobody has one. */
export const soonest = (...wakes: readonly (Wake | undefined)[]): Wake | undefined => {
  const waitedMs = least(wakes.map((wake) => wake?.waitedMs))
  const idledMs = least(wakes.map((wake) => wake?.idledMs))
  const afterWork = wakes.some((wake) => wake?.afterWork === true)
  if (waitedMs === undefined && idledMs === undefined && !afterWork) return undefined
  return { ...(waitedMs === undefined ? {} : { waitedMs }), ...(idledMs === undefined ? {} : { idledMs }), ...(afterWork ? { afterWork } : {}) }
}

const least = (spans: readonly (number | undefined)[]): number | undefined => spans.reduce(lesser, undefined)

/**
 * For a policy that has to be asked again after the last work: a group that has none is not sampled. Each 15 s, as often
 * as Kubernetes' autoscaler looks, while a worker is idle that could be given up.
 */
export const IN_QUIET: Wake = Object.freeze({ idledMs: 15_000, afterWork: true })
