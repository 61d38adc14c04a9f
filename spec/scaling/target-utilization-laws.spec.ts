import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { type TargetUtilizationOptions, targetUtilization } from '../../src/scaling/target-utilization.js'
import { policyLaws } from '../support/policy-laws.js'
import { loadOf } from './load-of.js'

const ONCE: TargetUtilizationOptions = { scaleUp: { policies: [{ percent: 10_000, periodMs: 1 }, { workers: 10_000, periodMs: 1 }] }, scaleDown: { stabilizationWindowMs: 0 } }
const SLOW: TargetUtilizationOptions = {
  target: 0.5,
  tolerance: 0.05,
  starting: 'missing',
  scaleUp: { stabilizationWindowMs: 20_000, policies: [{ workers: 1, periodMs: 30_000 }] },
  scaleDown: { stabilizationWindowMs: 90_000, policies: [{ workers: 2, periodMs: 60_000 }, { percent: 20, periodMs: 90_000 }], selectPolicy: 'min' },
}

describe.each([['by default', {}], ['at once', ONCE], ['slowly', SLOW]])('targetUtilization keeps the laws of every policy, %s', (_, options) => {
  policyLaws('targetUtilization', () => targetUtilization(options), { demandDriven: true }).forEach(({ title, check }) => it(title, () => check()))
})

describe('targetUtilization in a group', () => {
  const works = fc.integer({ min: 0, max: 900 }).map((tenths) => tenths / 10)

  /** Samples of a group with so much work: as many are busy as there is work for, and all wanted are alive at the next. */
  const run = (options: TargetUtilizationOptions, live: number, work: readonly number[], everyMs: number): readonly number[] => {
    const policy = targetUtilization(options)
    let [state, alive] = [policy.initial, live]
    return work.map((busy, turn) => {
      const busyMs = Math.min(busy, alive) * everyMs
      const sample: LoadSample = loadOf({ nowMs: turn * everyMs, windowMs: everyMs, live: alive, busyMs, min: 1, max: 200 })
      const decision = policy.step(state, sample)
      state = decision.state
      alive = decision.wanted
      return decision.wanted
    })
  }

  it('comes to the number at which each is busy for its share, and stays there', () => {
    fc.assert(fc.property(works, fc.integer({ min: 1, max: 200 }), (work, live) => {
      const answers = run({}, live, Array.from({ length: 120 }, () => work), 15_000)
      const settled = answers.at(-1) ?? 0
      expect(new Set(answers.slice(-60)).size).toBe(1)
      expect(settled === 1 || Math.abs(work / (settled * 0.75) - 1) <= 0.1 + 1e-9 || settled === Math.ceil(work / 0.75 - 1e-9)).toBe(true)
    }))
  })

  it('does not shrink for a lull shorter than its window', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 19 }), (lull) => {
      const work = [...Array.from({ length: 30 }, () => 30), ...Array.from({ length: lull }, () => 0), ...Array.from({ length: 5 }, () => 30)]
      const answers = run({}, 40, work, 15_000)
      expect(new Set(answers)).toEqual(new Set([40]))
    }))
  })

  it('adds no more than 4 or as many again in any 15 s', () => {
    fc.assert(fc.property(fc.array(works, { minLength: 20, maxLength: 80 }), fc.constantFrom(500, 1_000, 4_000, 15_000), (work, everyMs) => {
      const answers = [10, ...run({}, 10, work, everyMs)]
      const turns = 15_000 / everyMs
      answers.forEach((wanted, turn) => {
        const start = answers[Math.max(0, Math.ceil(turn - turns))] ?? 0
        expect(wanted).toBeLessThanOrEqual(Math.max(start + 4, start * 2, ...answers.slice(Math.max(0, Math.ceil(turn - turns)), turn)))
      })
    }))
  })

  it('keeps a state of bounded size, however often it is asked', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 4_000, maxLength: 4_000 }), (work) => {
      const policy = targetUtilization({ scaleUp: { stabilizationWindowMs: 60_000 }, scaleDown: { stabilizationWindowMs: 300_000 } })
      let state = policy.initial
      work.forEach((busy, turn) => (state = policy.step(state, loadOf({ nowMs: turn, live: 20, busyMs: busy * 1_000, max: 20 })).state))
      expect(state.recommendations.lowest.length + state.recommendations.highest.length).toBeLessThanOrEqual(56)
      expect(state.changes.length).toBeLessThanOrEqual(101)
    }), { numRuns: 5 })
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 4_000, maxLength: 4_000 }), (work) => {
      const policy = targetUtilization(ONCE)
      let state = policy.initial
      work.forEach((busy, turn) => (state = policy.step(state, loadOf({ nowMs: turn / 8, live: 20, busyMs: busy * 1_000, max: 20 })).state))
      expect(JSON.stringify(state).length).toBeLessThan(10_000)
    }), { numRuns: 5 })
  })
})
