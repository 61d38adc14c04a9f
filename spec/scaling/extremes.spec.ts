import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import { largest, semigroupLargest } from '../../src/scaling/largest.js'
import { semigroupSmallest, smallest } from '../../src/scaling/smallest.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { brokenLoads, loads, policyLaws } from '../support/policy-laws.js'
import { loadOf } from './load-of.js'
import { answersOf, asManyAsWait, checkLaws, policies, wantedOf } from './small-policies.js'

const quick = (): ReturnType<typeof demand> => demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 })

describe.each([['largest', largest], ['smallest', smallest]])('%s keeps the laws of every policy', (name, combine) => {
  const laws = [
    ...policyLaws(`${name}(demand, fixed)`, () => combine(quick(), fixed(4)), { demandDriven: true, settlesAfter: 30 }),
    ...policyLaws(`${name}(fixed)`, () => combine(fixed(7)), { demandDriven: true, settlesAfter: 1 }),
  ]
  laws.forEach(({ title, check }) => it(title, () => check()))

  it('with any policy that keeps them', () => {
    checkLaws((policy) => policyLaws(policy.name, () => combine(policy, quick(), fixed(4))))
  })
})

describe.each([
  ['largest', largest, semigroupLargest, Math.max],
  ['smallest', smallest, semigroupSmallest, Math.min],
])('%s', (name, combine, semigroup, pick) => {
  const pasts = fc.array(fc.oneof(loads, brokenLoads), { minLength: 1, maxLength: 12 })
  /** What is wanted and why, without the states, whose shape follows the brackets. */
  const said = (policy: ScalingPolicy, past: Parameters<typeof answersOf>[1]): readonly unknown[] => answersOf(policy, past).map(({ wanted, reason }) => ({ wanted, reason }))

  it('wants, at every sample, exactly that of what its policies want each on its own', () => {
    fc.assert(fc.property(fc.array(policies, { minLength: 1, maxLength: 4 }), pasts, ([first = fixed(1), ...others], past) => {
      const each = [first, ...others].map((policy) => wantedOf(combine(policy), past))
      expect(wantedOf(combine(first, ...others), past)).toEqual(past.map((_, at) => pick(...each.map((wanted) => wanted[at] ?? Number.NaN))))
    }))
  })

  it('keeps the reason of the policy whose answer it is, of equal ones the first', () => {
    const mine: ScalingPolicy<null> = { name: 'mine', initial: null, step: (state, { inFlight }) => ({ state, wanted: inFlight, reason: 'exploring' }) }
    const both = combine(asManyAsWait, mine)
    const reasons = [[2, 5], [5, 2], [3, 3]].map(([waiting, inFlight]) => both.step(both.initial, loadOf({ waiting: waiting ?? 0, inFlight: inFlight ?? 0 })).reason)
    expect(reasons).toEqual(name === 'largest' ? ['exploring', 'withinRange', 'withinRange'] : ['withinRange', 'exploring', 'withinRange'])
  })

  it('says the same however it is bracketed', () => {
    fc.assert(fc.property(policies, policies, policies, pasts, (a, b, c, past) => {
      expect(said(semigroup.concat(semigroup.concat(a, b), c), past)).toEqual(said(semigroup.concat(a, semigroup.concat(b, c)), past))
      expect(said(semigroup.concat(semigroup.concat(a, b), c), past)).toEqual(said(combine(a, b, c), past))
    }))
  })

  it('is woken at the soonest moment that one of its policies asks for', () => {
    expect(combine(demand({ deliveryWaitMs: 300, maxIdleMs: 70 }), demand({ deliveryWaitMs: 200, maxIdleMs: 90 }), fixed(1)).wake).toEqual({ waitedMs: 200, idledMs: 70 })
    expect(combine(fixed(1), fixed(2)).wake).toBeUndefined()
  })

  it('is named after its policies', () => {
    expect(combine(demand(), fixed(3)).name).toBe(`${name}(demand, fixed)`)
  })

  it('refuses nothing, and what is no policy', () => {
    expect(() => Reflect.apply(combine, undefined, [])).toThrow(OptionsError)
    expect(() => Reflect.apply(combine, undefined, [fixed(1), 3])).toThrow(`${name}: policies should be one scaling policy or more`)
  })
})
