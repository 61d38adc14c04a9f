import type { LoadSample } from '../core/load.js'
import { draw } from './chance.js'
import { type GradientOptions, type GradientRule, gradientRule } from './gradient-options.js'
import { latest } from './clock.js'
import { moved, withinBoth } from './limit.js'
import type { Reason, ScalingDecision, ScalingPolicy } from './policy.js'
import { type ServiceWindow, serviceWindow } from './service-window.js'

/** What `gradient` remembers. */
export interface GradientState {
  /** Workers wanted last; null before the first sample. */
  readonly limit: number | null
  /** The limit to return to after measuring; null while it does not measure. */
  readonly restore: number | null
  /** The least service time as measured last, in ms; null before. */
  readonly leastMs: number | null
  /** What ended since the last update, or since measuring began. */
  readonly tally: Tally
  /** Updates in a row that found and left the limit at its least. */
  readonly atLeast: number
  readonly updatedAtMs: number
  readonly measureAtMs: number
  /** The latest moment seen, in ms. */
  readonly nowMs: number
  readonly seed: number
}

interface Tally {
  readonly count: number
  readonly spentMs: number
  readonly maxInFlight: number
}

const NOTHING: Tally = { count: 0, spentMs: 0, maxInFlight: 0 }

/** So many updates in a row at the least limit say that the least service time may be wrong. */
const SUSPICIOUS = 5

/**
 * Compares how long work takes to how long it takes at least, and measures that least time now and then with as few
 * workers as possible. Every `updateMs`, with `g = clamp(least · (1 + buffer) / mean, 0.5, 2)`, the limit L becomes
 * `floor(L · g + sqrt(L · g))`, but does not grow with less than half of L in use. It begins by measuring, and measures
 * again `measureMs` later, plus a random share up to `jitter` of that, and after five updates in a row at `min`.
 *
 * While it measures it wants `min`; a window with more at work than that does not count, as those began before. After
 * `requests` completions the old limit returns. Where nothing ends it holds the last answer and starts no measuring.
 *
 * As the gradient controller of Envoy's adaptive concurrency filter, with a mean for its percentile:
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/adaptive_concurrency_filter.
 *
 * @throws {OptionsError} When an option is missing or out of range, or `max` is below `min`.
 */
export const gradient = (options: GradientOptions): ScalingPolicy<GradientState> => {
  const rule = gradientRule(options)
  return {
    name: 'gradient',
    initial: { limit: null, restore: rule.own.min, leastMs: null, tally: NOTHING, atLeast: 0, updatedAtMs: 0, measureAtMs: 0, nowMs: 0, seed: rule.seed },
    step: (before, load) => {
      const state = seen(rule, before, load)
      return state.restore === null ? update(rule, before.limit, state, load) : measure(rule, before.limit, state, state.restore, load)
    },
  }
}

interface Seen extends GradientState {
  readonly limit: number
}

/** The state brought up to the sample. */
const seen = ({ own }: GradientRule, state: GradientState, load: LoadSample): Seen => {
  const limit = withinBoth(state.limit ?? own.min, own, load)
  const window = serviceWindow(load)
  const counts = window !== null && (state.restore === null || window.maxInFlight <= limit)
  return { ...state, limit, nowMs: latest(state.nowMs, load), tally: counts ? added(state.tally, window) : state.tally }
}

const added = (tally: Tally, { rttMs, count, maxInFlight }: ServiceWindow): Tally =>
  rttMs === null ? tally : { count: tally.count + count, spentMs: tally.spentMs + rttMs * count, maxInFlight: Math.max(tally.maxInFlight, maxInFlight) }

const measure = (rule: GradientRule, before: number | null, state: Seen, restore: number, load: LoadSample): ScalingDecision<GradientState> => {
  const { tally, nowMs } = state
  if (tally.count < rule.requests) {
    const limit = withinBoth(rule.own.min, rule.own, load)
    return stay({ ...state, limit }, before === null ? 'initial' : 'exploring')
  }
  const chance = draw(state.seed)
  const measureAtMs = nowMs + rule.measureMs + Math.floor(chance.value * Math.ceil(rule.measureMs * rule.jitter))
  const limit = withinBoth(restore, rule.own, load)
  const measured = { leastMs: tally.spentMs / tally.count, measureAtMs, seed: chance.seed, tally: NOTHING, updatedAtMs: nowMs }
  return moved({ ...state, ...measured, limit, restore: null }, { before, from: state.limit, wished: restore, limit })
}

const update = (rule: GradientRule, before: number | null, state: Seen, load: LoadSample): ScalingDecision<GradientState> => {
  if (state.nowMs - state.updatedAtMs < rule.updateMs) return stay(state, 'held')
  const fresh = { ...state, tally: NOTHING, updatedAtMs: state.nowMs }
  if (state.tally.count === 0) return stay(fresh, 'held')
  if (state.nowMs >= state.measureAtMs) return startMeasuring(rule, fresh, load)
  const wished = next(state, rule.buffer)
  const limit = withinBoth(wished, rule.own, load)
  const least = withinBoth(rule.own.min, rule.own, load)
  const atLeast = state.limit === least && limit === least ? state.atLeast + 1 : 0
  if (atLeast >= SUSPICIOUS) return startMeasuring(rule, fresh, load)
  return moved({ ...fresh, limit, atLeast }, { before, from: state.limit, wished, limit })
}

const startMeasuring = (rule: GradientRule, state: Seen, load: LoadSample): ScalingDecision<GradientState> =>
  stay({ ...state, restore: state.limit, limit: withinBoth(rule.own.min, rule.own, load), atLeast: 0 }, 'exploring')

const next = ({ limit, leastMs, tally }: Seen, buffer: number): number => {
  const ratio = ((leastMs ?? 0) * (1 + buffer) * tally.count) / tally.spentMs
  const scaled = limit * Math.max(0.5, Math.min(2, ratio))
  const wished = Math.floor(scaled + Math.sqrt(scaled))
  return 2 * tally.maxInFlight < limit ? Math.min(limit, wished) : wished
}

const stay = (state: Seen, reason: Reason): ScalingDecision<GradientState> => ({ state, wanted: state.limit, reason })
