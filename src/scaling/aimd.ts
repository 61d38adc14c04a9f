import type { LoadSample } from '../core/load.js'
import { check, checkOptions, milliseconds, whole } from '../core/options.js'
import { isCount } from './bounds.js'
import { moved, rangeProblems, unmeasured, withinLimits } from './limit.js'
import type { ScalingPolicy } from './policy.js'
import { type Percentile, isWindow, percentileCodec, serviceTime } from './service-time.js'

export interface AimdOptions {
  /** Workers wanted to begin with, pulled into the bounds; 1 or more, default 20. */
  readonly initialLimit?: number | undefined
  /** Fewest workers wanted; 1 or more, at most `maxLimit`, default 1 (Netflix: 20). The group's `min` wins. */
  readonly minLimit?: number | undefined
  /** Most workers wanted; 1 or more, default 200. The group's `max` wins. */
  readonly maxLimit?: number | undefined
  /** What a drop leaves of the limit; a ratio from 0.5 to below 1, default 0.9. */
  readonly backoffRatio?: number | undefined
  /** A service time longer than this counts as a drop, in ms; 1 or more, default 5,000. */
  readonly timeoutMs?: number | undefined
  /** Which service time of a window it goes by; default `'p50'`. */
  readonly percentile?: Percentile | undefined
}

/** What `aimd` remembers: the limit after the last sample; null before the first. */
export interface AimdState {
  readonly limit: number | null
}

/**
 * One more worker for each window in which at least half of the limit was in use, a tenth fewer for each with a drop:
 * `limit + 1` when `2 · inflight >= limit`, `floor(limit · backoffRatio)` on a drop or when `rtt > timeoutMs`. Additive
 * increase, multiplicative decrease, as Netflix's `AIMDLimit`
 * (https://github.com/Netflix/concurrency-limits, limit/AIMDLimit.java).
 *
 * Of a sample, `serviceMs[percentile]` stands for rtt, `maxInFlight` for inflight, and any of `failures` for a drop, as
 * in Netflix's `WindowedLimit`; windows of one attempt each are the original. The limit never starts outside its own
 * bounds, as it can there, and a `minLimit` of 1 leaves the least to the group. A window in which nothing ended, or of
 * which a number is missing, holds the limit; a failure that is known lowers it all the same.
 *
 * @throws {OptionsError} When an option is out of its range, or `minLimit` exceeds `maxLimit`.
 */
export const aimd = (options: AimdOptions = {}): ScalingPolicy<AimdState> => {
  checkOptions('aimd', CODECS, options, () => rangeProblems(withDefaults(options)))
  const settings = withDefaults(options)
  return {
    name: 'aimd',
    initial: { limit: null },
    step: ({ limit: before }, load) => {
      const from = withinLimits(before ?? settings.initialLimit, settings, load)
      const wished = next(from, load, settings)
      if (wished === undefined) return unmeasured({ limit: from }, before, from)
      const limit = withinLimits(wished, settings, load)
      return moved({ limit }, { before, from, wished, limit })
    },
  }
}

const CODECS = {
  initialLimit: whole(1),
  minLimit: whole(1),
  maxLimit: whole(1),
  backoffRatio: check('a ratio, 0.5 or more and less than 1', (value): value is number => typeof value === 'number' && value >= 0.5 && value < 1),
  timeoutMs: milliseconds(1),
  percentile: percentileCodec,
}

type Settings = { readonly [Name in keyof AimdOptions]-?: NonNullable<AimdOptions[Name]> }

const withDefaults = ({
  initialLimit = 20, minLimit = 1, maxLimit = 200, backoffRatio = 0.9, timeoutMs = 5_000, percentile = 'p50',
}: AimdOptions): Settings => ({ initialLimit, minLimit, maxLimit, backoffRatio, timeoutMs, percentile })

/** The limit after this window; `undefined` when the window does not tell. */
const next = (limit: number, load: LoadSample, { backoffRatio, timeoutMs, percentile }: Settings): number | undefined => {
  if (!isWindow(load) || !isCount(load.failures)) return undefined
  const rttMs = serviceTime(load, percentile)
  if (load.failures > 0 || (rttMs !== undefined && rttMs > timeoutMs)) return Math.floor(limit * backoffRatio)
  if (rttMs === undefined || !isCount(load.maxInFlight)) return undefined
  return 2 * load.maxInFlight >= limit ? limit + 1 : limit
}
