import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { type CreditPlan, planCredit, type Share } from '../../../src/bus/rabbitmq/credit-plan.js'

const shares = (...sizes: readonly number[]): readonly Share[] => sizes.map((size, index) => ({ tag: `${index}`, size }))
const after = (all: readonly Share[], { cancel, add }: CreditPlan): readonly Share[] => [
  ...all.filter(({ tag }) => !cancel.includes(tag)),
  ...(add > 0 ? [{ tag: 'new', size: add }] : []),
]
const sum = (all: readonly Share[]): number => all.reduce((total, { size }) => total + size, 0)

describe('planCredit', () => {
  it('asks for what a rising limit adds, and for nothing when nothing changed', () => {
    expect(planCredit(5, shares(3), 0)).toEqual({ cancel: [], add: 2 })
    expect(planCredit(5, shares(3, 2), 0)).toEqual({ cancel: [], add: 0 })
  })

  it('cancels what is enough when the limit falls, and everything for 0', () => {
    expect(planCredit(4, shares(3, 2), 0).cancel).toEqual(['1'])
    expect(planCredit(1, shares(3, 2), 0).cancel).toHaveLength(2)
    expect(planCredit(0, shares(3, 2), 0).cancel).toHaveLength(2)
  })

  it('counts what cancelled ones still hold, and asks for it in eighths of the limit', () => {
    expect(planCredit(16, shares(8), 8).add).toBe(0)
    expect(planCredit(16, shares(8), 7).add).toBe(0)
    expect(planCredit(16, shares(8), 6).add).toBe(2)
    expect(planCredit(16, shares(15), 0).add).toBe(1)
  })

  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 20 }).map((all) => shares(...all))

  test.prop([fc.nat({ max: 1_000 }), sizes, fc.nat({ max: 300 })])('never lets more come than the limit, and ends', (limit, given, draining) => {
    let now = given
    let rounds = 0
    // Nothing that was cancelled holds anything, so each round's plan is followed by the next at once.
    for (let plan = planCredit(limit, now, draining); plan.cancel.length > 0 || plan.add > 0; plan = planCredit(limit, now, draining)) {
      now = after(now, plan).map((share, index) => ({ ...share, tag: `${index}` }))
      rounds += 1
      expect(rounds).toBeLessThan(10)
    }
    expect(sum(now)).toBeLessThanOrEqual(Math.max(0, limit - draining))
    if (draining === 0) expect(sum(now)).toBe(limit)
  })
})
