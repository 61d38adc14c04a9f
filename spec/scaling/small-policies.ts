import * as fc from 'fast-check'
import type { LoadSample } from '../../src/core/load.js'
import { isCount } from '../../src/scaling/bounds.js'
import { isSpan, latest } from '../../src/scaling/clock.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import type { ScalingDecision, ScalingPolicy } from '../../src/scaling/policy.js'
import type { Law } from '../support/policy-laws.js'

export interface SmallState {
  readonly wanted: number
  readonly nowMs: number
  readonly movedAtMs: number
}

export interface SmallPolicy {
  readonly base: number
  readonly perWaiting: number
  readonly perBusy: number
  /** The most it moves at one sample. */
  readonly stride: number
  /** Moves only so long after it last moved, in ms. */
  readonly restMs: number
}

/** Goes towards a number that is a sum of what waits and what runs. It knows no bounds; what is missing holds it. */
export const smallPolicy = ({ base, perWaiting, perBusy, stride, restMs }: SmallPolicy): ScalingPolicy<SmallState> => ({
  name: `small(${[base, perWaiting, perBusy, stride, restMs].join(' ')})`,
  initial: { wanted: base, nowMs: 0, movedAtMs: -1_000_000 },
  step: (before, load): ScalingDecision<SmallState> => {
    const { waiting, inFlight } = load
    const state = { ...before, nowMs: latest(before.nowMs, load) }
    if (![waiting, inFlight].every(isCount) || !isSpan(load.nowMs)) return { state, wanted: state.wanted, reason: 'held' }
    if (state.nowMs < state.movedAtMs + restMs) return { state, wanted: state.wanted, reason: 'stabilised' }
    const change = Math.max(-stride, Math.min(stride, base + perWaiting * waiting + perBusy * inFlight - before.wanted))
    const wanted = before.wanted + change
    return { state: { ...state, wanted, movedAtMs: change === 0 ? state.movedAtMs : state.nowMs }, wanted, reason: change > 0 ? 'tooFew' : change < 0 ? 'tooMany' : 'withinRange' }
  },
})

const small = fc.record({
  base: fc.integer({ min: -3, max: 12 }),
  perWaiting: fc.constantFrom(0, 1, 3),
  perBusy: fc.constantFrom(0, 1, 2),
  stride: fc.constantFrom(1, 4, 1_000),
  restMs: fc.constantFrom(0, 700, 40_000),
})

/** Policies of all kinds that keep the laws but for the bounds, which a user's own may leave to the controller. */
export const policies: fc.Arbitrary<ScalingPolicy> = fc.oneof(
  small.map((given): ScalingPolicy => smallPolicy(given)),
  fc.integer({ min: 0, max: 30 }).map((workers): ScalingPolicy => fixed(workers)),
  fc.record({ deliveryWaitMs: fc.constantFrom(1, 500), maxIdleMs: fc.constantFrom(1, 60_000) }).map((given): ScalingPolicy => demand(given)),
)

/** Checks every law on each of many policies; the seed of an inner run is drawn too, so a counterexample comes again. */
export const checkLaws = (laws: (policy: ScalingPolicy) => readonly Law[], { numRuns = 40, each = 15 } = {}): void => {
  fc.assert(fc.property(policies, fc.nat(), (policy, seed) => laws(policy).forEach(({ check }) => check({ numRuns: each, seed }))), { numRuns })
}

/** The answers of a policy to samples in a row. */
export const answersOf = <S>(policy: ScalingPolicy<S>, loads: readonly LoadSample[]): readonly ScalingDecision<S>[] => {
  let { initial: state } = policy
  return loads.map((load) => {
    const decision = policy.step(state, load)
    state = decision.state
    return decision
  })
}

/** What a policy wants at samples in a row. */
export const wantedOf = <S>(policy: ScalingPolicy<S>, loads: readonly LoadSample[]): readonly number[] => answersOf(policy, loads).map(({ wanted }) => wanted)

/** Wants, at each sample, what waits. */
export const asManyAsWait: ScalingPolicy<null> = { name: 'asMany', initial: null, step: (state, { waiting }) => ({ state, wanted: waiting, reason: 'withinRange' }) }

/** A policy whose every answer is the given one, whatever it is. */
export const answering = (answer: unknown, name = 'lost'): ScalingPolicy => {
  const policy: ScalingPolicy = { name, initial: null, step: (state) => ({ state, wanted: 0, reason: 'held' }) }
  return Object.assign(policy, { step: () => answer })
}

/** A policy that throws at every sample. */
export const throwing = (error: unknown, name = 'broken'): ScalingPolicy => ({
  name,
  initial: null,
  step: () => { throw error },
})

/** A policy that answers each sample as told in turn; `undefined` throws. */
export const scripted = (script: readonly (number | undefined)[]): ScalingPolicy<number> => ({
  name: 'scripted',
  initial: 0,
  step: (turn) => {
    const wanted = script[turn]
    if (wanted === undefined) throw new Error('no idea')
    return { state: turn + 1, wanted, reason: 'scheduled' }
  },
})

/** Samples in a row, each at a moment and with so many waiting. */
export const timeline = (...moments: readonly (readonly [nowMs: number, waiting: number])[]): ((about?: Partial<LoadSample>) => readonly LoadSample[]) =>
  (about = {}) => moments.map(([nowMs, waiting]) => ({
    nowMs, waiting, windowMs: 1_000, live: 1, min: 0, max: 1_000, inFlight: 0, maxInFlight: 0, arrivals: 0,
    completions: 0, failures: 0, oldestWaitMs: 0, idleMs: [], busyMs: 0, ...about,
  }))
