import * as fc from 'fast-check'
import type { LoadSample } from '../../src/core/load.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'

/** One law, to be run by whatever runs tests: `it(law.title, () => law.check())`. */
export interface Law {
  readonly title: string
  /** Throws, with the smallest counterexample and its seed, when the law is broken. */
  readonly check: (parameters?: { readonly numRuns?: number; readonly seed?: number }) => void
}

export interface PolicyLawOptions {
  /** Wants no fewer when more waits, all else equal; default false. */
  readonly demandDriven?: boolean | undefined
  /** The largest rise from one sample to the next while the bounds stay; default any. */
  readonly maxRise?: number | undefined
  /** Samples after which a constant load has a constant answer; default 200. */
  readonly settlesAfter?: number | undefined
}

const span = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max })

/** A load that a group could be under: never more at work or idle than alive, never more alive than `max`. */
export const loads: fc.Arbitrary<LoadSample> = fc
  .record({
    nowMs: span(1_000_000),
    windowMs: span(10_000),
    min: span(5),
    room: span(20),
    live: fc.nat(),
    busy: fc.nat(),
    waiting: span(50),
    oldestWaitMs: fc.oneof(fc.constant(0), span(5_000)),
    idle: fc.array(span(200_000), { minLength: 25, maxLength: 25 }),
    arrivals: span(1_000),
    completions: span(1_000),
    failures: span(10),
  })
  .map(({ room, busy, idle, ...rest }) => {
    const max = rest.min + room
    const live = rest.live % (max + 1)
    const inFlight = busy % (live + 1)
    const idleMs = idle.slice(0, live - inFlight).toSorted((a, b) => b - a)
    return { ...rest, max, live, inFlight, maxInFlight: inFlight, idleMs, busyMs: inFlight * rest.windowMs }
  })

const junk = fc.constantFrom<unknown>(undefined, null, Number.NaN, Infinity, -Infinity, -1, 0.5, 'seven')

/** A load of which any part but the bounds may be missing or nonsense. */
export const brokenLoads: fc.Arbitrary<LoadSample> = fc
  .tuple(
    loads,
    fc.record(
      { nowMs: junk, windowMs: junk, live: junk, waiting: junk, inFlight: junk, oldestWaitMs: junk, idleMs: fc.oneof(junk, fc.array(junk)), arrivals: junk },
      { requiredKeys: [] },
    ),
  )
  .map(([load, broken]) => Object.assign({ ...load }, broken))

/** A load of which nothing is known but its bounds. */
const unknownLoad = ({ min, max }: LoadSample): LoadSample => Object.assign(blank(), { min, max })

const blank = (): LoadSample => ({ ...zero, nowMs: Number.NaN, live: Number.NaN, waiting: Number.NaN, oldestWaitMs: Number.NaN, inFlight: Number.NaN })

const zero: LoadSample = {
  nowMs: 0, windowMs: 0, live: 0, min: 0, max: 0, waiting: 0, inFlight: 0, maxInFlight: 0, arrivals: 0,
  completions: 0, failures: 0, oldestWaitMs: 0, idleMs: [], busyMs: 0,
}

const REASONS: readonly string[] = ['initial', 'withinRange', 'tooFew', 'tooMany', 'stabilised', 'limited', 'held', 'scheduled', 'exploring']

const text = (value: unknown): string => JSON.stringify(value)

const freeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return
  Object.freeze(value)
  Object.values(value).forEach(freeze)
}

/** The laws that every scaling policy keeps, each over any past. */
export const policyLaws = <S>(name: string, make: () => ScalingPolicy<S>, options: PolicyLawOptions = {}): readonly Law[] => {
  const { demandDriven = false, maxRise, settlesAfter = 200 } = options
  // The policy is made when the law is checked, so that one that cannot be made fails the law and not the whole suite.
  const law = (sentence: string, property: (policy: ScalingPolicy<S>) => fc.IRawProperty<unknown>): Law => ({
    title: `${name} ${sentence}`,
    check: (parameters = {}) => fc.assert(property(make()), parameters),
  })

  const everywhere = [
    law('answers every load with a whole number within bounds and a known reason', (policy) => fc.property(pasts, brokenLoads, (past, load) => {
      const { wanted, reason } = policy.step(after(policy, past), load)
      return Number.isSafeInteger(wanted) && wanted >= load.min && wanted <= load.max && REASONS.includes(reason)
    })),
    law('answers the same to the same, and changes neither state nor load', (policy) => fc.property(pasts, brokenLoads, (past, load) => {
      const state = after(policy, past)
      freeze([state, load])
      return text(policy.step(state, load)) === text(policy.step(state, load)) && text(make().initial) === text(policy.initial)
    })),
    law('goes on the same from a state that travelled as JSON', (policy) => fc.property(pasts, loads, (past, load) => {
      const state = after(policy, past)
      return text(policy.step(JSON.parse(text(state)), load)) === text(policy.step(state, load))
    })),
    law('keeps its last answer while nothing is known', (policy) => fc.property(pasts, loads, (past, load) => {
      const last = policy.step(after(policy, past), load)
      return policy.step(last.state, unknownLoad(load)).wanted === last.wanted
    })),
    law('takes a clock that goes back as one that stands still', (policy) => fc.property(pasts, loads, loads, fc.nat(), (past, load, next, backMs) => {
      const { state } = policy.step(after(policy, past), load)
      const latest = Math.max(0, ...past.map(({ nowMs }) => (Number.isFinite(nowMs) ? nowMs : 0)), load.nowMs)
      const back = policy.step(state, { ...next, nowMs: Math.max(0, latest - backMs) })
      return text(back) === text(policy.step(state, { ...next, nowMs: latest }))
    })),
    law('comes to rest under a constant load', (policy) => fc.property(pasts, loads, (past, load) => {
      let state = after(policy, past)
      const answers = Array.from({ length: settlesAfter + 20 }, (_, step) => {
        const decision = policy.step(state, { ...load, nowMs: 1_000_000 + step * 60_000 })
        state = decision.state
        return decision.wanted
      })
      return new Set(answers.slice(settlesAfter)).size === 1
    })),
  ]
  const bounded = (most: number): Law =>
    law(`never rises by more than ${most} at once`, (policy) => fc.property(pasts, loads, loads, (past, load, next) => {
      const last = policy.step(after(policy, past), load)
      const bounds = { min: load.min, max: load.max }
      return policy.step(last.state, { ...next, ...bounds }).wanted <= last.wanted + most
    }))
  const growing = law('never wants fewer because more waits', (policy) => fc.property(pasts, loads, span(50), span(5_000), (past, load, more, longerMs) => {
    const state = after(policy, past)
    const heavier = { ...load, waiting: load.waiting + more, oldestWaitMs: load.oldestWaitMs + longerMs }
    return policy.step(state, heavier).wanted >= policy.step(state, load).wanted
  }))
  return [...everywhere, ...(maxRise === undefined ? [] : [bounded(maxRise)]), ...(demandDriven ? [growing] : [])]
}

const pasts = fc.array(fc.oneof(loads, brokenLoads), { maxLength: 12 })

const after = <S>(policy: ScalingPolicy<S>, past: readonly LoadSample[]): S =>
  past.reduce((state, load) => policy.step(state, load).state, policy.initial)
