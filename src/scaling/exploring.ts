import type { LoadSample } from '../core/load.js'
import { isCount } from './bounds.js'
import { draw } from './chance.js'
import { decimal } from './decimal.js'
import { type ExploringOptions, type ExploringRule, exploringRule } from './exploring-options.js'
import { latest } from './clock.js'
import { withinBoth } from './limit.js'
import type { Reason, ScalingDecision, ScalingPolicy } from './policy.js'
import { type SizeLog, fastestNear, measured } from './size-log.js'

/** What `exploring` remembers. */
export interface ExploringState {
  /** Workers wanted last; null before the first sample. */
  readonly size: number | null
  /** The last look, in ms; null before the first. */
  readonly lookedAtMs: number | null
  /** Completed since. */
  readonly completed: number
  /** Since when not all were busy, and the most at work in that time; null while all are. */
  readonly underused: { readonly sinceMs: number; readonly peak: number } | null
  readonly log: SizeLog
  /** The latest moment seen, in ms. */
  readonly nowMs: number
  readonly seed: number
}

/**
 * Learns by trying which number of workers gets a message done in the least time. Every `everyMs` it looks: if all were
 * busy at both ends, it logs the time per message at that size, as a running average. While all are busy it then either
 * tries another size, `1` to `max(1, ceil(n · step) − 1)` away from n, mostly more; or moves half way, rounded away from
 * n, to the fastest of the nearest sizes it knows. Never fully busy for longer than `underusedMs`, it comes down to
 * `floor(downsize · peak)`, where peak is the most at work in that time. It moves neither before it knows a size, nor
 * while the workers alive are not yet as many as wanted, nor where nothing completes. It never comes to rest, unless
 * `explore` is 0. A sample with a number missing holds the last answer.
 *
 * As `OptimalSizeExploringResizer` of Apache Pekko:
 * https://pekko.apache.org/docs/pekko/current/routing.html#optimal-size-exploring-resizer.
 *
 * @throws {OptionsError} When an option is out of range, or `max` is below `min`.
 */
export const exploring = (options: ExploringOptions = {}): ScalingPolicy<ExploringState> => {
  const rule = exploringRule(options)
  return {
    name: 'exploring',
    initial: { size: null, lookedAtMs: null, completed: 0, underused: null, log: [], nowMs: 0, seed: rule.seed },
    step: (before, load) => {
      const size = withinBoth(before.size ?? rule.min, rule, load)
      const nowMs = latest(before.nowMs, load)
      if (!isUsable(load)) return answer({ ...before, size, nowMs }, size, before.size === null ? 'initial' : 'held')
      const state = seen({ ...before, size, nowMs }, load)
      const unmoved = unmovedReason(before.size, size)
      return isDue(rule, state) ? look(rule, state, load, unmoved) : answer(state, size, unmoved)
    },
  }
}

interface Seen extends ExploringState {
  readonly size: number
}

const unmovedReason = (before: number | null, size: number): Reason => {
  if (before === null) return 'initial'
  return before === size ? 'withinRange' : 'limited'
}

const seen = (state: Seen, { completions, maxInFlight }: LoadSample): Seen => {
  const { underused } = state
  const peaked = underused === null ? null : { ...underused, peak: Math.max(underused.peak, maxInFlight) }
  return { ...state, completed: state.completed + completions, underused: peaked }
}

const isDue = ({ everyMs }: ExploringRule, { lookedAtMs, nowMs }: Seen): boolean => lookedAtMs === null || nowMs - lookedAtMs >= everyMs

const look = (rule: ExploringRule, state: Seen, load: LoadSample, unmoved: Reason): ScalingDecision<ExploringState> => {
  const full = load.live > 0 && load.inFlight >= load.live
  const log = full ? logged(rule, state, load) : state.log
  const underused = full ? null : (state.underused ?? { sinceMs: state.nowMs, peak: load.maxInFlight })
  const next = { ...state, log, underused, completed: 0, lookedAtMs: state.nowMs }
  if (underused !== null) return state.nowMs - underused.sinceMs > rule.underusedMs ? downsized(rule, next, underused.peak, load) : answer(next, state.size, unmoved)
  const ready = load.live === state.size && state.completed > 0 && log.length > 0
  return ready ? moveOn(rule, next, load) : answer(next, state.size, unmoved)
}

/** Both ends were busy if no under-use was seen at the last look, nor at this. */
const logged = ({ weight }: ExploringRule, { log, lookedAtMs, underused, completed, nowMs, size }: Seen, { live }: LoadSample): SizeLog => {
  if (lookedAtMs === null || underused !== null || completed === 0 || live !== size) return log
  return measured(log, { size, ms: (nowMs - lookedAtMs) / completed }, weight)
}

const downsized = (rule: ExploringRule, state: Seen, peak: number, load: LoadSample): ScalingDecision<ExploringState> =>
  to(rule, state, Math.min(state.size, Math.floor(decimal(rule.downsize * peak))), load)

const moveOn = (rule: ExploringRule, state: Seen, load: LoadSample): ScalingDecision<ExploringState> => {
  const chance = draw(state.seed)
  const drawn = { ...state, seed: chance.seed }
  if (chance.value < rule.explore) return explore(rule, drawn, load)
  const way = (fastestNear(state.log, state.size, Math.floor(rule.neighbours / 2)) - state.size) / 2
  return to(rule, drawn, state.size + Math.sign(way) * Math.ceil(Math.abs(way)), load)
}

const explore = (rule: ExploringRule, state: Seen, load: LoadSample): ScalingDecision<ExploringState> => {
  const far = draw(state.seed)
  const down = draw(far.seed)
  const change = Math.max(1, Math.floor(far.value * Math.ceil(decimal(state.size * rule.step))))
  const size = withinBoth(state.size + (down.value < rule.downwards ? -change : change), rule, load)
  return answer({ ...state, size, seed: down.seed }, size, size === state.size ? 'limited' : 'exploring')
}

const to = (rule: ExploringRule, state: Seen, wished: number, load: LoadSample): ScalingDecision<ExploringState> => {
  const size = withinBoth(wished, rule, load)
  const direction = size > state.size ? 'tooFew' : size < state.size ? 'tooMany' : 'withinRange'
  return answer({ ...state, size }, size, size === wished ? direction : 'limited')
}

const answer = (state: ExploringState, wanted: number, reason: Reason): ScalingDecision<ExploringState> => ({ state, wanted, reason })

const isUsable = ({ nowMs, live, inFlight, maxInFlight, completions }: LoadSample): boolean =>
  Number.isFinite(nowMs) && nowMs >= 0 && [live, inFlight, maxInFlight, completions].every(isCount)
