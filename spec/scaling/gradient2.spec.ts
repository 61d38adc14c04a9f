import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { type Gradient2State, gradient2 } from '../../src/scaling/gradient2.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { policyLaws } from '../support/policy-laws.js'
import { answers, asked, windowOf } from './asked.js'
import { loadOf } from './load-of.js'

const stateOf = (limit: number, ms = 10): Gradient2State => ({ limit, long: { ms, count: 10, sumMs: 10 * ms } })

/** Keeps the long average where it is, but for a part in 10¹² of each window. */
const steady = gradient2({ min: 1, longWindow: 2e12 })

describe('gradient2 keeps the laws of every policy', () => {
  // A long average of 600 windows takes half of them to come near a service time that has changed.
  policyLaws('gradient2', () => gradient2({ initial: 5, min: 1 }), { maxRise: 1, settlesAfter: 600 }).forEach(({ title, check }) => it(title, () => check()))
})

describe('gradient2, step by step', () => {
  it.each([
    ['the usual time', windowOf(10, 40), 40.8],
    ['a time within the tolerance', windowOf(15, 40), 40.8],
    ['a shorter time', windowOf(6, 40), 40.8],
    ['twice the time', windowOf(20, 40), 38.8],
    ['ten times the time', windowOf(100, 40), 36.8],
    ['half of it in use', windowOf(10, 20), 40.8],
    ['less than half in use', windowOf(10, 19), 40],
    ['less than half in use, ten times the time', windowOf(100, 19), 40],
    ['the usual time and a failure', windowOf(10, 40, { failures: 3 }), 40.8],
    ['nothing that ended', windowOf(10, 40, { completions: 0 }), 40],
    ['failures alone', windowOf(10, 40, { completions: 0, failures: 3 }), 40],
    ['a median alone', windowOf(0, 40, { serviceMs: { p50: 20, p90: 1, p99: 1 } }), 38.8],
  ])('answers %s from 40 and 10 ms', (_, load, limit) => {
    const [decision] = asked(steady, [load], stateOf(40))
    expect(decision?.state.limit).toBeCloseTo(limit, 6)
    expect(decision?.wanted).toBe(Math.floor(limit))
  })

  it('keeps the limit as a real number and says what moved it', () => {
    expect(answers(gradient2(), [windowOf(10, 99), windowOf(10, 99), windowOf(10, 99), windowOf(10, 1), loadOf({ max: 99 })])).toEqual([
      '20 withinRange', '21 tooFew', '22 tooFew', '22 withinRange', '22 held',
    ])
  })

  it('begins with 20, and stays within 20 and 200 unless told', () => {
    expect(answers(gradient2(), [loadOf({ max: 300 })])).toEqual(['20 initial'])
    expect(answers(gradient2({ initial: 1 }), [loadOf({ max: 300 })])).toEqual(['20 initial'])
    expect(answers(gradient2(), [windowOf(10, 200)], stateOf(200))).toEqual(['200 withinRange'])
    expect(answers(gradient2(), [windowOf(1_000, 20)], stateOf(20))).toEqual(['20 limited'])
  })

  it('has a name and need not be woken', () => {
    expect(gradient2().name).toBe('gradient2')
    expectTypeOf(gradient2()).toEqualTypeOf<ScalingPolicy<Gradient2State>>()
  })
})

describe('the long average of gradient2', () => {
  const longs = (policy: ScalingPolicy<Gradient2State>, rtts: readonly number[]): readonly number[] =>
    asked(policy, rtts.map((rttMs) => windowOf(rttMs, 1))).map(({ state }) => state.long.ms)

  it('is the mean of the first ten, whatever shortens it on the way', () => {
    expect(longs(gradient2(), [8, 10, 12, 14, 16, 18, 20, 22, 24, 26])).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17])
    expect(longs(gradient2(), [30, 2, 4])).toEqual([30, 16 * 0.95, 12 * 0.95])
  })

  it('then takes 2 of 601 parts of each window', () => {
    const last = longs(gradient2(), [...Array.from({ length: 10 }, () => 10), 20]).at(-1)
    expect(last).toBeCloseTo(10 + 10 * (2 / 601), 9)
  })

  it('comes down by 5 % a window after a time of load, from the window after', () => {
    const policy = gradient2({ longWindow: 2e12, min: 1 })
    const seen = asked(policy, [windowOf(10, 1), windowOf(10, 1), windowOf(50, 1)], stateOf(40, 100))
    expect(seen.map(({ state }) => Number(state.long.ms.toFixed(6)))).toEqual([95, 90.25, 90.25])
  })

  it('learns while little is in use', () => {
    expect(asked(gradient2(), [windowOf(601, 1)], stateOf(40))[0]?.state.long.ms).toBeCloseTo(10 + 591 * (2 / 601), 9)
  })
})

describe('gradient2, over any past', () => {
  const rtts = fc.integer({ min: 1, max: 10_000 })

  it('moves by smoothed steps within its bounds', () => {
    fc.assert(fc.property(fc.double({ min: 8, max: 200, noNaN: true }), rtts, rtts, fc.nat({ max: 20 }), fc.nat({ max: 2 }), (limit, longMs, rttMs, queue, failures) => {
      const smoothing = 0.2
      const [decision] = asked(gradient2({ min: 1, max: 10_000, queue, smoothing }), [windowOf(rttMs, 200, { failures })], stateOf(limit, longMs))
      const change = (decision?.state.limit ?? 0) - limit
      expect(change).toBeLessThanOrEqual(smoothing * queue + 1e-9)
      expect(change).toBeGreaterThanOrEqual(smoothing * queue - (smoothing * limit) / 2 - 1e-9)
    }))
  })

  it('takes failures as if there were none', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 200 }), rtts, fc.integer({ min: 1, max: 9 }), (limit, rttMs, failures) => {
      expect(asked(steady, [windowOf(rttMs, limit, { failures })], stateOf(limit))).toEqual(asked(steady, [windowOf(rttMs, limit)], stateOf(limit)))
    }))
  })

  it('goes up to the most when all are busy and the time stays', () => {
    fc.assert(fc.property(rtts, (rttMs) => {
      expect(asked(gradient2(), Array.from({ length: 230 }, () => windowOf(rttMs, 200))).at(-1)?.wanted).toBe(200)
    }), { numRuns: 20 })
  })
})

describe('gradient2 at the door', () => {
  it.each([
    [{ smoothing: 0 }, 'gradient2: smoothing should be a number above 0, up to 1'],
    [{ smoothing: 2 }, 'smoothing'],
    [{ tolerance: 0.9 }, 'tolerance'],
    [{ queue: -1 }, 'queue'],
    [{ longWindow: 0 }, 'longWindow'],
    [{ initial: 0 }, 'initial'],
    [{ max: 19 }, 'max should be at least min, which is 20, but is 19'],
  ])('refuses %j', (options, message) => {
    expect(() => gradient2(options)).toThrow(OptionsError)
    expect(() => gradient2(options)).toThrow(message)
  })
})
