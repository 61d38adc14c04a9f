import { check, checkOptions, whole } from '../core/options.js'
import { draw } from './chance.js'
import { moved, unmoved, withinBoth } from './limit.js'
import type { ScalingPolicy } from './policy.js'
import { type ServiceWindow, serviceWindow } from './service-window.js'

export interface VegasOptions {
  /** Workers to begin with, pulled into the bounds; 1 or more, default 20. */
  readonly initial?: number | undefined
  /** Most it wants by itself; 1 or more, default 1,000. The group's bounds win. */
  readonly max?: number | undefined
  /** Share of each step that is taken: above 0, up to 1, default 1. */
  readonly smoothing?: number | undefined
  /** The time without load is measured anew after half to all of this many windows for each worker; 1 or more, default 30. */
  readonly probeMultiplier?: number | undefined
  /** Chance in when to measure anew; a whole number, 0 or more, default 0. */
  readonly seed?: number | undefined
}

/** What `vegas` remembers. */
export interface VegasState {
  /** The limit, before it is rounded down; null before the first sample. */
  readonly limit: number | null
  /** Mean service time without load, in ms; null before the first measurement. */
  readonly noLoadMs: number | null
  /** Measurements since the time without load was last measured anew. */
  readonly sinceProbe: number
  readonly seed: number
}

const CODECS = {
  initial: whole(1),
  max: whole(1),
  smoothing: check('a number above 0, up to 1', (value): value is number => typeof value === 'number' && value > 0 && value <= 1),
  probeMultiplier: whole(1),
  seed: whole(0),
}

/**
 * Keeps a small queue in whatever the workers call, seen by how much longer work takes than without load:
 * `q = ceil(L · (1 − noLoad / rtt))` for a limit L. With `log = max(1, floor(log10 L))`: a failure takes L to `L − log`;
 * with less than half of L in use it stays; `q ≤ log` gives `L + 6 log`, `q < 3 log` gives `L + log`, `q > 6 log` gives
 * `L − log`. The first window, one with a lower time, and one after every `[0.5, 1) · probeMultiplier · L` only set
 * noLoad. It never wants fewer than 1 by itself. A window in which nothing ended holds the last answer.
 *
 * As `VegasLimit` of Netflix' concurrency-limits, with a window for a request:
 * https://github.com/Netflix/concurrency-limits, after L. S. Brakmo, L. L. Peterson, "TCP Vegas", 1995.
 *
 * @throws {OptionsError} When an option is out of range.
 */
export const vegas = (options: VegasOptions = {}): ScalingPolicy<VegasState> => {
  checkOptions('vegas', CODECS, options)
  const { initial = 20, max = 1_000, smoothing = 1, probeMultiplier = 30, seed = 0 } = options
  const own = { min: 1, max }
  return {
    name: 'vegas',
    initial: { limit: null, noLoadMs: null, sinceProbe: 0, seed },
    step: (state, load) => {
      const from = withinBoth(state.limit ?? initial, own, load)
      const window = serviceWindow(load)
      if (window === null) return unmoved({ ...state, limit: from }, state.limit, from)
      const seen = learn(state, from, window, probeMultiplier)
      const wished = seen.learnt ? from : next(from, window, seen.state.noLoadMs)
      const limit = from + smoothing * (withinBoth(wished, own, load) - from)
      return moved({ ...seen.state, limit }, { before: state.limit, from, wished: from + smoothing * (wished - from), limit })
    },
  }
}

interface Learning {
  readonly state: VegasState
  /** Whether the window only told the time without load. */
  readonly learnt: boolean
}

const learn = (state: VegasState, limit: number, { rttMs }: ServiceWindow, multiplier: number): Learning => {
  if (rttMs === null) return { state, learnt: false }
  const sinceProbe = state.sinceProbe + 1
  const chance = draw(state.seed)
  if ((0.5 + chance.value / 2) * multiplier * limit <= sinceProbe) return { state: { ...state, noLoadMs: rttMs, sinceProbe: 0, seed: chance.seed }, learnt: true }
  const learnt = state.noLoadMs === null || rttMs < state.noLoadMs
  return { state: { ...state, noLoadMs: learnt ? rttMs : state.noLoadMs, sinceProbe }, learnt }
}

const next = (limit: number, { rttMs, maxInFlight, dropped }: ServiceWindow, noLoadMs: number | null): number => {
  // Digits instead of a logarithm, which may fall short of a power of ten.
  const log = Math.max(1, String(Math.floor(limit)).length - 1)
  if (dropped) return Math.max(1, limit - log)
  if (rttMs === null || noLoadMs === null || 2 * maxInFlight < limit) return limit
  const queue = Math.ceil(limit * (1 - noLoadMs / rttMs))
  if (queue <= log) return limit + 6 * log
  if (queue < 3 * log) return limit + log
  return queue > 6 * log ? Math.max(1, limit - log) : limit
}
