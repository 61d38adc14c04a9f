import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_TIMER_MS } from '../../src/core/options.js'
import { OptionsError } from '../../src/core/options-error.js'
import type { BackoffStep } from '../../src/supervision/backoff.js'
import { constant } from '../../src/supervision/constant.js'
import { decorrelatedJitter } from '../../src/supervision/decorrelated-jitter.js'
import { exponential } from '../../src/supervision/exponential.js'
import { backoffLaws } from '../../src/testing/backoff-laws.js'

const step = (failures: number, random = 0, previousMs = 0): BackoffStep => ({ failures, random, previousMs })
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('every backoff', () => {
  const laws = [
    ...backoffLaws('constant', () => constant(250), 250),
    ...backoffLaws('exponential by default', () => exponential(), 30_000),
    ...backoffLaws('exponential without jitter', () => exponential({ jitter: 'none', factor: 100 }), 30_000),
    ...backoffLaws('exponential with equal jitter', () => exponential({ jitter: 'equal', maxMs: 500 }), 500),
    ...backoffLaws('exponential with proportional jitter', () => exponential({ jitter: { proportional: 0.2 } }), 36_000),
    ...backoffLaws('decorrelatedJitter', () => decorrelatedJitter(), 30_000),
  ]
  laws.forEach(({ title, check }) => it(title, () => check()))
})

describe('constant', () => {
  it('waits the same each time', () => {
    expect([1, 2, 99].map((failures) => constant(250).delayMs(step(failures, 0.7)))).toEqual([250, 250, 250])
    expect(constant(250)).toMatchObject({ name: 'constant', resetAfterMs: 250 })
    expect(constant(0).delayMs(step(1))).toBe(0)
  })

  it.each([-1, Number.NaN, Infinity, MAX_TIMER_MS + 1])('refuses %d ms', (ms) => {
    expect(() => constant(ms)).toThrow(OptionsError)
    expect(() => constant(ms)).toThrow(/^constant: ms should be/)
  })

  it('refuses to be given nothing', () => {
    expect(() => Reflect.apply(constant, undefined, [])).toThrow(/but is missing/)
  })
})

describe('exponential', () => {
  it('waits the base first, then the factor times as long each time, up to the most', () => {
    const backoff = exponential({ baseMs: 10, factor: 3, maxMs: 100, jitter: 'none' })
    expect([1, 2, 3, 4].map((failures) => backoff.delayMs(step(failures, 0.9)))).toEqual([10, 30, 90, 100])
  })

  it('starts at 100 ms, doubles, ends at 30 s and spreads over all of it by default', () => {
    const almost = (failures: number): number => exponential().delayMs(step(failures, 0.5))
    expect([1, 2, 3, 9, 10, 1_000].map(almost)).toEqual([50, 100, 200, 12_800, 15_000, 15_000])
    expect(exponential().delayMs(step(5, 0))).toBe(0)
    expect(exponential()).toMatchObject({ name: 'exponential', resetAfterMs: 15_050 })
  })

  it('spreads as each jitter says', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), chance, (failures, random) => {
      const d = Math.min(30_000, 100 * 2 ** (failures - 1))
      const asked = step(failures, random)
      expect(exponential({ jitter: 'none' }).delayMs(asked)).toBe(d)
      expect(exponential({ jitter: 'full' }).delayMs(asked)).toBeCloseTo(d * random)
      expect(exponential({ jitter: 'equal' }).delayMs(asked)).toBeCloseTo(d / 2 + (d / 2) * random)
      expect(exponential({ jitter: { proportional: 0.3 } }).delayMs(asked)).toBeCloseTo(d + d * 0.3 * random)
    }))
  })

  it('never waits less after more failures, for the same chance', () => {
    const jitters = fc.constantFrom('none' as const, 'full' as const, 'equal' as const, { proportional: 0.5 })
    fc.assert(fc.property(jitters, fc.integer({ min: 1, max: 100 }), chance, (jitter, failures, random) => {
      const backoff = exponential({ jitter })
      return backoff.delayMs(step(failures + 1, random)) >= backoff.delayMs(step(failures, random))
    }))
  })

  it('may stay at its base with a factor of 1, and may have its base as its most', () => {
    expect(exponential({ factor: 1, jitter: 'none' }).delayMs(step(50))).toBe(100)
    expect(exponential({ baseMs: 5, maxMs: 5, jitter: 'none' }).resetAfterMs).toBe(5)
  })

  it('refuses all that is out of range in one error', () => {
    const wrong = () => exponential({ baseMs: 0, factor: 0.5, maxMs: 0, jitter: { proportional: 2 } })
    expect(wrong).toThrow(OptionsError)
    expect(wrong).toThrow(/^exponential: baseMs .* factor should be a factor from 1 to 100.* maxMs .* jitter should be 'none' or 'full' or 'equal', or \{ proportional: a share from 0 to 1 \}/)
    expect(() => Reflect.apply(exponential, undefined, [{ jitter: 'some' }])).toThrow('jitter')
    expect(() => Reflect.apply(exponential, undefined, [{ jitter: {} }])).toThrow('jitter')
  })

  it('refuses a base above the most, the default one too', () => {
    expect(() => exponential({ baseMs: 11, maxMs: 10 })).toThrow('exponential: baseMs should be at most maxMs, 10, but is 11')
    expect(() => exponential({ baseMs: 30_001 })).toThrow('at most maxMs, 30000')
    expect(() => exponential({ maxMs: 99 })).toThrow('but is 100')
  })

  it('refuses jitter that exceeds what a timer can wait', () => {
    expect(() => exponential({ maxMs: MAX_TIMER_MS, jitter: { proportional: 1 } })).toThrow('maxMs should be at most 2147483647 with jitter, but is 4294967294 with jitter')
    expect(() => exponential({ maxMs: MAX_TIMER_MS })).not.toThrow()
  })
})

describe('decorrelatedJitter', () => {
  const spans = { baseMs: 10, maxMs: 200 }

  it('draws the first wait between the base and three times the base', () => {
    const backoff = decorrelatedJitter(spans)
    expect([0, 0.5, 1].map((random) => backoff.delayMs(step(1, random)))).toEqual([10, 20, 30])
  })

  it('draws the next between the base and three times the wait before, up to the most', () => {
    const backoff = decorrelatedJitter(spans)
    expect([0, 0.5, 1].map((random) => backoff.delayMs(step(2, random, 50)))).toEqual([10, 80, 150])
    expect(backoff.delayMs(step(2, 0.9, 150))).toBe(200)
    expect(backoff.delayMs(step(9, 0.5, 4))).toBe(20)
  })

  it('never waits less than the base', () => {
    const backoff = decorrelatedJitter(spans)
    fc.assert(fc.property(chance, fc.integer({ min: 0, max: 200 }), (random, previousMs) => backoff.delayMs(step(3, random, previousMs)) >= 10))
  })

  it('has the spans of exponential by default', () => {
    expect(decorrelatedJitter().delayMs(step(1, 0))).toBe(100)
    expect(decorrelatedJitter().delayMs(step(5, 0.99, 29_000))).toBe(30_000)
    expect(decorrelatedJitter()).toMatchObject({ name: 'decorrelatedJitter', resetAfterMs: 15_050 })
    expect(decorrelatedJitter(spans).resetAfterMs).toBe(105)
  })

  it('refuses spans that are none, and a base above the most', () => {
    expect(() => decorrelatedJitter({ baseMs: 0, maxMs: -1 })).toThrow(/^decorrelatedJitter: baseMs .* maxMs/)
    expect(() => decorrelatedJitter({ baseMs: 11, maxMs: 10 })).toThrow('decorrelatedJitter: baseMs should be at most maxMs, 10, but is 11')
    expect(() => decorrelatedJitter({ baseMs: 30_001 })).toThrow('at most maxMs, 30000')
    expect(() => decorrelatedJitter({ maxMs: 99 })).toThrow('but is 100')
    expect(() => decorrelatedJitter({ baseMs: 10, maxMs: 10 })).not.toThrow()
  })
})
