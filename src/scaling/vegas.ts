import type { LoadSample } from '../core/load.js'
import { checkOptions } from '../core/options.js'
import { isCount } from './bounds.js'
import { draw } from './chance.js'
import { moved, unmeasured, withinLimits } from './limit.js'
import type { ScalingDecision, ScalingPolicy } from './policy.js'
import { isWindow, positiveServiceTime } from './service-time.js'
import { VEGAS_CODECS, type VegasOptions, type VegasSettings, valueAt, vegasSettings } from './vegas-options.js'

/** What `vegas` remembers. */
export interface VegasState {
  /** After the last sample; null before the first. */
  readonly limit: number | null
  /** The service time without load, in ms; null before the first window. */
  readonly noLoadMs: number | null
  /** Windows since the time without load was measured anew. */
  readonly windows: number
  /** Where chance puts the next such measurement: from 0.5 to below 1. */
  readonly probeJitter: number
  readonly seed: number
}

/**
 * Keeps a short queue in front of whatever the workers call: of a limit L, `q = ceil(L · (1 − noLoad / rtt))` are
 * reckoned to queue there. A drop takes `log` away; while less than half of the limit is in use it stays; `q <= log`
 * adds `beta`, `q < alpha` adds `log`, `q > beta` takes `log` away; between, it rests. With
 * `log = max(1, floor(log10 L))`, alpha `3 · log`, beta `6 · log`. The first window, and one with a shorter time than
 * any before, only sets `noLoad`; so does one in every `probeJitter · probeMultiplier · L` windows.
 *
 * As TCP Vegas, in the form of Netflix's `VegasLimit`
 * (https://github.com/Netflix/concurrency-limits, limit/VegasLimit.java). Of a sample, `serviceMs[percentile]` stands for
 * rtt, `maxInFlight` for inflight, and any of `failures` for a drop, as in Netflix's `WindowedLimit`; windows of one
 * attempt each are the original. Chance comes from `seed`, and the limit starts within its bounds. A window in which
 * nothing ended, or of which a number is missing, or with a service time of 0, holds the limit.
 *
 * @throws {OptionsError} When an option is out of its range.
 */
export const vegas = (options: VegasOptions = {}): ScalingPolicy<VegasState> => {
  checkOptions('vegas', VEGAS_CODECS, options)
  const settings = vegasSettings(options)
  return {
    name: 'vegas',
    initial: { limit: null, noLoadMs: null, windows: 0, ...jittered(settings.seed) },
    step: (before, load) => {
      const limit = withinLimits(before.limit ?? settings.initialLimit, settings, load)
      const window = windowOf(load, settings)
      if (window === undefined) return unmeasured({ ...before, limit }, before.limit, limit)
      return decide({ ...before, limit, windows: before.windows + 1 }, { ...window, load, before: before.limit }, settings)
    },
  }
}

const jittered = (seed: number): Pick<VegasState, 'probeJitter' | 'seed'> => {
  const drawn = draw(seed)
  return { probeJitter: 0.5 + drawn.unit / 2, seed: drawn.seed }
}

interface Window {
  readonly rttMs: number
  readonly inFlight: number
  readonly dropped: boolean
}

const windowOf = (load: LoadSample, { percentile }: VegasSettings): Window | undefined => {
  const rttMs = positiveServiceTime(load, percentile)
  if (rttMs === undefined || !isWindow(load) || !isCount(load.maxInFlight) || !isCount(load.failures)) return undefined
  return { rttMs, inFlight: load.maxInFlight, dropped: load.failures > 0 }
}

interface Seen extends Window {
  readonly load: LoadSample
  readonly before: number | null
}

type Current = VegasState & { readonly limit: number }

const decide = (state: Current, seen: Seen, settings: VegasSettings): ScalingDecision<VegasState> => {
  const { limit: from, windows, probeJitter, noLoadMs } = state
  const { rttMs, before } = seen
  const stay = { before, from, wished: from, limit: from }
  if (probeJitter * settings.probeMultiplier * from <= windows) return moved({ ...state, ...jittered(state.seed), windows: 0, noLoadMs: rttMs }, stay)
  if (noLoadMs === null || rttMs < noLoadMs) return moved({ ...state, noLoadMs: rttMs }, stay)
  const next = wish(from, Math.ceil(from * (1 - noLoadMs / rttMs)), seen, settings)
  const wished = smoothed(from, next, settings)
  const limit = withinLimits(smoothed(from, withinLimits(next, settings, seen.load), settings), settings, seen.load)
  return moved({ ...state, limit }, { before, from, wished, limit })
}

const wish = (limit: number, queue: number, { inFlight, dropped }: Seen, { alpha, beta, threshold, increase, decrease }: VegasSettings): number => {
  if (dropped) return decrease(limit)
  if (2 * inFlight < limit) return limit
  const whole = Math.floor(limit)
  if (queue <= valueAt(threshold, whole)) return limit + valueAt(beta, whole)
  if (queue < valueAt(alpha, whole)) return increase(limit)
  return queue > valueAt(beta, whole) ? decrease(limit) : limit
}

const smoothed = (from: number, to: number, { smoothing }: VegasSettings): number => (1 - smoothing) * from + smoothing * to
