import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { OptionsError } from '../../src/core/options-error.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { type ResizerState, resizer } from '../../src/scaling/resizer.js'
import { policyLaws } from '../support/policy-laws.js'
import { answers, asked } from './asked.js'
import { brokenLoadOf, loadOf } from './load-of.js'

/** Ten messages later, with so many at work and more waiting, unless told. */
const tenLater = (inFlight: number, about: Partial<LoadSample> = {}): LoadSample => loadOf({ min: 0, max: 200, arrivals: 10, waiting: 1, inFlight, ...about })

const wide = resizer({ max: 100 })

describe('resizer keeps the laws of every policy', () => {
  policyLaws('resizer', resizer, { demandDriven: true, maxRise: 2 }).forEach(({ title, check }) => it(title, () => check()))
})

describe('resizer, step by step', () => {
  it.each([
    ['all busy', tenLater(20), '24 tooFew'],
    ['more busy than wanted', tenLater(25), '24 tooFew'],
    ['one not busy', tenLater(19), '20 withinRange'],
    ['three tenths busy', tenLater(6), '20 withinRange'],
    ['fewer than three tenths busy', tenLater(5), '18 tooMany'],
    ['all at work and nothing waiting', tenLater(20, { waiting: 0 }), '18 tooMany'],
    ['all at work and a sender waiting', tenLater(20, { waiting: 0, oldestWaitMs: 1 }), '24 tooFew'],
    ['nine messages', tenLater(20, { arrivals: 9 }), '20 withinRange'],
    ['the most of the group reached', tenLater(20, { max: 22 }), '22 limited'],
    ['the fewest of the group reached', tenLater(0, { min: 19 }), '19 limited'],
    ['the most of the group below', tenLater(20, { max: 15, arrivals: 0 }), '15 limited'],
    ['an unknown number at work', brokenLoadOf(tenLater(20), { inFlight: Number.NaN }), '20 held'],
    ['an unknown wait', brokenLoadOf(tenLater(20), { oldestWaitMs: undefined }), '20 held'],
  ])('answers %s from 20', (_, load, answer) => {
    expect(answers(wide, [load], { size: 20, messages: 0 })).toEqual([answer])
  })

  it.each([
    [1, 2, 1], [4, 5, 3], [5, 6, 4], [6, 8, 5], [10, 12, 9], [11, 14, 9], [30, 36, 27], [50, 60, 45],
  ])('rounds up either way: from %d to %d or %d', (size, up, down) => {
    expect(asked(wide, [tenLater(size)], { size, messages: 0 })[0]?.wanted).toBe(up)
    expect(asked(wide, [tenLater(0)], { size, messages: 0 })[0]?.wanted).toBe(down)
  })

  it('counts messages over samples, and keeps what is over ten', () => {
    const loads = [4, 5, 3, 7, 1].map((arrivals) => tenLater(20, { arrivals }))
    expect(asked(wide, loads, { size: 20, messages: 0 }).map(({ wanted, state }) => [wanted, state.messages])).toEqual([[20, 4], [20, 9], [24, 2], [24, 9], [24, 0]])
  })

  it('begins with its fewest, 1 unless told, and goes to 10', () => {
    expect(answers(resizer(), [loadOf(), tenLater(10), tenLater(10), tenLater(10), tenLater(10), tenLater(10), tenLater(10), tenLater(10), tenLater(10)])).toEqual([
      '1 initial', '2 tooFew', '3 tooFew', '4 tooFew', '5 tooFew', '6 tooFew', '8 tooFew', '10 tooFew', '10 limited',
    ])
    expect(answers(resizer({ min: 3 }), [loadOf()])).toEqual(['3 initial'])
  })

  it('takes its rates as options', () => {
    const policy = resizer({ max: 100, rampUp: 0.5, backoff: 0.25, backoffBelow: 1, everyMessages: 1 })
    expect(answers(policy, [tenLater(20, { arrivals: 1 }), tenLater(29, { arrivals: 1 })], { size: 20, messages: 0 })).toEqual(['30 tooFew', '22 tooMany'])
  })

  it('has a name and need not be woken', () => {
    expect(resizer()).toMatchObject({ name: 'resizer', initial: { size: null, messages: 0 } })
    expectTypeOf(resizer()).toEqualTypeOf<ScalingPolicy<ResizerState>>()
  })
})

describe('resizer, over any load', () => {
  it('moves by its rates, rounded up, or not at all, and only with all or few busy', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 80 }), fc.nat({ max: 90 }), fc.nat({ max: 3 }), (size, inFlight, waiting) => {
      const [wanted = 0] = asked(wide, [tenLater(inFlight, { waiting })], { size, messages: 0 }).map((decision) => decision.wanted)
      const busy = waiting > 0 ? inFlight : 0
      const [more, fewer] = [Math.ceil((2 * size) / 10), Math.ceil(size / 10)]
      expect(wanted - size).toBe(busy >= size ? more : 10 * busy < 3 * size ? Math.max(-fewer, 1 - size) : 0)
    }))
  })
})

describe('resizer at the door', () => {
  it.each([
    [{ min: 0 }, 'resizer: min should be a whole number, 1 or more'],
    [{ min: 11 }, 'max should be at least min, which is 11, but is 10'],
    [{ rampUp: 1.1 }, 'rampUp'],
    [{ backoff: -0.1 }, 'backoff'],
    [{ backoffBelow: 2 }, 'backoffBelow'],
    [{ everyMessages: 0 }, 'everyMessages'],
  ])('refuses %j', (options, message) => {
    expect(() => resizer(options)).toThrow(OptionsError)
    expect(() => resizer(options)).toThrow(message)
  })
})
