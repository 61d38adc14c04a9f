import { check, checkOptions, milliseconds, whole } from '../core/options.js'
import { decimal } from './decimal.js'
import { inOrder, moved, unmoved, withinBoth } from './limit.js'
import type { ScalingPolicy } from './policy.js'
import { type ServiceWindow, serviceWindow } from './service-window.js'

export interface AimdOptions {
  /** Workers to begin with, pulled into the bounds; 1 or more, default 20. */
  readonly initial?: number | undefined
  /** Fewest it wants by itself; 1 or more, default 20. The group's bounds win. */
  readonly min?: number | undefined
  /** Most it wants by itself; `min` or more, default 200. The group's bounds win. */
  readonly max?: number | undefined
  /** What is kept of the limit at a failure, as a share: from 0.5 to below 1, default 0.9. */
  readonly backoffRatio?: number | undefined
  /** A mean service time above this counts as a failure, in ms; 1 or more, default 5,000. */
  readonly timeoutMs?: number | undefined
}

/** What `aimd` remembers. */
export interface AimdState {
  /** Workers wanted last; null before the first sample. */
  readonly limit: number | null
}

const BOUNDS = { min: 20, max: 200 }

const CODECS = {
  initial: whole(1),
  min: whole(1),
  max: whole(1),
  backoffRatio: check('a number from 0.5 to below 1', (value): value is number => typeof value === 'number' && value >= 0.5 && value < 1),
  timeoutMs: milliseconds(1),
}

/**
 * Additive increase, multiplicative decrease. In a window with a failure, or a mean service time above `timeoutMs`, the
 * limit L becomes `floor(L · backoffRatio)`; otherwise `L + 1`, if at least half of L was in use at once. A window in
 * which nothing ended holds the last answer.
 *
 * As `AIMDLimit` of Netflix' concurrency-limits, with a window for a request:
 * https://github.com/Netflix/concurrency-limits. A group whose `max` is below 20 needs a smaller `min` here.
 *
 * @throws {OptionsError} When an option is out of range, or `max` is below `min`.
 */
export const aimd = (options: AimdOptions = {}): ScalingPolicy<AimdState> => {
  checkOptions('aimd', CODECS, options, inOrder(BOUNDS))
  const { initial = 20, min = BOUNDS.min, max = BOUNDS.max, backoffRatio = 0.9, timeoutMs = 5_000 } = options
  return {
    name: 'aimd',
    initial: { limit: null },
    step: ({ limit: before }, load) => {
      const from = withinBoth(before ?? initial, { min, max }, load)
      const window = serviceWindow(load)
      if (window === null) return unmoved({ limit: from }, before, from)
      const wished = next(from, window, backoffRatio, timeoutMs)
      const limit = withinBoth(wished, { min, max }, load)
      return moved({ limit }, { before, from, wished, limit })
    },
  }
}

const next = (limit: number, { rttMs, maxInFlight, dropped }: ServiceWindow, ratio: number, timeoutMs: number): number => {
  if (dropped || (rttMs ?? 0) > timeoutMs) return Math.floor(decimal(limit * ratio))
  return 2 * maxInFlight >= limit ? limit + 1 : limit
}
