import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { fixed } from '../../src/scaling/fixed.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { policyLaws } from '../../src/testing/policy-laws.js'
import { loadOf } from './load-of.js'

describe('fixed keeps the laws of every policy', () => {
  policyLaws('fixed(4)', () => fixed(4), { demandDriven: true, maxRise: 0, settlesAfter: 0 }).forEach(({ title, check }) => it(title, () => check()))
})

describe('fixed', () => {
  it('wants its number, and says that all is as it should be', () => {
    expect(fixed(4).step(null, loadOf({ waiting: 1_000, oldestWaitMs: 9_000 }))).toEqual({ state: null, wanted: 4, reason: 'withinRange' })
  })

  it.each([
    [{ min: 1, max: 3 }, 3],
    [{ min: 6, max: 9 }, 6],
  ])('yields to the bounds %j and says so', (bounds, wanted) => {
    expect(fixed(4).step(null, loadOf(bounds))).toEqual({ state: null, wanted, reason: 'limited' })
  })

  it('has a name, a state that is nothing, and need not be woken', () => {
    expect(fixed(0)).toMatchObject({ name: 'fixed', initial: null })
    expect(fixed(0).wake).toBeUndefined()
    expectTypeOf(fixed(1)).toEqualTypeOf<ScalingPolicy<null>>()
  })

  it.each([-1, 1.5, Number.NaN, Infinity])('refuses %d workers', (workers) => {
    expect(() => fixed(workers)).toThrow(OptionsError)
    expect(() => fixed(workers)).toThrow('fixed: workers should be a whole number, 0 or more')
  })

  it('refuses to be given no number at all', () => {
    expect(() => Reflect.apply(fixed, undefined, [])).toThrow('fixed: workers should be a whole number, 0 or more, but is missing')
  })
})
