import type { LoadSample } from '../core/load.js'
import { anyFunction, check, checkOptions, either, whole } from '../core/options.js'
import { isCount } from './bounds.js'
import { moved, rangeProblems, unmeasured, withinLimits } from './limit.js'
import { type LongTime, NO_LONG_TIME, observed } from './long-time.js'
import { notNegative, partOfOne } from './option-codecs.js'
import type { ScalingPolicy } from './policy.js'
import { type Percentile, isWindow, percentileCodec, positiveServiceTime } from './service-time.js'

export interface Gradient2Options {
  /** Workers wanted to begin with, pulled into the bounds; 1 or more, default 20. */
  readonly initialLimit?: number | undefined
  /** Fewest workers wanted; 1 or more, at most `maxLimit`, default 1 (Netflix: 20). The group's `min` wins. */
  readonly minLimit?: number | undefined
  /** Most workers wanted; 1 or more, default 200. The group's `max` wins. */
  readonly maxLimit?: number | undefined
  /** How much it tries to grow by, before smoothing, in workers: 0 or more, or what it is at a limit; default 4. */
  readonly queueSize?: number | ((limit: number) => number) | undefined
  /** How much of a change of the limit takes effect; above 0 to 1, default 0.2. */
  readonly smoothing?: number | undefined
  /** How many times the long service time a window may take before the limit shrinks; 1 or more, default 1.5. */
  readonly rttTolerance?: number | undefined
  /** Windows that the long service time looks back on; 1 or more, default 600. */
  readonly longWindow?: number | undefined
  /** Which service time of a window it goes by; default `'p50'`. */
  readonly percentile?: Percentile | undefined
}

/** What `gradient2` remembers. */
export interface Gradient2State {
  /** After the last sample, a real number; null before the first. */
  readonly limit: number | null
  /** The service time over long, in ms. */
  readonly long: LongTime
}

/**
 * Goes by the service time of a window against that over long: `g = clamp(rttTolerance · long / rtt, 0.5, 1)`, and the
 * limit moves by `smoothing` towards `limit · g + queueSize`. While less than half of the limit is in use it stays. The
 * long time is the mean of the first ten windows and then forgets, each new window weighing `2 / (longWindow + 1)`; while
 * it is more than twice the short one it also loses a twentieth in each window. Failures do not count: compose it with
 * `aimd` for those.
 *
 * As Netflix's `Gradient2Limit` (https://github.com/Netflix/concurrency-limits, limit/Gradient2Limit.java). Of a sample,
 * `serviceMs[percentile]` stands for rtt and `maxInFlight` for inflight, as in Netflix's `WindowedLimit`. The limit starts
 * within its bounds, and a `minLimit` of 1 leaves the least to the group. A window in which nothing ended, or of which a
 * number is missing, or with a service time of 0, holds the limit.
 *
 * @throws {OptionsError} When an option is out of its range, or `minLimit` exceeds `maxLimit`.
 */
export const gradient2 = (options: Gradient2Options = {}): ScalingPolicy<Gradient2State> => {
  checkOptions('gradient2', CODECS, options, () => rangeProblems(withDefaults(options)))
  const settings = withDefaults(options)
  return {
    name: 'gradient2',
    initial: { limit: null, long: NO_LONG_TIME },
    step: ({ limit: before, long }, load) => {
      const from = withinLimits(before ?? settings.initialLimit, settings, load)
      const rttMs = positiveServiceTime(load, settings.percentile)
      if (rttMs === undefined || !isUsable(load)) return unmeasured({ limit: from, long }, before, from)
      const now = observed(long, rttMs, settings.longWindow)
      const wished = 2 * load.maxInFlight < from ? from : next(from, now.mean / rttMs, settings)
      const limit = withinLimits(wished, settings, load)
      return moved({ limit, long: decayed(now, rttMs) }, { before, from, wished, limit })
    },
  }
}

const CODECS = {
  initialLimit: whole(1),
  minLimit: whole(1),
  maxLimit: whole(1),
  queueSize: either(notNegative, anyFunction),
  smoothing: partOfOne,
  rttTolerance: check('a factor, 1 or more', (value): value is number => typeof value === 'number' && value >= 1 && value < Infinity),
  longWindow: whole(1),
  percentile: percentileCodec,
}

type Settings = { readonly [Name in keyof Gradient2Options]-?: NonNullable<Gradient2Options[Name]> }

const withDefaults = ({
  initialLimit = 20, minLimit = 1, maxLimit = 200, queueSize = 4, smoothing = 0.2, rttTolerance = 1.5, longWindow = 600, percentile = 'p50',
}: Gradient2Options): Settings => ({ initialLimit, minLimit, maxLimit, queueSize, smoothing, rttTolerance, longWindow, percentile })

const isUsable = (load: LoadSample): boolean => isWindow(load) && isCount(load.maxInFlight)

const next = (limit: number, longToShort: number, { queueSize, smoothing, rttTolerance }: Settings): number => {
  const gradient = Math.max(0.5, Math.min(1, rttTolerance * longToShort))
  const queue = typeof queueSize === 'number' ? queueSize : queueSize(Math.floor(limit))
  return limit * (1 - smoothing) + smoothing * (limit * gradient + queue)
}

/** After much load a long time that lags far behind would count a short one as no load at all. */
const decayed = (long: LongTime, rttMs: number): LongTime => (long.mean / rttMs > 2 ? { ...long, mean: long.mean * 0.95 } : long)
