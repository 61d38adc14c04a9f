import { anyFunction, either, whole } from '../core/options.js'
import { chanceSeed, notNegative, partOfOne, positive } from './option-codecs.js'
import { type Percentile, percentileCodec } from './service-time.js'

/** A number, or what it is at a limit. */
export type AtLimit = number | ((limit: number) => number)

export interface VegasOptions {
  /** Workers wanted to begin with, pulled into the bounds; 1 or more, default 20. */
  readonly initialLimit?: number | undefined
  /** Most workers wanted; 1 or more, default 1,000. The group's `max` wins. */
  readonly maxLimit?: number | undefined
  /** How much of a change of the limit takes effect; above 0 to 1, default 1. */
  readonly smoothing?: number | undefined
  /** The shortest queue at which it rests; above 0, default `3 · log`. */
  readonly alpha?: AtLimit | undefined
  /** The longest queue at which it rests, and what is added while nothing queues; above 0, default `6 · log`. */
  readonly beta?: AtLimit | undefined
  /** The queue that counts as none; 0 or more, default `log`. */
  readonly threshold?: AtLimit | undefined
  /** The limit after a short queue; default `limit + log`. */
  readonly increase?: ((limit: number) => number) | undefined
  /** The limit after a long queue or a drop; default `limit − log`. */
  readonly decrease?: ((limit: number) => number) | undefined
  /** The time without load is measured anew within this many windows for each worker of the limit; 1 or more, default 30. */
  readonly probeMultiplier?: number | undefined
  /** Which service time of a window it goes by; default `'p50'`. */
  readonly percentile?: Percentile | undefined
  /** What chance starts from; a whole number from 0 to 2³² − 1, default 1. */
  readonly seed?: number | undefined
}

export const VEGAS_CODECS = {
  initialLimit: whole(1),
  maxLimit: whole(1),
  smoothing: partOfOne,
  alpha: either(positive, anyFunction),
  beta: either(positive, anyFunction),
  threshold: either(notNegative, anyFunction),
  increase: anyFunction,
  decrease: anyFunction,
  probeMultiplier: whole(1),
  percentile: percentileCodec,
  seed: chanceSeed,
}

export type VegasSettings = { readonly [Name in keyof VegasOptions]-?: NonNullable<VegasOptions[Name]> } & { readonly minLimit: number }

/** `floor(log10 limit)`, at least 1: counted in digits, which are the same on every machine. */
const log = (limit: number): number => Math.max(1, String(Math.floor(limit)).length - 1)

export const vegasSettings = ({
  initialLimit = 20, maxLimit = 1_000, smoothing = 1, alpha = (limit) => 3 * log(limit), beta = (limit) => 6 * log(limit), threshold = log,
  increase = (limit) => limit + log(limit), decrease = (limit) => limit - log(limit), probeMultiplier = 30, percentile = 'p50', seed = 1,
}: VegasOptions): VegasSettings =>
  ({ initialLimit, minLimit: 1, maxLimit, smoothing, alpha, beta, threshold, increase, decrease, probeMultiplier, percentile, seed })

export const valueAt = (rule: AtLimit, limit: number): number => (typeof rule === 'number' ? rule : rule(limit))
