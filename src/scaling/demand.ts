import type { LoadSample } from '../core/load.js'
import { checkOptions, milliseconds } from '../core/options.js'
import { isCount, withinBounds } from './bounds.js'
import { isSpan, latest } from './clock.js'
import type { Reason, ScalingDecision, ScalingPolicy } from './policy.js'

export interface DemandOptions {
  /** How long someone waits before one more worker is wanted, in ms; 1 or more, default 500. */
  readonly deliveryWaitMs?: number | undefined
  /** How long a worker is idle before one fewer is wanted, in ms; 1 or more, default 60,000. */
  readonly maxIdleMs?: number | undefined
}

/** What `demand` remembers. */
export interface DemandState {
  /** Workers wanted last; null before the first sample. */
  readonly wanted: number | null
  /** The moment of the last growth, in ms; null before the first. */
  readonly grownAtMs: number | null
  /** The latest moment seen, in ms. */
  readonly nowMs: number
}

/**
 * One more worker each time someone has waited `deliveryWaitMs`, at most one per `deliveryWaitMs` and never more on
 * their way than items wait; one fewer for each worker that has been idle for `maxIdleMs`, down to `min`. It builds on
 * what it wanted before, not on the workers alive, so a worker that takes long to start or to stop is asked for once.
 * While a worker is idle nobody waits for want of workers (but for a key, a rate or a gate), so it does not grow then.
 * A sample with a number missing holds the last answer.
 *
 * As in the Go package `actions`: a sender adds a worker after `MessageDeliveryWait`, a worker ends after `MaxIdleness`.
 *
 * @throws {OptionsError} When a span is not one.
 */
export const demand = (options: DemandOptions = {}): ScalingPolicy<DemandState> => {
  checkOptions('demand', { deliveryWaitMs: milliseconds(1), maxIdleMs: milliseconds(1) }, options)
  const { deliveryWaitMs = 500, maxIdleMs = 60_000 } = options
  return {
    name: 'demand',
    initial: { wanted: null, grownAtMs: null, nowMs: 0 },
    wake: { waitedMs: deliveryWaitMs, idledMs: maxIdleMs },
    step: (before, load) => {
      const state = seen(before, load)
      if (!isUsable(load)) return hold(state, 'held')
      if (load.oldestWaitMs >= deliveryWaitMs && load.idleMs.length === 0) return grow(state, load, deliveryWaitMs)
      const wanted = Math.max(load.min, state.wanted - spare(state, load, maxIdleMs))
      return wanted < state.wanted ? { state: { ...state, wanted }, wanted, reason: 'tooMany' } : hold(state, unmoved(before, state))
    },
  }
}

interface Seen extends DemandState {
  readonly wanted: number
}

/** The state brought up to the sample: bounds may have moved, and a clock that went back stands still. */
const seen = ({ wanted, grownAtMs, nowMs }: DemandState, load: LoadSample): Seen => ({
  wanted: withinBounds(wanted ?? (isCount(load.live) ? load.live : 0), load),
  grownAtMs,
  nowMs: latest(nowMs, load),
})

const grow = (state: Seen, load: LoadSample, waitMs: number): ScalingDecision<DemandState> => {
  const ripe = state.grownAtMs === null || state.nowMs - state.grownAtMs >= waitMs
  const onTheirWay = state.wanted - load.live
  // With a line of its own empty, it is a sender that waits: one worker is for that sender.
  if (!ripe || state.wanted >= load.max || onTheirWay >= Math.max(1, load.waiting)) return hold(state, 'limited')
  const wanted = state.wanted + 1
  return { state: { ...state, wanted, grownAtMs: state.nowMs }, wanted, reason: 'tooFew' }
}

/** Workers idle for too long, less those that are about to leave anyway. */
const spare = (state: Seen, load: LoadSample, maxIdleMs: number): number => {
  const idle = load.idleMs.filter((ms) => isSpan(ms) && ms >= maxIdleMs).length
  return Math.max(0, idle - Math.max(0, load.live - state.wanted))
}

const hold = (state: Seen, reason: Reason): ScalingDecision<DemandState> => ({ state, wanted: state.wanted, reason })

const unmoved = (before: DemandState, state: Seen): Reason => {
  if (before.wanted === null) return 'initial'
  return before.wanted === state.wanted ? 'withinRange' : 'limited'
}

const isUsable = ({ nowMs, oldestWaitMs, live, waiting, min, max, idleMs }: LoadSample): boolean =>
  [nowMs, oldestWaitMs].every(isSpan) && [live, waiting, min, max].every(isCount) && min <= max && Array.isArray(idleMs)
