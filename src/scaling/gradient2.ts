import { check, checkOptions, whole, within } from '../core/options.js'
import { inOrder, moved, unmoved, withinBoth } from './limit.js'
import type { ScalingPolicy } from './policy.js'
import { serviceWindow } from './service-window.js'

export interface Gradient2Options {
  /** Workers to begin with, pulled into the bounds; 1 or more, default 20. */
  readonly initial?: number | undefined
  /** Fewest it wants by itself; 1 or more, default 20. The group's bounds win. */
  readonly min?: number | undefined
  /** Most it wants by itself; `min` or more, default 200. The group's bounds win. */
  readonly max?: number | undefined
  /** Added at each step before smoothing, in workers: the queue allowed; 0 or more, default 4. */
  readonly queue?: number | undefined
  /** Share of each step that is taken: above 0, up to 1, default 0.2. */
  readonly smoothing?: number | undefined
  /** How many times as long as on average work may take before fewer are wanted; 1 or more, default 1.5. */
  readonly tolerance?: number | undefined
  /** Windows that the long average spans; 1 or more, default 600. */
  readonly longWindow?: number | undefined
}

/** What `gradient2` remembers. */
export interface Gradient2State {
  /** The limit, before it is rounded down; null before the first sample. */
  readonly limit: number | null
  readonly long: LongAverage
}

/** A mean of the first ten windows, an exponential average from then on. */
interface LongAverage {
  readonly ms: number
  /** Windows seen, up to ten. */
  readonly count: number
  readonly sumMs: number
}

const BOUNDS = { min: 20, max: 200 }
const WARM_UP = 10

const CODECS = {
  initial: whole(1),
  min: whole(1),
  max: whole(1),
  queue: whole(0),
  smoothing: check('a number above 0, up to 1', (value): value is number => typeof value === 'number' && value > 0 && value <= 1),
  tolerance: within(1, 1_000),
  longWindow: whole(1),
}

/**
 * Follows how the mean service time of a window compares to its long average: `g = clamp(tolerance · long / short, 0.5,
 * 1)`, and the limit L becomes `L (1 − smoothing) + smoothing (L · g + queue)`. With less than half of L in use it
 * stays. The average takes `2 / (longWindow + 1)` of each window after the mean of the first ten, and is stored 5 %
 * lower when it is more than twice as long as the window's. Only the answer is rounded down, not L. A window in which
 * nothing ended holds the last answer; failures are not looked at.
 *
 * As `Gradient2Limit` of Netflix' concurrency-limits, with a window for a request:
 * https://github.com/Netflix/concurrency-limits. A group whose `max` is below 20 needs a smaller `min` here.
 *
 * @throws {OptionsError} When an option is out of range, or `max` is below `min`.
 */
export const gradient2 = (options: Gradient2Options = {}): ScalingPolicy<Gradient2State> => {
  checkOptions('gradient2', CODECS, options, inOrder(BOUNDS))
  const { initial = 20, min = BOUNDS.min, max = BOUNDS.max, queue = 4, smoothing = 0.2, tolerance = 1.5, longWindow = 600 } = options
  return {
    name: 'gradient2',
    initial: { limit: null, long: { ms: 0, count: 0, sumMs: 0 } },
    step: ({ limit: before, long: past }, load) => {
      const from = withinBoth(before ?? initial, { min, max }, load)
      const window = serviceWindow(load)
      if (window === null || window.rttMs === null) return unmoved({ limit: from, long: past }, before, from)
      const long = averaged(past, window.rttMs, longWindow)
      const gradient = Math.max(0.5, Math.min(1, (tolerance * long.ms) / window.rttMs))
      const wished = 2 * window.maxInFlight < from ? from : from + smoothing * (from * gradient + queue - from)
      const limit = withinBoth(wished, { min, max }, load)
      return moved({ limit, long: recovering(long, window.rttMs) }, { before, from, wished, limit })
    },
  }
}

const averaged = ({ ms, count, sumMs }: LongAverage, shortMs: number, longWindow: number): LongAverage => {
  if (count < WARM_UP) return { ms: (sumMs + shortMs) / (count + 1), count: count + 1, sumMs: sumMs + shortMs }
  const factor = 2 / (longWindow + 1)
  return { ms: ms * (1 - factor) + shortMs * factor, count, sumMs }
}

/** After a time of load the average would take long to come down by itself. */
const recovering = (long: LongAverage, shortMs: number): LongAverage => (long.ms / shortMs > 2 ? { ...long, ms: long.ms * 0.95 } : long)
