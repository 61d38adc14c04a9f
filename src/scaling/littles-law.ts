import type { LoadSample } from '../core/load.js'
import { checkOptions, milliseconds, within } from '../core/options.js'
import { isCount, withinBounds } from './bounds.js'
import { type Flow, NO_FLOW, observed, offeredLoad } from './flow.js'
import { type Current, type LastAnswer, areBounds, current, isMeasure, reasonFor } from './last-answer.js'
import type { ScalingDecision, ScalingPolicy } from './policy.js'
import { IN_QUIET } from './wake.js'

export interface LittlesLawOptions {
  /** Share of its time a worker should be busy; from 0.01 to 1, default 0.8. */
  readonly target?: number | undefined
  /** Over how long arrivals and service times are smoothed, in ms; 0 takes each sample alone; default 10,000. */
  readonly smoothingMs?: number | undefined
}

/** What `littlesLaw` remembers. */
export interface LittlesLawState extends LastAnswer {
  readonly flow: Flow
}

/**
 * As many workers as the arrivals keep busy, and some to spare: `ceil(arrival rate × mean service time / target)`
 * within the bounds. By Little's law (J. D. C. Little, "A Proof for the Queuing Formula: L = λW", Operations Research 9,
 * 1961, https://doi.org/10.1287/opre.9.3.383) rate × time is the mean number of busy workers.
 *
 * The mean service time is the time workers were busy for each attempt that ended; both it and the rate are smoothed
 * exponentially over `smoothingMs`. While nothing ends the last mean stays; before the first end the last answer is held,
 * and a number missing or a window without length holds it too. One worker at least is wanted while anything waits.
 *
 * It counts what was accepted: behind a full line it sees the rate at which room is made, and so grows by `1 / target`
 * a sample. It does not hurry to clear a backlog; `largest(littlesLaw(), targetBacklog())` does.
 *
 * @throws {OptionsError} When an option is out of its range.
 */
export const littlesLaw = (options: LittlesLawOptions = {}): ScalingPolicy<LittlesLawState> => {
  checkOptions('littlesLaw', { target: within(0.01, 1, 'a share'), smoothingMs: milliseconds() }, options)
  const { target = 0.8, smoothingMs = 10_000 } = options
  return {
    name: 'littlesLaw',
    wake: IN_QUIET,
    initial: { wanted: null, nowMs: 0, flow: NO_FLOW },
    step: (before, load) => {
      const now = current(before, load)
      if (!isUsable(load)) return hold(now, before.flow)
      const flow = observed(before.flow, load, Math.max(load.windowMs, now.nowMs - before.nowMs), smoothingMs)
      const offered = offeredLoad(flow)
      return offered === undefined ? start(now, flow, load) : decide(before, flow, load, workersFor(offered / target))
    },
  }
}

const isUsable = (load: LoadSample): boolean =>
  [load.nowMs, load.windowMs, load.busyMs].every(isMeasure) && load.windowMs > 0 &&
  [load.live, load.waiting, load.arrivals, load.completions, load.failures].every(isCount) && areBounds(load)

/** A thousandth of a worker is none: rates that fade away come to nothing, and rounding adds nobody. */
const workersFor = (workers: number): number => Math.max(0, Math.ceil(workers - 0.001))

const hold = (now: Current, flow: Flow): ScalingDecision<LittlesLawState> => ({ state: { ...now, flow }, wanted: now.wanted, reason: 'held' })

const start = (now: Current, flow: Flow, load: LoadSample): ScalingDecision<LittlesLawState> => {
  const wanted = withinBounds(Math.max(now.wanted, Math.min(load.waiting, 1)), load)
  return wanted === now.wanted ? hold(now, flow) : { state: { ...now, wanted, flow }, wanted, reason: 'tooFew' }
}

const decide = (before: LittlesLawState, flow: Flow, load: LoadSample, workers: number): ScalingDecision<LittlesLawState> => {
  const now = current(before, load)
  const ideal = Math.max(workers, Math.min(load.waiting, 1))
  const wanted = withinBounds(ideal, load)
  return { state: { ...now, wanted, flow }, wanted, reason: wanted === ideal ? reasonFor(before, now.wanted, wanted) : 'limited' }
}
