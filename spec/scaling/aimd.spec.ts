import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { type AimdState, aimd } from '../../src/scaling/aimd.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { policyLaws } from '../support/policy-laws.js'
import { brokenLoadOf, loadOf } from './load-of.js'
import { NONSENSE, answers, decided, limits, times } from './measured-windows.js'

describe('aimd keeps the laws of every policy', () => {
  policyLaws('aimd', () => aimd(), { maxRise: 1, settlesAfter: 30 }).forEach(({ title, check }) => it(title, () => check()))
  policyLaws('aimd(6, ratio 0.5)', () => aimd({ initialLimit: 6, backoffRatio: 0.5, timeoutMs: 300, percentile: 'p99' }), { maxRise: 1, settlesAfter: 30 }).forEach(({ title, check }) =>
    it(title, () => check()))
})

describe('aimd, as Netflix tests it', () => {
  it('starts at its initial limit', () => {
    expect(limits(aimd({ initialLimit: 10 }), {})).toEqual([10])
  })

  it('grows by one on success', () => {
    expect(limits(aimd({ initialLimit: 20, minLimit: 20 }), { ms: 1, maxInFlight: 10 })).toEqual([21])
    expect(limits(aimd({ initialLimit: 10 }), { ms: 1, maxInFlight: 10 })).toEqual([11])
  })

  it('falls to nine tenths on a drop, also when no time is known', () => {
    expect(limits(aimd({ initialLimit: 30, minLimit: 20 }), { failures: 1 })).toEqual([27])
    expect(limits(aimd({ initialLimit: 10 }), { failures: 1, ms: 0 })).toEqual([9])
  })

  it('falls when a time exceeds the timeout', () => {
    expect(limits(aimd({ initialLimit: 30, timeoutMs: 1_000 }), { ms: 1_000.001 })).toEqual([27])
  })

  it('does not grow beyond its most', () => {
    expect(answers(aimd({ initialLimit: 21, maxLimit: 21 }), { ms: 1, maxInFlight: 21 })).toEqual(['21 limited'])
  })
})

describe('aimd, window by window', () => {
  const policy = aimd({ initialLimit: 10, timeoutMs: 100 })

  it.each([
    [5, '11 tooFew'],
    [4, '10 withinRange'],
    [0, '10 withinRange'],
  ])('with %d of 10 in use at most wants %s', (maxInFlight, answer) => {
    expect(answers(policy, { ms: 1, maxInFlight })).toEqual([answer])
  })

  it('takes an odd limit as half in use from the half above', () => {
    expect(limits(aimd({ initialLimit: 11 }), { ms: 1, maxInFlight: 5 })).toEqual([11])
    expect(limits(aimd({ initialLimit: 11 }), { ms: 1, maxInFlight: 6 })).toEqual([12])
  })

  it('counts a time of just the timeout as in time', () => {
    expect(answers(policy, { ms: 100, maxInFlight: 10 }, { ms: 100.5, maxInFlight: 10 })).toEqual(['11 tooFew', '9 tooMany'])
    expect(limits(aimd({ initialLimit: 10 }), { ms: 5_000, maxInFlight: 10 }, { ms: 5_001, maxInFlight: 10 })).toEqual([11, 9])
  })

  it('goes by the quantile that it was told', () => {
    const serviceMs = { p50: 10, p90: 101, p99: 500 }
    expect(limits(aimd({ initialLimit: 10, timeoutMs: 100 }), { serviceMs, maxInFlight: 10 })).toEqual([11])
    expect(limits(aimd({ initialLimit: 10, timeoutMs: 100, percentile: 'p90' }), { serviceMs, maxInFlight: 10 })).toEqual([9])
    expect(limits(aimd({ initialLimit: 10, timeoutMs: 101, percentile: 'p90' }), { serviceMs, maxInFlight: 10 })).toEqual([11])
  })

  it('grows while instant work uses all', () => {
    expect(limits(policy, ...times(3, { ms: 0, maxInFlight: 20 }))).toEqual([11, 12, 13])
  })

  it('falls step by step as the ratio says, down to one', () => {
    expect(limits(aimd({ backoffRatio: 0.5 }), ...times(6, { failures: 3 }))).toEqual([10, 5, 2, 1, 1, 1])
    expect(answers(aimd({ initialLimit: 2, minLimit: 2 }), { failures: 1 })).toEqual(['2 limited'])
    expect(limits(aimd(), ...times(4, { failures: 1 }))).toEqual([18, 16, 14, 12])
  })

  it('starts within bounds, also within those of the group', () => {
    expect(answers(aimd(), {})).toEqual(['20 initial'])
    expect(answers(aimd(), { max: 8 })).toEqual(['8 initial'])
    expect(answers(aimd({ initialLimit: 2, minLimit: 5 }), {})).toEqual(['5 initial'])
    expect(limits(aimd({ initialLimit: 300 }), {})).toEqual([200])
  })

  it('follows a bound that moves, and stays there', () => {
    expect(answers(policy, { ms: 1 }, { ms: 1, max: 6 }, { ms: 1 }, { ms: 1, min: 8 })).toEqual(['10 withinRange', '6 limited', '6 withinRange', '8 limited'])
  })
})

describe('aimd, for want of samples', () => {
  const policy = aimd({ initialLimit: 10 })
  const busy = { completions: 5, maxInFlight: 10, serviceMs: { p50: 1, p90: 1, p99: 1 } }

  it('holds while nothing ended', () => {
    expect(answers(policy, {}, { maxInFlight: 10 }, { ms: 1, maxInFlight: 10 })).toEqual(['10 initial', '10 held', '11 tooFew'])
  })

  it.each(['windowMs', 'maxInFlight', 'failures', 'serviceMs', 'min', 'max'].flatMap((field) => NONSENSE.map((value) => [field, value] as const)))('holds when %s is %s', (field, value) => {
    expect(policy.step({ limit: 7 }, brokenLoadOf(busy, { [field]: value }))).toEqual({ state: { limit: 7 }, wanted: 7, reason: 'held' })
  })

  it('holds when the window is empty or the bounds contradict each other', () => {
    expect(policy.step({ limit: 7 }, loadOf({ ...busy, windowMs: 0 }))).toMatchObject({ wanted: 7, reason: 'held' })
    expect(policy.step({ limit: 7 }, loadOf({ ...busy, min: 9, max: 8 }))).toMatchObject({ wanted: 9, reason: 'held' })
  })

  it('falls for a failure that is known though the rest is not', () => {
    expect(policy.step({ limit: 10 }, brokenLoadOf({ failures: 1 }, { maxInFlight: undefined, serviceMs: 'seven' }))).toMatchObject({ wanted: 9, reason: 'tooMany' })
    expect(policy.step({ limit: 10 }, loadOf({ failures: 1, windowMs: 0 }))).toMatchObject({ wanted: 10, reason: 'held' })
  })
})

describe('aimd has the properties of its rule', () => {
  const windows = fc.array(fc.record({ ms: fc.integer({ min: 0, max: 10_000 }), maxInFlight: fc.nat(60), failures: fc.oneof(fc.constant(0), fc.nat(3)) }), { maxLength: 80 })

  it('is brought down by k drops to what floors of the ratio leave, not below its least', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 50, max: 99 }), fc.nat(30), (initialLimit, percent, drops) => {
      const reached = limits(aimd({ initialLimit, backoffRatio: percent / 100 }), ...times(drops, { failures: 1 })).at(-1) ?? initialLimit
      const ratio = percent / 100
      expect(reached).toBe(times(drops, ratio).reduce((limit) => Math.max(1, Math.floor(limit * ratio)), initialLimit))
    }))
  })

  it('grows by one at most, and never on a drop or while less than half is in use', () => {
    fc.assert(fc.property(windows, (all) => {
      let last = 20
      decided(aimd(), all).forEach(({ wanted }, at) => {
        const { ms = 0, maxInFlight = 0, failures = 0 } = all[at] ?? {}
        const mayGrow = failures === 0 && ms <= 5_000 && 2 * maxInFlight >= last
        expect(wanted - last).toBeLessThanOrEqual(mayGrow ? 1 : 0)
        last = wanted
      })
    }))
  })
})

describe('aimd, given options', () => {
  it('has a name, a state that is its limit, and need not be woken', () => {
    expect(aimd()).toMatchObject({ name: 'aimd', initial: { limit: null } })
    expect(aimd().wake).toBeUndefined()
    expectTypeOf(aimd()).toEqualTypeOf<ScalingPolicy<AimdState>>()
  })

  it('takes the ends of its ranges', () => {
    expect(() => aimd({ initialLimit: 1, minLimit: 1, maxLimit: 1, backoffRatio: 0.5, timeoutMs: 1, percentile: 'p99' })).not.toThrow()
  })

  it.each([0.499, 1, Number.NaN, '0.9'])('refuses a ratio of %s', (backoffRatio) => {
    expect(() => Reflect.apply(aimd, undefined, [{ backoffRatio }])).toThrow(/^aimd: backoffRatio should be a ratio, 0.5 or more and less than 1, but is/)
  })

  it('refuses all that is wrong in one error', () => {
    expect(() => aimd({ initialLimit: 0, minLimit: 0, maxLimit: 0, timeoutMs: 0 })).toThrow(OptionsError)
    expect(() => aimd({ initialLimit: 0, timeoutMs: 0.5 })).toThrow(/initialLimit should be a whole number, 1 or more, .*timeoutMs should be milliseconds from 1/)
    expect(() => aimd({ minLimit: 201 })).toThrow('aimd: minLimit should be at most maxLimit, 200, but is 201')
    expect(() => aimd({ minLimit: 0 })).toThrow('minLimit')
    expect(() => aimd({ maxLimit: 0 })).toThrow('maxLimit')
    expect(() => Reflect.apply(aimd, undefined, [{ percentile: 'p95' }])).toThrow("percentile should be 'p50' or 'p90' or 'p99'")
  })
})
