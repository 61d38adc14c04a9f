import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { bounded } from '../../src/scaling/bounded.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import { loads, policyLaws } from '../support/policy-laws.js'
import { brokenLoadOf, loadOf } from './load-of.js'
import { answersOf, asManyAsWait, checkLaws, policies, wantedOf } from './small-policies.js'

describe('bounded keeps the laws of every policy', () => {
  const laws = [
    ...policyLaws('bounded(demand)', () => bounded(demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 }), { min: 2, max: 9 }), { demandDriven: true, settlesAfter: 30 }),
    ...policyLaws('bounded(fixed)', () => bounded(fixed(7), { max: 5 }), { demandDriven: true, settlesAfter: 1 }),
  ]
  laws.forEach(({ title, check }) => it(title, () => check()))

  it('around any policy that keeps them', () => {
    checkLaws((policy) => policyLaws(policy.name, () => bounded(policy, { min: 2, max: 9 })))
  })
})

describe('bounded', () => {
  it('pulls what its policy wants into its own bounds, and says so', () => {
    const policy = bounded(asManyAsWait, { min: 2, max: 4 })
    expect([1, 3, 9].map((waiting) => policy.step(null, loadOf({ waiting })))).toMatchObject([
      { wanted: 2, reason: 'limited' },
      { wanted: 3, reason: 'withinRange' },
      { wanted: 4, reason: 'limited' },
    ])
  })

  it('stays within the bounds of the group where they are narrower or elsewhere', () => {
    const policy = bounded(asManyAsWait, { min: 2, max: 4 })
    const wanted = (waiting: number, min: number, max: number): number => policy.step(null, loadOf({ waiting, min, max })).wanted
    expect([wanted(9, 0, 3), wanted(0, 3, 9), wanted(9, 6, 9), wanted(0, 6, 9), wanted(9, 0, 1)]).toEqual([3, 3, 6, 6, 1])
  })

  it('binds also where a bound of the sample is missing', () => {
    const policy = bounded(asManyAsWait, { min: 2, max: 4 })
    expect(policy.step(null, brokenLoadOf({ waiting: 9 }, { max: undefined })).wanted).toBe(4)
    expect(policy.step(null, brokenLoadOf({ waiting: 1 }, { min: Number.NaN })).wanted).toBe(2)
    expect(bounded(asManyAsWait, { min: 2 }).step(null, brokenLoadOf({ waiting: 70 }, { max: undefined })).wanted).toBe(70)
  })

  it('tells its policy the bounds, so that one that builds on its last answer does not go on beyond them', () => {
    const policy = bounded(demand({ deliveryWaitMs: 10, maxIdleMs: 10 }), { max: 3 })
    const busy = [0, 10, 20, 30, 40, 50].map((nowMs) => loadOf({ nowMs, waiting: 50, oldestWaitMs: 10, live: 1 + nowMs / 10 }))
    expect(wantedOf(policy, [...busy, loadOf({ nowMs: 60, live: 3, idleMs: [10] })])).toEqual([2, 3, 3, 3, 3, 3, 2])
  })

  it('without bounds changes nothing', () => {
    fc.assert(fc.property(policies, fc.array(loads, { minLength: 1, maxLength: 20 }), (policy, past) => {
      const wanted = wantedOf(policy, past).map((count, at) => Math.max(past[at]?.min ?? 0, Math.min(past[at]?.max ?? 0, count)))
      expect(wantedOf(bounded(policy, {}), past)).toEqual(wanted)
    }))
  })

  it('never wants what lies outside its bounds, where the group allows those', () => {
    fc.assert(fc.property(policies, fc.nat(6), fc.nat(6), fc.array(loads, { minLength: 1, maxLength: 20 }), (policy, min, room, past) => {
      const free = past.map((load) => ({ ...load, min: 0, max: 100 }))
      expect(answersOf(bounded(policy, { min, max: min + room }), free).every(({ wanted }) => wanted >= min && wanted <= min + room)).toBe(true)
    }))
  })

  it('is named after what it bounds, starts as that does, and is woken when that is', () => {
    const policy = demand()
    expect(bounded(policy, { max: 3 })).toMatchObject({ name: 'bounded(demand)', initial: policy.initial, wake: policy.wake })
  })

  it('refuses what is no policy and no bounds, all at once', () => {
    expect(() => Reflect.apply(bounded, undefined, [{}, { min: -1, max: 2.5 }])).toThrow(OptionsError)
    expect(() => Reflect.apply(bounded, undefined, [{}, { min: -1, max: 2.5 }])).toThrow(/^bounded: policy should be a scaling policy.*min should be.*max should be/)
    expect(() => bounded(fixed(1), { min: 3, max: 2 })).toThrow('bounded: min should be at most max, which is 2, but is 3')
    expect(() => Reflect.apply(bounded, undefined, [fixed(1)])).toThrow(OptionsError)
    expect(() => Reflect.apply(bounded, undefined, [fixed(1), { most: 3 }])).toThrow(/most should be/)
  })
})
