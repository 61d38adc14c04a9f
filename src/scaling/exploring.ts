import type { LoadSample } from '../core/load.js'
import { checkOptions } from '../core/options.js'
import { isCount } from './bounds.js'
import { draw } from './chance.js'
import { isSpan, latest } from './clock.js'
import { EXPLORING_CODECS, type ExploringOptions, type ExploringSettings, exploringSettings } from './exploring-options.js'
import { moved, rangeProblems, unmeasured, withinLimits } from './limit.js'
import type { ScalingDecision, ScalingPolicy } from './policy.js'
import { type SpeedLog, fastestNear, logged } from './speed-log.js'

/** A time in which not all workers were busy. */
interface UnderUse {
  readonly sinceMs: number
  /** Most workers that were busy at once. */
  readonly highest: number
}

/** What `exploring` remembers. */
export interface ExploringState {
  /** Workers wanted last; null before the first sample. */
  readonly limit: number | null
  /** The latest moment seen, in ms. */
  readonly nowMs: number
  /** When a change was last due, in ms; null before the first. */
  readonly checkedAtMs: number | null
  /** Completed since then; null when a sample was missing in between. */
  readonly completed: number | null
  /** Null while all workers are busy. */
  readonly underUse: UnderUse | null
  readonly log: SpeedLog
  readonly seed: number
}

/**
 * Looks for the number of workers at which items take the least time, by trying. At most once in `actionIntervalMs`, and
 * only while all workers are busy, it tries a few more or fewer at random, or moves half way to the fastest of the
 * nearest numbers it has tried. A number is measured, as time for each item, when all workers were busy at the last
 * change and are now. When not all were busy at once for `downsizeAfterUnderutilizedForMs`, it shrinks to a share of the
 * most that were, and goes on from there. It never stops exploring.
 *
 * As Pekko's `OptimalSizeExploringResizer`
 * (https://github.com/apache/pekko, actor/src/main/scala/org/apache/pekko/routing/OptimalSizeExploringResizer.scala):
 * it explores by 1 up to one less than `ceil(workers · exploreStepSize)`. There each worker has a line of its own and is
 * busy while anything is in it; here all are busy while as many attempts are in flight (`inFlight`) as are alive
 * (`live`). Items count when they complete (`completions`), so failures are not speed. A measurement also takes that as
 * many are alive as were wanted. Spans are over when they have passed, not a moment later; chance comes from `seed`. A
 * sample with a number missing holds the last answer and spoils the measurement it falls into.
 *
 * @throws {OptionsError} When an option is out of its range, or `lowerBound` exceeds `upperBound`.
 */
export const exploring = (options: ExploringOptions = {}): ScalingPolicy<ExploringState> => {
  checkOptions('exploring', EXPLORING_CODECS, options, () => rangeProblems(exploringSettings(options), 'lowerBound', 'upperBound'))
  const settings = exploringSettings(options)
  return {
    name: 'exploring',
    initial: { limit: null, nowMs: 0, checkedAtMs: null, completed: 0, underUse: null, log: [], seed: settings.seed },
    step: (before, load) => {
      const from = withinLimits(before.limit ?? (isCount(load.live) ? load.live : 0), settings, load)
      const state = { ...before, limit: from, nowMs: latest(before.nowMs, load) }
      if (!isUsable(load)) return unmeasured({ ...state, completed: null }, before.limit, from)
      const counted = { ...state, completed: state.completed === null ? null : state.completed + load.completions }
      if (!isDue(counted, settings)) return moved(counted, { before: before.limit, from, wished: from, limit: from })
      return act(checked(counted, load, settings), before.limit, load, settings)
    },
  }
}

type Current = ExploringState & { readonly limit: number }

const isUsable = ({ nowMs, live, inFlight, completions, min, max }: LoadSample): boolean =>
  isSpan(nowMs) && [live, inFlight, completions, min, max].every(isCount) && min <= max

const isDue = ({ nowMs, checkedAtMs }: Current, { actionIntervalMs }: ExploringSettings): boolean =>
  checkedAtMs === null || nowMs - checkedAtMs >= actionIntervalMs

/** With what can be learnt now. */
const checked = (state: Current, load: LoadSample, { weightOfLatestMetric }: ExploringSettings): Current => {
  const { limit, nowMs, underUse } = state
  const isFull = load.live > 0 && load.inFlight >= load.live
  const ms = isFull && underUse === null && load.live === limit ? timeEach(state) : undefined
  return {
    ...state,
    checkedAtMs: nowMs,
    completed: 0,
    underUse: isFull ? null : { sinceMs: underUse?.sinceMs ?? nowMs, highest: Math.max(underUse?.highest ?? 0, load.inFlight) },
    log: ms === undefined ? state.log : logged(state.log, { workers: limit, ms }, weightOfLatestMetric),
  }
}

const timeEach = ({ nowMs, checkedAtMs, completed }: Current): number | undefined =>
  checkedAtMs === null || completed === null || completed === 0 ? undefined : (nowMs - checkedAtMs) / completed

const act = (state: Current, before: number | null, load: LoadSample, settings: ExploringSettings): ScalingDecision<ExploringState> => {
  const { change, seed, explores } = proposal(state, settings)
  const wished = state.limit + change
  const limit = withinLimits(wished, settings, load)
  const decision = moved({ ...state, limit, seed }, { before, from: state.limit, wished, limit })
  return explores && limit !== state.limit ? { ...decision, reason: 'exploring' } : decision
}

interface Proposal {
  readonly change: number
  readonly seed: number
  readonly explores: boolean
}

const proposal = (state: Current, settings: ExploringSettings): Proposal => {
  const { limit, nowMs, underUse, log, seed } = state
  const rest = { seed, explores: false }
  if (underUse !== null && nowMs - underUse.sinceMs >= settings.downsizeAfterUnderutilizedForMs)
    return { ...rest, change: Math.min(0, Math.floor(underUse.highest * settings.downsizeRatio) - limit) }
  if (underUse !== null || log.length === 0) return { ...rest, change: 0 }
  const drawn = draw(seed)
  if (drawn.unit < settings.chanceOfExploration) return explored(limit, drawn.seed, settings)
  return { change: optimized(limit, log, settings), seed: drawn.seed, explores: false }
}

const explored = (workers: number, seed: number, { exploreStepSize, chanceOfRampingDownWhenFull }: ExploringSettings): Proposal => {
  const step = draw(seed)
  const direction = draw(step.seed)
  const change = Math.max(1, Math.floor(step.unit * Math.ceil(workers * exploreStepSize)))
  return { change: direction.unit < chanceOfRampingDownWhenFull ? -change : change, seed: direction.seed, explores: true }
}

/** Half way to the fastest, rounded away from where it is. */
const optimized = (workers: number, log: SpeedLog, { optimizationRange }: ExploringSettings): number => {
  const half = ((fastestNear(log, workers, Math.floor(optimizationRange / 2)) ?? workers) - workers) / 2
  return half < 0 ? Math.floor(half) : Math.ceil(half)
}
