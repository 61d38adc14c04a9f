import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { OptionsError } from '../../src/core/options-error.js'
import { littlesLaw } from '../../src/scaling/littles-law.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { policyLaws } from '../support/policy-laws.js'
import { answersOf, asked } from './ask.js'
import { brokenLoadOf, loadOf } from './load-of.js'

const raw = littlesLaw({ smoothingMs: 0 })

/** So many a second, each of which keeps a worker busy for so long, through one second. */
const flow = (perSecond: number, serviceMs: number, about: Partial<LoadSample> = {}): Partial<LoadSample> => ({
  arrivals: perSecond, completions: perSecond, busyMs: perSecond * serviceMs, max: 100, ...about,
})

describe('littlesLaw keeps the laws of every policy', () => {
  const laws = [
    ...policyLaws('littlesLaw()', () => littlesLaw(), { demandDriven: true }),
    ...policyLaws('littlesLaw, not smoothed', () => littlesLaw({ smoothingMs: 0 }), { demandDriven: true }),
    ...policyLaws('littlesLaw, to the brim', () => littlesLaw({ target: 1, smoothingMs: 60_000 }), { demandDriven: true }),
  ]
  laws.forEach(({ title, check }) => it(title, () => check()))
})

describe('littlesLaw', () => {
  it('wants ceil(arrival rate × service time / target)', () => {
    expect(answersOf(raw, flow(10, 400))).toEqual(['5 tooFew'])
    expect(answersOf(raw, flow(10, 401))).toEqual(['6 tooFew'])
    expect(answersOf(littlesLaw({ target: 0.5, smoothingMs: 0 }), flow(10, 401))).toEqual(['9 tooFew'])
    expect(answersOf(littlesLaw({ target: 1 }), flow(10, 400, { live: 4 }))).toEqual(['4 initial'])
  })

  it('says whether that is more or fewer, and where bounds hold it', () => {
    expect(answersOf(raw, flow(10, 400), flow(10, 400), flow(5, 400), flow(90, 4_000), flow(1, 1, { min: 2 }))).toEqual([
      '5 tooFew', '5 withinRange', '3 tooMany', '100 limited', '2 limited',
    ])
    expect(answersOf(raw, flow(10, 400), flow(10, 320, { max: 4 }))).toEqual(['5 tooFew', '4 limited'])
  })

  it('takes less than a thousandth of a worker for none', () => {
    const one = littlesLaw({ target: 1, smoothingMs: 0 })
    expect(answersOf(one, flow(1, 2_001), flow(1, 2_002), flow(1, 1, { min: 0 }), flow(1, 2, { min: 0 }))).toEqual(['2 tooFew', '3 tooFew', '0 tooMany', '1 tooFew'])
  })

  it('counts failed attempts as ended', () => {
    expect(answersOf(raw, flow(10, 400, { completions: 4, failures: 6 }))).toEqual(['5 tooFew'])
    expect(answersOf(raw, flow(10, 400, { completions: 0, failures: 10 }))).toEqual(['5 tooFew'])
  })

  it('counts the busy time of windows in which nothing ended for what ends next', () => {
    const loads = [flow(2, 0, { completions: 0, busyMs: 700 }), flow(2, 0, { nowMs: 1_000, completions: 0, busyMs: 500 }), flow(2, 0, { nowMs: 2_000, completions: 2, busyMs: 800 })]
    expect(asked(raw, loads).map(({ wanted, state }) => [wanted, state.flow.serviceMs, state.flow.unendedMs])).toEqual([[1, null, 700], [1, null, 1_200], [3, 1_000, 0]])
  })

  it('keeps the last service time while nothing ends', () => {
    expect(answersOf(raw, flow(10, 400), flow(20, 0, { nowMs: 1_000, completions: 0 }))).toEqual(['5 tooFew', '10 tooFew'])
  })

  it('comes down to none when nothing arrives any more, and in time also where it is smoothed', () => {
    expect(answersOf(raw, flow(10, 400, { min: 0 }), flow(0, 0, { min: 0 }))).toEqual(['5 tooFew', '0 tooMany'])
    const quiet = Array.from({ length: 120 }, (_, turn) => flow(0, 0, { min: 0, nowMs: 1_000 * (turn + 1) }))
    expect(answersOf(littlesLaw(), flow(10, 400, { min: 0 }), ...quiet).at(-1)).toBe('0 withinRange')
  })

  it('wants one at least while anything waits', () => {
    expect(answersOf(raw, { min: 0, live: 0 }, { min: 0, live: 0, waiting: 4 }, { min: 0, live: 0, waiting: 4 })).toEqual(['0 held', '1 tooFew', '1 held'])
    expect(answersOf(raw, flow(10, 400, { min: 0 }), flow(0, 0, { min: 0, waiting: 1 }))).toEqual(['5 tooFew', '1 tooMany'])
  })

  it('weighs a sample by its span against the smoothing', () => {
    const [, second, third] = asked(littlesLaw(), [flow(10, 400), flow(21, 840, { nowMs: 1_000 }), flow(0, 0, { nowMs: 11_000, windowMs: 10_000 })])
    expect(second?.state.flow.arrivalsPerMs).toBeCloseTo(0.010 + 0.011 / 11, 12)
    expect(second?.state.flow.serviceMs).toBeCloseTo(400 + 440 / 11, 12)
    expect(third?.state.flow.arrivalsPerMs).toBeCloseTo(0.011 / 2, 12)
  })

  it('takes the longer of its window and the time since the last sample for the span', () => {
    const rate = (about: Partial<LoadSample>): number | null | undefined => asked(littlesLaw(), [flow(10, 400), flow(0, 0, about)]).at(-1)?.state.flow.arrivalsPerMs
    expect(rate({ nowMs: 10_000 })).toBeCloseTo(0.005, 12)
    expect(rate({ nowMs: 0, windowMs: 10_000 })).toBeCloseTo(0.005, 12)
    expect(rate({ nowMs: 0 })).toBeCloseTo(0.01 * 10 / 11, 12)
  })

  it('lies between what both samples would want', () => {
    const flows = fc.record({ perSecond: fc.integer({ min: 1, max: 200 }), serviceMs: fc.integer({ min: 1, max: 2_000 }) })
    fc.assert(fc.property(flows, flows, fc.integer({ min: 1, max: 60_000 }), (before, after, smoothingMs) => {
      const wanted = (...all: readonly (typeof before)[]): number =>
        asked(littlesLaw({ smoothingMs }), all.map((each, turn) => flow(each.perSecond, each.serviceMs, { nowMs: turn * 1_000, max: 10_000 }))).at(-1)?.wanted ?? -1
      const [low, high] = [Math.min(before.perSecond, after.perSecond), Math.max(before.perSecond, after.perSecond)]
      const [short, long] = [Math.min(before.serviceMs, after.serviceMs), Math.max(before.serviceMs, after.serviceMs)]
      expect(wanted(before, after)).toBeGreaterThanOrEqual(wanted({ perSecond: low, serviceMs: short }))
      expect(wanted(before, after)).toBeLessThanOrEqual(wanted({ perSecond: high, serviceMs: long }))
    }))
  })

  it('never wants fewer for more arrivals or longer service', () => {
    fc.assert(fc.property(fc.nat(200), fc.nat(200), fc.integer({ min: 1, max: 2_000 }), fc.nat(500), (arrivals, more, serviceMs, longer) => {
      const wanted = (rate: number, ms: number): number => asked(raw, [{ ...flow(10, ms), arrivals: rate, max: 10_000 }])[0]?.wanted ?? -1
      expect(wanted(arrivals + more, serviceMs + longer)).toBeGreaterThanOrEqual(wanted(arrivals, serviceMs))
    }))
  })
})

describe('littlesLaw, for want of samples', () => {
  it.each([
    ['nowMs', Number.NaN], ['nowMs', undefined], ['windowMs', 0], ['windowMs', -1], ['windowMs', Number.NaN], ['busyMs', -1], ['busyMs', undefined], ['busyMs', Infinity],
    ['arrivals', undefined], ['arrivals', -1], ['completions', Number.NaN], ['failures', undefined], ['waiting', undefined], ['live', -1], ['min', undefined], ['max', Number.NaN],
  ])('holds its answer when %s is %j', (field, value) => {
    const { state } = raw.step(raw.initial, loadOf(flow(10, 400)))
    expect(raw.step(state, brokenLoadOf(flow(90, 400), { [field]: value }))).toEqual({ state, wanted: 5, reason: 'held' })
  })

  it('holds what is alive until something has ended', () => {
    expect(answersOf(raw, { live: 3, arrivals: 50, busyMs: 3_000 }, { live: 3, nowMs: 1_000, arrivals: 50 })).toEqual(['3 held', '3 held'])
  })

  it('keeps a state that JSON can carry, whatever comes', () => {
    const most = Number.MAX_SAFE_INTEGER
    const [decision] = asked(raw, [{ windowMs: Number.MIN_VALUE, arrivals: most, completions: 1, busyMs: most }])
    expect(decision).toMatchObject({ wanted: 10, reason: 'limited', state: { flow: { arrivalsPerMs: most, serviceMs: most } } })
    expect(asked(raw, [{ busyMs: most }, { busyMs: most }])[1]?.state.flow.unendedMs).toBe(most)
  })
})

describe('littlesLaw, given options', () => {
  it('has a name, is asked again in quiet, and is a policy', () => {
    expect(littlesLaw()).toMatchObject({ name: 'littlesLaw', initial: { wanted: null, nowMs: 0 } })
    expect(littlesLaw().wake).toEqual({ idledMs: 15_000, afterWork: true })
    expectTypeOf(littlesLaw()).toExtend<ScalingPolicy>()
  })

  it('takes 0.8 for the target, 10 s for the smoothing', () => {
    const loads = [flow(10, 400), flow(21, 600, { nowMs: 1_000 })]
    expect(asked(littlesLaw(), loads)).toEqual(asked(littlesLaw({ target: 0.8, smoothingMs: 10_000 }), loads))
  })

  it('refuses all that is wrong with them in one error', () => {
    expect(() => littlesLaw({ target: 0, smoothingMs: -1 })).toThrow(OptionsError)
    expect(() => littlesLaw({ target: 0, smoothingMs: -1 })).toThrow(/littlesLaw: target should be a share from 0.01 to 1.*; smoothingMs should be milliseconds from 0/)
    expect(() => littlesLaw({ target: 1.01 })).toThrow('target')
    expect(() => littlesLaw({ target: 0.01, smoothingMs: 0 })).not.toThrow()
  })
})
