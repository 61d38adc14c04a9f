import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import { shareOut } from '../../src/scaling/share-out.js'
import { sharedBudget } from '../../src/scaling/shared-budget.js'
import { policyLaws } from '../support/policy-laws.js'
import { loadOf } from './load-of.js'
import { asManyAsWait, checkLaws } from './small-policies.js'

describe('a member of a shared budget keeps the laws of every policy', () => {
  const laws = [
    ...policyLaws('member(demand)', () => sharedBudget({ total: 9 }).member(demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 })), { demandDriven: true, settlesAfter: 30 }),
    ...policyLaws('member(fixed)', () => sharedBudget({ total: 4 }).member(fixed(7)), { demandDriven: true, settlesAfter: 1 }),
  ]
  laws.forEach(({ title, check }) => it(title, () => check()))

  it('around any policy that keeps them, beside another that has its share', () => {
    checkLaws((policy) => policyLaws(policy.name, () => {
      const budget = sharedBudget({ total: 12 })
      const other = budget.member(fixed(5))
      other.step(other.initial, loadOf({ live: 5 }))
      return budget.member(policy)
    }))
  })
})

/** A group in the small: as many alive as were wanted, but none leaves before it is told to. */
const groupOf = (budget: ReturnType<typeof sharedBudget>, options: Parameters<typeof budget.member>[1] = {}, bounds: { readonly min?: number; readonly max?: number } = {}) => {
  const member = budget.member(asManyAsWait, options)
  const group = {
    member,
    live: 0,
    wanted: 0,
    /** Asks with so many waiting; workers above what is wanted stay until `leave`. */
    ask: (waiting: number): number => {
      const { wanted } = member.step(member.initial, loadOf({ min: 0, max: 100, ...bounds, live: group.live, waiting }))
      group.wanted = wanted
      group.live = Math.max(group.live, wanted)
      return wanted
    },
    leave: (): void => { group.live = Math.min(group.live, group.wanted) },
  }
  return group
}

const pair = (total: number, options: { readonly weight?: number } = {}) => {
  const budget = sharedBudget({ total })
  return { budget, a: groupOf(budget, { atLeast: 0, ...options }), b: groupOf(budget, { atLeast: 0 }) }
}

describe('sharedBudget', () => {
  it('lends what nobody else wants, and takes it back when its owner does', () => {
    const { a, b } = pair(10)
    expect([a.ask(20), b.ask(20)]).toEqual([10, 0])
    expect(a.ask(20)).toBe(5)
    expect(b.ask(20)).toBe(0)
    a.leave()
    a.ask(20)
    expect(b.ask(20)).toBe(5)
    expect(a.ask(20)).toBe(5)
  })

  it('gives a worker on only when the one who had it is seen without', () => {
    const { a, b } = pair(10)
    a.ask(20)
    b.ask(3)
    expect([a.ask(20), b.ask(3), a.live]).toEqual([7, 0, 10])
    a.leave()
    expect(b.ask(3)).toBe(0)
    a.ask(20)
    expect(b.ask(3)).toBe(3)
  })

  it('gives an idle worker on at once, since that leaves when it is told to', () => {
    const { a, b } = pair(10)
    a.ask(10)
    a.member.step(null, loadOf({ min: 0, max: 100, live: 10, waiting: 2, idleMs: [9, 9, 9, 9, 9] }))
    expect(b.ask(9)).toBe(5)
  })

  it('shares by weight', () => {
    const { a, b } = pair(12, { weight: 2 })
    for (let round = 0; round < 4; round += 1) {
      a.ask(50)
      b.ask(50)
      a.leave()
      b.leave()
    }
    expect([a.ask(50), b.ask(50)]).toEqual([8, 4])
  })

  it('lends nothing of what is reserved, by default one worker for each member', () => {
    const budget = sharedBudget({ total: 10 })
    const [a, b] = [groupOf(budget), groupOf(budget, { atLeast: 3 })]
    expect([a.ask(50), b.ask(1), b.ask(9)]).toEqual([7, 1, 3])
  })

  it('says that the budget holds it, and else why its policy answered so', () => {
    const { a } = pair(10)
    const said = (waiting: number): string => a.member.step(null, loadOf({ max: 100, waiting })).reason
    expect([said(4), said(40)]).toEqual(['withinRange', 'limited'])
  })

  it('gives the share of a member that leaves to the others', () => {
    const { budget, a, b } = pair(10)
    a.ask(20)
    a.member.leave()
    a.member.leave()
    expect([b.ask(20), budget.shares().length]).toEqual([10, 1])
  })

  it('lets a member that left and is asked again only have its fewest', () => {
    const { a, b } = pair(10)
    a.member.leave()
    expect([a.member.step(null, loadOf({ min: 2, waiting: 9 })), b.ask(20)]).toMatchObject([{ wanted: 2, reason: 'limited' }, 10])
  })

  it('tells who wants, has and holds how much', () => {
    const budget = sharedBudget({ total: 10 })
    const [a, b] = [groupOf(budget, { name: 'mail' }), groupOf(budget, { weight: 2, atLeast: 2 })]
    a.ask(20)
    b.ask(1)
    a.ask(6)
    expect(budget.shares()).toEqual([
      { name: 'mail', weight: 1, atLeast: 1, wants: 6, wanted: 6, holds: 8 },
      { name: 'asMany', weight: 2, atLeast: 2, wants: 1, wanted: 1, holds: 2 },
    ])
    expect(budget.total).toBe(10)
  })

  it('gives way to the fewest workers of a group', () => {
    const budget = sharedBudget({ total: 4 })
    const [a, b] = [groupOf(budget, {}, { min: 3 }), groupOf(budget)]
    expect([a.ask(0), b.ask(9), a.ask(9)]).toEqual([3, 1, 3])
  })

  it('never has more than the total alive over all, whoever is asked when and leaves when', () => {
    const plans = fc.record({
      total: fc.integer({ min: 4, max: 20 }),
      shares: fc.array(fc.record({ weight: fc.constantFrom(0.5, 1, 2), atLeast: fc.integer({ min: 0, max: 1 }) }), { minLength: 1, maxLength: 4 }),
      turns: fc.array(fc.tuple(fc.nat(3), fc.integer({ min: -1, max: 30 })), { maxLength: 80 }),
    })
    fc.assert(fc.property(plans, ({ total, shares, turns }) => {
      const budget = sharedBudget({ total })
      const groups = shares.map((share) => groupOf(budget, share, { min: share.atLeast }))
      turns.forEach(([who, waiting]) => {
        const group = groups[who % groups.length]
        if (waiting < 0) group?.leave()
        else group?.ask(waiting)
        expect(groups.reduce((all, { live }) => all + live, 0)).toBeLessThanOrEqual(total)
        expect(budget.shares().reduce((all, { holds }) => all + holds, 0)).toBeLessThanOrEqual(total)
      })
    }), { numRuns: 500 })
  })

  it('comes to the fair shares, whatever came before, when all are asked again', () => {
    const wishes = fc.array(fc.record({ before: fc.nat(30), wants: fc.nat(30), weight: fc.constantFrom(1, 2, 3) }), { minLength: 1, maxLength: 5 })
    fc.assert(fc.property(fc.integer({ min: 5, max: 40 }), wishes, (total, given) => {
      const budget = sharedBudget({ total })
      const groups = given.map(({ weight, before, wants }) => ({ group: groupOf(budget, { weight }), before, wants, weight }))
      groups.forEach(({ group, before }) => group.ask(before))
      for (let round = 0; round < 4; round += 1) groups.forEach(({ group, wants }) => { group.ask(wants); group.leave() })
      const unlent = groups.filter(({ wants }) => wants === 0).length
      expect(groups.map(({ group }) => group.wanted)).toEqual(shareOut(total - unlent, groups.map(({ wants, weight }) => ({ wants, weight, atLeast: 1 }))))
    }))
  })

  it('is asked again when a worker has been idle for a second, and after the last work, so that what is lent comes back', () => {
    expect(sharedBudget({ total: 5 }).member(demand())).toMatchObject({ name: 'member(demand)', wake: { waitedMs: 500, idledMs: 1_000, afterWork: true } })
    expect(sharedBudget({ total: 5, takeBackMs: 20 }).member(demand({ maxIdleMs: 10 })).wake).toEqual({ waitedMs: 500, idledMs: 10, afterWork: true })
    expect(sharedBudget({ total: 5, takeBackMs: 20 }).member(fixed(1)).wake).toEqual({ idledMs: 20, afterWork: true })
  })

  it('refuses what is no total, no policy, no share, and more reserved than there is', () => {
    expect(() => Reflect.apply(sharedBudget, undefined, [])).toThrow(OptionsError)
    expect(() => sharedBudget({ total: 0 })).toThrow(/^sharedBudget: total should be/)
    expect(() => sharedBudget({ total: 5, takeBackMs: 0 })).toThrow(/takeBackMs should be/)
    const budget = sharedBudget({ total: 3 })
    expect(() => Reflect.apply(budget.member, budget, [3, { weight: 0, atLeast: -1, name: '' }])).toThrow(
      /^sharedBudget\.member: policy should be a scaling policy.*weight should be.*atLeast should be.*name should be/)
    budget.member(fixed(1), { atLeast: 2 })
    expect(() => budget.member(fixed(1), { atLeast: 2 })).toThrow('sharedBudget.member: atLeast should be at most 1, which is not reserved yet, but is 2')
    const last = budget.member(fixed(1))
    expect(() => budget.member(fixed(1))).toThrow(/atLeast should be at most 0/)
    last.leave()
    expect(() => budget.member(fixed(1))).not.toThrow()
  })
})
