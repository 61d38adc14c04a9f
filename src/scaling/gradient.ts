import type { LoadSample } from '../core/load.js'
import { checkOptions } from '../core/options.js'
import { isCount } from './bounds.js'
import { draw } from './chance.js'
import { isSpan, latest } from './clock.js'
import { type MeasuredWindow, attemptsIn, measuringInterval, quantileOf } from './gradient-measuring.js'
import { GRADIENT_CODECS, type GradientOptions, type GradientSettings, gradientSettings } from './gradient-options.js'
import { moved, rangeProblems, unmeasured, withinLimits } from './limit.js'
import type { ScalingDecision, ScalingPolicy } from './policy.js'
import { isWindow, positiveServiceTime } from './service-time.js'

/** What `gradient` remembers: it measures the service time without load, or follows it. */
export type GradientState = Measuring | Following

interface Measuring {
  readonly phase: 'measuring'
  /** The limit to go back to; null before the first measurement. */
  readonly resumeLimit: number | null
  /** What was measured so far: fewer attempts than a measurement takes. */
  readonly windows: readonly MeasuredWindow[]
  /** The latest moment seen, in ms. */
  readonly nowMs: number
  readonly seed: number
}

interface Following {
  readonly phase: 'following'
  readonly limit: number
  /** The service time without load, in ms. */
  readonly minRttMs: number
  /** When it is measured anew, in ms. */
  readonly measureAtMs: number
  /** Windows in a row that kept the limit at its least. */
  readonly windowsAtMin: number
  readonly nowMs: number
  readonly seed: number
}

/**
 * Goes by the service time of a window against that without load: `g = clamp(minRtt · (1 + buffer) / rtt, 0.5, 2)`, and
 * the limit becomes `floor(L · g + sqrt(L · g))`. From time to time, and after five windows in a row at its least, it
 * lowers the limit to `minConcurrency` to measure minRtt, the service time of `minRttRequests` attempts, and then goes
 * back: the reason is then `exploring`. The next measurement is due after the interval and up to a share `jitter` of it.
 *
 * As Envoy's adaptive concurrency filter with the gradient controller
 * (https://github.com/envoyproxy/envoy, adaptive_concurrency/controller/gradient_controller.cc). Of a sample,
 * `serviceMs[percentile]` stands for the latency and `completions` for its requests. Each window is an update interval. A
 * measurement takes the quantile of its windows, each counting as many times as attempts completed in it; windows of one
 * attempt are the original. Which attempts began before a measurement is not known of a window, so windows in which more
 * than the measuring limit were in flight (`maxInFlight`) are left out. The limit does not grow while less than half of
 * it is in use; `applicationLimited: false` is the original. Chance comes from `seed`.
 *
 * A window in which nothing completed, or of which a number is missing, or with a service time of 0, holds the limit;
 * only a measurement that is due begins all the same.
 *
 * @throws {OptionsError} When an option is out of its range, or `minConcurrency` exceeds `maxLimit`.
 */
export const gradient = (options: GradientOptions = {}): ScalingPolicy<GradientState> => {
  checkOptions('gradient', GRADIENT_CODECS, options, () => rangeProblems(gradientSettings(options), 'minConcurrency'))
  const settings = gradientSettings(options)
  return {
    name: 'gradient',
    initial: { phase: 'measuring', resumeLimit: null, windows: [], nowMs: 0, seed: settings.seed },
    step: (before, load) => {
      const seen: Seen = { load, window: windowOf(load, settings), settings, least: withinLimits(settings.minLimit, settings, load) }
      const nowMs = latest(before.nowMs, load)
      return before.phase === 'measuring' ? measure({ ...before, nowMs }, seen) : follow({ ...before, nowMs }, seen)
    },
  }
}

interface Window extends MeasuredWindow {
  readonly inFlight: number
}

interface Seen {
  readonly load: LoadSample
  /** `undefined` when the window does not tell. */
  readonly window: Window | undefined
  readonly settings: GradientSettings
  /** The limit while it measures. */
  readonly least: number
}

type Decision = ScalingDecision<GradientState>

const isTimed = (load: LoadSample): boolean => isWindow(load) && isSpan(load.nowMs)

const windowOf = (load: LoadSample, { percentile }: GradientSettings): Window | undefined => {
  const ms = positiveServiceTime(load, percentile)
  const { completions: count, maxInFlight: inFlight } = load
  return ms !== undefined && isTimed(load) && isCount(count) && count > 0 && isCount(inFlight) ? { ms, count, inFlight } : undefined
}

const measure = (state: Measuring, seen: Seen): Decision => {
  const { window, least, settings } = seen
  if (window === undefined) return unmeasured(state, state.resumeLimit, least)
  if (window.inFlight > least) return { state, wanted: least, reason: 'exploring' }
  const windows = [...state.windows, { ms: window.ms, count: window.count }]
  if (attemptsIn(windows) < settings.minRttRequests) return { state: { ...state, windows }, wanted: least, reason: 'exploring' }
  return resume({ ...state, windows }, seen)
}

const SHARES = { p50: 0.5, p90: 0.9, p99: 0.99 }

const resume = ({ nowMs, seed, resumeLimit, windows }: Measuring, { load, settings, least }: Seen): Decision => {
  const drawn = draw(seed)
  const limit = withinLimits(resumeLimit ?? least, settings, load)
  const measureAtMs = nowMs + measuringInterval(settings.minRttIntervalMs, settings.jitter, drawn.bits)
  const minRttMs = quantileOf(windows, SHARES[settings.percentile])
  const state: Following = { phase: 'following', limit, minRttMs, measureAtMs, windowsAtMin: 0, nowMs, seed: drawn.seed }
  return moved(state, { before: least, from: least, wished: limit, limit })
}

const follow = (state: Following, seen: Seen): Decision => {
  const { load, window, settings } = seen
  const from = withinLimits(state.limit, settings, load)
  if (isTimed(load) && state.nowMs >= state.measureAtMs) return beginMeasuring({ ...state, limit: from }, seen)
  if (window === undefined) return unmeasured({ ...state, limit: from }, state.limit, from)
  const grown = next(from, window, state.minRttMs, settings)
  const unused = settings.applicationLimited && grown > from && 2 * window.inFlight < from
  const wished = unused ? from : grown
  const limit = withinLimits(wished, settings, load)
  const windowsAtMin = !unused && from === seen.least && limit === seen.least ? state.windowsAtMin + 1 : 0
  const after: Following = { ...state, limit, windowsAtMin }
  return windowsAtMin < WINDOWS_AT_MIN ? moved(after, { before: state.limit, from, wished, limit }) : beginMeasuring(after, seen)
}

const WINDOWS_AT_MIN = 5

const beginMeasuring = ({ limit, nowMs, seed }: Following, { least }: Seen): Decision =>
  ({ state: { phase: 'measuring', resumeLimit: limit, windows: [], nowMs, seed }, wanted: least, reason: 'exploring' })

const next = (limit: number, { ms }: Window, minRttMs: number, { buffer }: GradientSettings): number => {
  const scaled = limit * Math.max(0.5, Math.min(2, (minRttMs * (1 + buffer)) / ms))
  return Math.floor(scaled + Math.sqrt(scaled))
}
