import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { OptionsError } from '../../src/core/options-error.js'
import { type GradientState, gradient } from '../../src/scaling/gradient.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { policyLaws } from '../support/policy-laws.js'
import { answers, asked, windowOf } from './asked.js'
import { loadOf } from './load-of.js'

const SPANS = { updateMs: 100, measureMs: 60_000 }

/** Between two measurements, at 1,000 ms. */
const stateOf = (about: Partial<GradientState>): GradientState => ({
  limit: 16, restore: null, leastMs: 10, tally: { count: 0, spentMs: 0, maxInFlight: 0 }, atLeast: 0, updatedAtMs: 1_000, measureAtMs: 60_000, nowMs: 1_000, seed: 0, ...about,
})

/** A window every 100 ms, from 1,100 ms. */
const every100 = (windows: number, load: LoadSample): readonly LoadSample[] => Array.from({ length: windows }, (_, n) => ({ ...load, nowMs: 1_100 + n * 100 }))

describe('gradient keeps the laws of every policy', () => {
  // Measuring takes it to `min` and back by design: it rests between measurements, so here the next is weeks away.
  policyLaws('gradient, between measurements,', () => gradient({ updateMs: 1_000, measureMs: 2_147_483_647, requests: 5 })).forEach(({ title, check }) =>
    it(title, () => check()))

  policyLaws('gradient, measuring often,', () => gradient({ updateMs: 1_000, measureMs: 20_000, requests: 5 }))
    .filter(({ title }) => !title.endsWith('comes to rest under a constant load'))
    .forEach(({ title, check }) => it(title, () => check()))
})

describe('gradient, updating', () => {
  it.each([
    ['25 % more than the least time', {}, windowOf(12.5, 16), '20 tooFew'],
    ['the least time', {}, windowOf(10, 16), '24 tooFew'],
    ['much less', {}, windowOf(1, 16), '37 tooFew'],
    ['twice the least time and a quarter', {}, windowOf(25, 16), '10 tooMany'],
    ['ten times', {}, windowOf(100, 16), '10 tooMany'],
    ['the least time without a buffer', { buffer: 0 }, windowOf(10, 16), '20 tooFew'],
    ['half of it in use', {}, windowOf(10, 8), '24 tooFew'],
    ['less than half in use', {}, windowOf(10, 7), '16 withinRange'],
    ['less than half in use, ten times', {}, windowOf(100, 7), '10 tooMany'],
    ['failures besides', {}, windowOf(10, 16, { failures: 5 }), '24 tooFew'],
    ['failures alone', {}, windowOf(10, 16, { completions: 0, failures: 5 }), '16 held'],
    ['nothing that ended', {}, windowOf(10, 16, { completions: 0 }), '16 held'],
    ['its own most reached', { max: 18 }, windowOf(10, 16), '18 limited'],
    ['the most of the group reached', {}, windowOf(10, 16, { max: 17 }), '17 limited'],
    ['its own fewest reached', { min: 12 }, windowOf(100, 16), '12 limited'],
  ])('answers %s from 16 and 10 ms', (_, options, load, answer) => {
    expect(answers(gradient({ ...SPANS, ...options }), [{ ...load, nowMs: 1_100 }], stateOf({}))).toEqual([answer])
  })

  it('waits for the whole span and takes all that ended in it', () => {
    const loads = [windowOf(10, 16, { nowMs: 1_050 }), windowOf(20, 4, { nowMs: 1_099, completions: 40, busyMs: 800 }), loadOf({ nowMs: 1_100, min: 0, max: 99 })]
    expect(answers(gradient({ ...SPANS, buffer: 0 }), loads, stateOf({}))).toEqual(['16 held', '16 held', '11 tooMany'])
  })

  it('comes down by half and a little each time when work takes ten times as long', () => {
    const wanted = asked(gradient(SPANS), every100(6, windowOf(100, 90)), stateOf({ limit: 90 })).map((decision) => decision.wanted)
    expect(wanted).toEqual([51, 30, 18, 12, 8, 6])
  })

  it('stays within what its formula allows', () => {
    fc.assert(fc.property(fc.integer({ min: 3, max: 1_000 }), fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 1_000 }), fc.nat({ max: 1_000 }), (limit, leastMs, rttMs, peak) => {
      const [wanted = 0] = asked(gradient(SPANS), every100(1, windowOf(rttMs, peak)), stateOf({ limit, leastMs })).map((decision) => decision.wanted)
      expect(wanted).toBeGreaterThanOrEqual(3)
      expect(wanted).toBeLessThanOrEqual(Math.min(1_000, Math.floor(2 * limit + Math.sqrt(2 * limit))))
      if (2 * peak < limit) expect(wanted).toBeLessThanOrEqual(limit)
    }))
  })

  it('grows without a buffer while the time stays the least', () => {
    fc.assert(fc.property(fc.integer({ min: 3, max: 900 }), fc.integer({ min: 1, max: 1_000 }), (limit, leastMs) => {
      const [decision] = asked(gradient({ ...SPANS, buffer: 0 }), every100(1, windowOf(leastMs, limit)), stateOf({ limit, leastMs }))
      expect(decision?.wanted).toBeGreaterThan(limit)
    }))
  })
})

describe('gradient, measuring', () => {
  it('begins with it, and updates from then on', () => {
    const loads = [loadOf({ max: 99 }), ...[1, 2, 3, 4, 5].map((n) => windowOf(10, 3, { nowMs: n * 100 })), windowOf(10, 3, { nowMs: 600 })]
    expect(answers(gradient(SPANS), loads)).toEqual(['3 initial', '3 exploring', '3 exploring', '3 exploring', '3 exploring', '3 withinRange', '5 tooFew'])
  })

  it('takes the mean of what it waited for as the least time', () => {
    const loads = [windowOf(10, 3, { completions: 20, busyMs: 200 }), windowOf(40, 3, { completions: 30, busyMs: 1_200 })]
    expect(asked(gradient(SPANS), loads).at(-1)?.state).toMatchObject({ leastMs: 28, restore: null, tally: { count: 0 } })
  })

  it('looks away from windows with more at work than it wants: those began before', () => {
    const state = stateOf({ limit: 3, restore: 40 })
    expect(answers(gradient({ ...SPANS, requests: 10 }), [windowOf(90, 40), windowOf(90, 4), windowOf(10, 3)], state)).toEqual(['3 exploring', '3 exploring', '40 tooFew'])
    expect(asked(gradient({ ...SPANS, requests: 10 }), [windowOf(90, 4), windowOf(10, 3)], state).at(-1)?.state.leastMs).toBe(10)
  })

  it('returns to the limit from before, as far as the bounds of now allow', () => {
    fc.assert(fc.property(fc.integer({ min: 4, max: 1_000 }), fc.integer({ min: 3, max: 1_200 }), (limit, max) => {
      const loads = [windowOf(10, limit, { nowMs: 60_000 }), windowOf(10, 3, { nowMs: 60_100, max })]
      expect(asked(gradient({ ...SPANS, requests: 10 }), loads, stateOf({ limit })).map(({ wanted }) => wanted)).toEqual([3, Math.min(limit, max)])
    }))
  })

  it('wants the fewest of the group where those are more', () => {
    const loads = [windowOf(10, 16, { nowMs: 60_000, min: 5 }), windowOf(10, 5, { nowMs: 60_100, min: 5 }), windowOf(10, 5, { nowMs: 60_200, min: 2 })]
    expect(answers(gradient(SPANS), loads, stateOf({}))).toEqual(['5 exploring', '5 exploring', '3 exploring'])
  })

  it('starts when it is due and something ended, never for want of work', () => {
    const quiet = loadOf({ min: 0, max: 99 })
    const loads = [{ ...quiet, nowMs: 59_999 }, { ...quiet, nowMs: 70_000 }, windowOf(12.5, 16, { nowMs: 70_100 })]
    expect(answers(gradient(SPANS), loads, stateOf({}))).toEqual(['16 held', '16 held', '3 exploring'])
    expect(answers(gradient(SPANS), [windowOf(12.5, 16, { nowMs: 59_999 })], stateOf({}))).toEqual(['20 tooFew'])
  })

  it('is due again after its span and up to the jitter, never early', () => {
    const due = (seed: number, jitter: number): number | undefined =>
      asked(gradient({ ...SPANS, requests: 1, jitter, seed }), [windowOf(10, 3, { nowMs: 500 })]).at(-1)?.state.measureAtMs
    const moments = Array.from({ length: 200 }, (_, seed) => due(seed, 0.15) ?? 0)
    expect(Math.min(...moments)).toBeGreaterThanOrEqual(60_500)
    expect(Math.max(...moments)).toBeLessThan(69_500)
    expect(new Set(moments).size).toBeGreaterThan(100)
    expect(due(1, 0)).toBe(60_500)
  })

  it('starts after five updates in a row that found and left it at its fewest', () => {
    const slow = windowOf(1_000, 3)
    expect(answers(gradient(SPANS), every100(6, slow), stateOf({ limit: 4 }))).toEqual([
      '3 tooMany', '3 limited', '3 limited', '3 limited', '3 limited', '3 exploring',
    ])
    const mended = asked(gradient({ ...SPANS, requests: 10 }), every100(8, slow), stateOf({ limit: 4 }))
    expect(mended.map(({ wanted }) => wanted)).toEqual([3, 3, 3, 3, 3, 3, 3, 5])
    expect(mended.at(-1)?.state).toMatchObject({ leastMs: 1_000, atLeast: 0 })
  })

  it('counts anew after an update above its fewest', () => {
    const slow = every100(5, windowOf(1_000, 3)).slice(0, 4)
    const loads = [...slow, windowOf(10, 3, { nowMs: 1_500 })]
    expect(asked(gradient(SPANS), loads, stateOf({ limit: 3 })).map(({ state }) => state.atLeast)).toEqual([1, 2, 3, 4, 0])
  })

  it('has a name and need not be woken', () => {
    expect(gradient(SPANS)).toMatchObject({ name: 'gradient', initial: { limit: null, restore: 3, seed: 0 } })
    expectTypeOf(gradient(SPANS)).toEqualTypeOf<ScalingPolicy<GradientState>>()
  })
})

describe('gradient at the door', () => {
  const given: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [{ updateMs: 0 }, 'gradient: updateMs should be milliseconds'],
    [{ updateMs: undefined }, 'updateMs'],
    [{ measureMs: undefined }, 'measureMs'],
    [{ min: 0 }, 'min'],
    [{ max: 2 }, 'max should be at least min, which is 3, but is 2'],
    [{ requests: 0 }, 'requests'],
    [{ buffer: 1.1 }, 'buffer'],
    [{ jitter: -0.1 }, 'jitter'],
    [{ seed: 0.5 }, 'seed'],
  ]
  it.each(given)('refuses %j', (options, message) => {
    const make = (): unknown => Reflect.apply(gradient, undefined, [{ ...SPANS, ...options }])
    expect(make).toThrow(OptionsError)
    expect(make).toThrow(message)
  })
})
