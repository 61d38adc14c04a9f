import type { LoadSample } from '../core/load.js'
import { checkOptions, milliseconds, within } from '../core/options.js'
import { UNSEEN, type AdaptiveOptions, type AdaptivePlan } from './adaptive-options.js'
import { learn, startLearning, type Lessons, type Learning } from './adaptive-lessons.js'
import { askFor, startAsking, type Asking } from './adaptive-need.js'
import { isCount, withinBounds } from './bounds.js'
import { isSpan } from './clock.js'
import type { Reason, ScalingDecision, ScalingPolicy } from './policy.js'

/** What `adaptive` remembers. */
export interface AdaptiveState {
  /** Workers wanted last; null before the first sample. */
  readonly wanted: number | null
  readonly learning: Learning
  readonly asking: Asking
  /** Time covered by samples so far, in ms. */
  readonly clockMs: number
  /** The moment of the last change on that clock. */
  readonly changedMs: number
  /** The moment since when the line has been full, or of the last try of fewer, on that clock. */
  readonly fullMs: number
  /** The moment until when fewer are tried, on that clock. */
  readonly tryingMs: number
  /** Tries of fewer since the line was last empty. */
  readonly tries: number
}

const CODECS = {
  waitedMs: milliseconds(1), memoryMs: milliseconds(1), holdMs: milliseconds(1), drainMs: milliseconds(1),
  headroom: within(0, 10), growth: within(1.01, 4), evidence: within(1, 1_000),
}

/**
 * The policy for whoever does not want to think: it is not told how many at once the downstream bears.
 *
 * It wants as many workers as the load needs, the arrival rate times the service time (Little's law) with some to spare
 * and to work off what waits, and never more than the downstream is believed to bear. That belief is Bayesian: see
 * `estimateKnee`. Up to 8 workers are let go without knowing anything; beyond, it steps to numbers that were never tried by
 * `growth` at most, and only after each worker of the present number has ended one message. It stays with a number for three services before it judges it again, except to leave one that is far too large at once;
 * and when the load is more than the believed knee bears, it forgets what it has seen beyond, and tries again.
 *
 * What times vary by is read from their quantiles as for a lognormal: the more they vary, the more messages it takes to
 * be convinced, so that a few long ones are not taken for a knee. A sample with a number missing holds the last answer.
 * Under a load that never changes it goes on learning, so it moves now and then.
 *
 * @throws {OptionsError} When an option is out of its range.
 */
export const adaptive = (options: AdaptiveOptions = {}): ScalingPolicy<AdaptiveState> => {
  checkOptions('adaptive', CODECS, options)
  const { waitedMs = 50, memoryMs = 120_000, holdMs = 30_000, drainMs = 500, headroom = 1, growth = 1.5, evidence = 6 } = options
  const plan = { memoryMs, holdMs, drainMs, headroom, growth, evidence }
  return {
    name: 'adaptive',
    initial: { wanted: null, learning: startLearning, asking: startAsking, clockMs: 0, changedMs: 0, fullMs: 0, tryingMs: 0, tries: 0 },
    wake: { waitedMs, idledMs: holdMs, afterWork: true },
    step: (state, load) => {
      if (state.wanted === null) return first(state, load)
      if (!isUsable(load)) return answer(state, withinBounds(state.wanted, load), 'held')
      return next({ ...state, wanted: state.wanted, clockMs: state.clockMs + load.windowMs }, load, plan)
    },
  }
}

interface Begun extends AdaptiveState {
  readonly wanted: number
}

const first = (state: AdaptiveState, load: LoadSample): ScalingDecision<AdaptiveState> =>
  answer(state, withinBounds(isCount(load.live) ? load.live : 0, load), 'initial')

const next = (state: Begun, load: LoadSample, plan: AdaptivePlan): ScalingDecision<AdaptiveState> => {
  const { baseMs, recentMs } = state.learning
  const sinceMs = state.clockMs - state.changedMs
  const settled = sinceMs - load.windowMs >= SETTLES * baseMs
  const { learning, lessons } = learn(state.learning, load, { wanted: state.wanted, settled, plan })
  const asking = askFor(state.asking, load, lessons, { wanted: state.wanted, plan })
  const hoped = withinBounds(Math.min(lessons.best, Math.ceil(asking.held), Math.max(state.wanted > lessons.tried ? state.wanted : 0, reach(lessons, load, plan))), load)
  const calm = !lessons.full || sinceMs >= DWELLS * lessons.baseMs
  const more = recentMs > SLOW * lessons.baseMs ? 0 : Math.min(Math.ceil(asking.held), Math.max(UNSEEN, Math.ceil(state.wanted * plan.growth)))
  const trying = tryOthers(state, lessons, more)
  const wanted = withinBounds(trying.wanted ?? steady(state.wanted, hoped, lessons, calm), load)
  const changed = wanted !== state.wanted
  const overloaded = asking.rate * lessons.baseMs > OVERLOAD * wanted
  return {
    state: {
      wanted, asking, clockMs: state.clockMs, fullMs: trying.fullMs, tryingMs: trying.tryingMs, tries: trying.tries,
      learning: { ...(changed ? learning.closed(lessons.baseMs) : learning.open), overloaded },
      changedMs: changed ? state.clockMs : state.changedMs,
    },
    wanted,
    reason: trying.wanted === undefined ? why(state.wanted, wanted, hoped) : 'exploring',
  }
}

interface Trying extends Pick<AdaptiveState, 'fullMs' | 'tryingMs' | 'tries'> {
  /** What is tried now, if anything. */
  readonly wanted?: number
}

/** A line that stays full, whatever is believed: more may get more done, or fewer. A few tries, or there would be no rest. */
const tryOthers = ({ wanted, clockMs, fullMs, tryingMs, tries }: Begun, { full, baseMs }: Lessons, more: number): Trying => {
  if (clockMs < tryingMs) return { fullMs: clockMs, tryingMs, tries, wanted }
  if (!full) return { fullMs: clockMs, tryingMs, tries: 0 }
  const other = tries % 2 === 0 && more > wanted ? more : Math.max(1, Math.floor(wanted * FEWER))
  if (tries === MOST_TRIES || clockMs - fullMs < Math.max(LONG_MS, LONG * baseMs)) return { fullMs, tryingMs, tries }
  return { fullMs: clockMs, tryingMs: clockMs + DWELLS * baseMs, tries: tries + 1, wanted: other }
}

const MOST_TRIES = 4
/** A line that has been full for so many services, and for so long, will not be empty by itself. */
const LONG = 20
const LONG_MS = 2_000
const FEWER = 0.7
/** While messages take longer than this many times their time, more workers are no help. */
const SLOW = 1.5
/** Services after a change until what runs was started under the new number. */
const SETTLES = 1.5
/** Services for which a number is kept. */
const DWELLS = 3
/** A number of workers that is smaller by less is no other. */
const SAME = 0.1
/** A number of workers that is smaller by more is gone to at once. */
const FAR = 0.25
/** Of the workers there are, this share busy all the time is too much. */
const OVERLOAD = 0.9

const reach = ({ tried }: Lessons, { min }: LoadSample, { growth }: AdaptivePlan): number => Math.max(UNSEEN, Math.floor(Math.max(tried, min) * growth) + 1)

/** While the line is full, a change has to be worth it, and the present number has to be known before. */
const steady = (now: number, hoped: number, { full, tried }: Lessons, calm: boolean): number => {
  if (!full || hoped === now) return hoped
  if (hoped > now) return calm || hoped <= tried ? hoped : now
  if (hoped <= now * (1 - FAR)) return hoped
  return calm && hoped <= now * (1 - SAME) ? hoped : now
}

const answer = (state: AdaptiveState, wanted: number, reason: Reason): ScalingDecision<AdaptiveState> => ({ state: { ...state, wanted }, wanted, reason })

const why = (before: number, wanted: number, hoped: number): Reason => {
  if (wanted > before) return 'tooFew'
  if (wanted < before) return 'tooMany'
  return hoped === wanted ? 'withinRange' : 'stabilised'
}

const isUsable = ({ windowMs, busyMs, live, min, max, waiting, inFlight, maxInFlight, arrivals, completions }: LoadSample): boolean =>
  isSpan(windowMs) && windowMs > 0 && isSpan(busyMs) && [live, min, max, waiting, inFlight, maxInFlight, arrivals, completions].every(isCount) && min <= max
