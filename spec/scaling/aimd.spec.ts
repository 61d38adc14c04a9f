import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { type AimdState, aimd } from '../../src/scaling/aimd.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { policyLaws } from '../support/policy-laws.js'
import { answers, asked, windowOf } from './asked.js'
import { brokenLoadOf, loadOf } from './load-of.js'

const free = aimd({ initial: 10, min: 1 })

describe('aimd keeps the laws of every policy', () => {
  policyLaws('aimd', () => aimd({ initial: 5, min: 1 }), { maxRise: 1, settlesAfter: 60 }).forEach(({ title, check }) => it(title, () => check()))
})

describe('aimd, step by step', () => {
  it.each([
    ['half of it in use', windowOf(10, 5), '11 tooFew'],
    ['less than half in use', windowOf(10, 4), '10 withinRange'],
    ['a failure', windowOf(10, 10, { failures: 1 }), '9 tooMany'],
    ['a failure and nothing else', windowOf(10, 10, { failures: 1, completions: 0, busyMs: 0 }), '9 tooMany'],
    ['a mean at the timeout', windowOf(5_000, 10), '11 tooFew'],
    ['a mean above the timeout', windowOf(5_001, 10), '9 tooMany'],
    ['a mean above the timeout, little in use', windowOf(5_001, 1), '9 tooMany'],
    ['a median alone', windowOf(0, 10, { serviceMs: { p50: 5_001, p90: 1, p99: 1 } }), '9 tooMany'],
    ['nothing that ended', windowOf(10, 10, { completions: 0 }), '10 held'],
    ['work that took no time', windowOf(0, 10), '10 held'],
    ['an unknown peak', brokenLoadOf(windowOf(10, 10), { maxInFlight: Number.NaN }), '10 held'],
    ['unknown failures', brokenLoadOf(windowOf(10, 10), { failures: undefined }), '10 held'],
    ['a bound of the group above', windowOf(10, 10, { min: 12 }), '13 tooFew'],
    ['the most of the group reached', windowOf(10, 10, { max: 10 }), '10 limited'],
    ['the most of the group below', windowOf(10, 1, { max: 8 }), '8 limited'],
    ['the fewest of the group reached', windowOf(10, 1, { min: 10, failures: 1 }), '10 limited'],
  ])('answers %s from 10', (_, load, answer) => {
    expect(answers(free, [load], { limit: 10 })).toEqual([answer])
  })

  it('begins with 20, never below 20 or above 200, unless told', () => {
    expect(answers(aimd(), [loadOf({ max: 300 }), windowOf(1, 20, { failures: 1 }), windowOf(1, 20)])).toEqual(['20 initial', '20 limited', '21 tooFew'])
    expect(answers(aimd(), [windowOf(1, 200)], { limit: 200 })).toEqual(['200 limited'])
    expect(answers(aimd({ initial: 3 }), [loadOf({ max: 300 })])).toEqual(['20 initial'])
    expect(answers(aimd(), [loadOf({ max: 10 })])).toEqual(['10 initial'])
  })

  it('rounds down what is there on paper: 0.57 of 100 is 57', () => {
    expect(answers(aimd({ min: 1, backoffRatio: 0.57 }), [windowOf(1, 1, { failures: 1 })], { limit: 100 })).toEqual(['57 tooMany'])
  })

  it('has a name and need not be woken', () => {
    expect(aimd()).toMatchObject({ name: 'aimd', initial: { limit: null } })
    expectTypeOf(aimd()).toEqualTypeOf<ScalingPolicy<AimdState>>()
  })
})

describe('aimd, over any past', () => {
  const limits = fc.integer({ min: 1, max: 200 })

  it('comes down by the ratio, rounded down each time, with every failure', () => {
    fc.assert(fc.property(limits, fc.nat({ max: 60 }), fc.integer({ min: 1, max: 30 }), (limit, drops, min) => {
      const policy = aimd({ min })
      const from = Math.max(min, limit)
      const least = Array.from({ length: drops }).reduce<number>((so) => Math.max(min, Math.floor((so * 9) / 10)), from)
      const last = asked(policy, [windowOf(1, from, { completions: 0 }), ...Array.from({ length: drops }, () => windowOf(1, from, { failures: 1 }))], { limit: from }).at(-1)
      expect(last?.wanted).toBe(least)
    }))
  })

  it('never rises with a failure, and by one at most without', () => {
    fc.assert(fc.property(limits, fc.nat({ max: 6_000 }), fc.nat({ max: 300 }), fc.nat({ max: 2 }), (limit, rttMs, peak, failures) => {
      const [wanted = 0] = asked(free, [windowOf(rttMs, peak, { failures })], { limit }).map((decision) => decision.wanted)
      expect(wanted).toBeLessThanOrEqual(failures > 0 ? limit : limit + 1)
      if (2 * peak < limit) expect(wanted).toBeLessThanOrEqual(limit)
    }))
  })
})

describe('aimd at the door', () => {
  it.each([
    [{ backoffRatio: 1 }, 'aimd: backoffRatio should be a number from 0.5 to below 1'],
    [{ backoffRatio: 0.49 }, 'backoffRatio'],
    [{ initial: 0 }, 'initial should be a whole number, 1 or more'],
    [{ timeoutMs: 0 }, 'timeoutMs should be milliseconds'],
    [{ max: 10 }, 'max should be at least min, which is 20, but is 10'],
    [{ min: 300 }, 'max should be at least min, which is 300, but is 200'],
  ])('refuses %j', (options, message) => {
    expect(() => aimd(options)).toThrow(OptionsError)
    expect(() => aimd(options)).toThrow(message)
  })

  it('takes the ends of its ranges, and what is not given', () => {
    expect(() => aimd({ backoffRatio: 0.5, min: 7, max: 7, initial: undefined, timeoutMs: undefined })).not.toThrow()
    expect(() => aimd({ min: undefined, max: 20 })).not.toThrow()
  })
})
