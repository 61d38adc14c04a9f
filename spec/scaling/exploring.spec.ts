import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { OptionsError } from '../../src/core/options-error.js'
import { type ExploringState, exploring } from '../../src/scaling/exploring.js'
import type { ScalingDecision, ScalingPolicy } from '../../src/scaling/policy.js'
import { policyLaws } from '../support/policy-laws.js'
import { brokenLoadOf, loadOf } from './load-of.js'
import { NONSENSE, answers, decided } from './measured-windows.js'

describe('exploring keeps the laws of every policy', () => {
  // It explores for ever, by design, so it does not rest; without exploration it does, until under-use has lasted long enough.
  policyLaws('exploring', () => exploring(), { settlesAfter: Infinity }).forEach(({ title, check }) => it(title, () => check()))
  policyLaws('exploring that never explores', () => exploring({ chanceOfExploration: 0 }), { settlesAfter: 80 }).forEach(({ title, check }) =>
    it(title, () => check()))
})

/** A pool that has what it is told, all busy, each item taking as long as the number of workers says. */
const pool = (policy: ScalingPolicy<ExploringState>, msFor: (workers: number) => number, steps: number, start = 10): readonly ScalingDecision<ExploringState>[] => {
  let [state, live] = [policy.initial, start]
  return Array.from({ length: steps }, (_, at) => {
    const completions = Math.round(5_000 / msFor(live))
    const decision = policy.step(state, loadOf({ nowMs: (at + 1) * 5_000, live, inFlight: live, completions, max: 100 }))
    state = decision.state
    live = decision.wanted
    return decision
  })
}

const full = (about: Partial<LoadSample>): Partial<LoadSample> => ({ live: 10, inFlight: 10, max: 100, ...about })

const state = (about: Partial<ExploringState> = {}): ExploringState =>
  ({ limit: 10, nowMs: 0, checkedAtMs: 0, completed: 0, underUse: null, log: [{ workers: 10, ms: 5 }], seed: 1, ...about })

const step = (options: Parameters<typeof exploring>[0], from: Partial<ExploringState>, about: Partial<LoadSample>): ScalingDecision<ExploringState> =>
  exploring(options).step(state(from), loadOf(full({ nowMs: 5_000, ...about })))

describe('exploring, step by step', () => {
  it('begins with the workers that it finds, and says that this is as it should be', () => {
    expect(answers(exploring(), full({ live: 7 }), full({ live: 7, nowMs: 1 }))).toEqual(['7 withinRange', '7 withinRange'])
    expect(answers(exploring(), full({ live: 70 }))).toEqual(['30 withinRange'])
  })

  it('acts when the interval has passed, and not a moment before', () => {
    expect(step({}, {}, { nowMs: 4_999 }).state).toMatchObject({ checkedAtMs: 0 })
    expect(step({}, {}, { nowMs: 5_000 }).state).toMatchObject({ checkedAtMs: 5_000 })
    expect(step({ actionIntervalMs: 2 }, {}, { nowMs: 2 }).state).toMatchObject({ checkedAtMs: 2 })
  })

  it('adds up what completes until then', () => {
    const [first, second, third] = decided(exploring(), [full({ nowMs: 0, completions: 9 }), full({ nowMs: 2_500, completions: 30 }), full({ nowMs: 5_000, completions: 20 })])
    expect([first?.state, second?.state, third?.state]).toMatchObject([{ completed: 0, log: [] }, { completed: 30 }, { completed: 0, log: [{ workers: 10, ms: 100 }] }])
  })

  it('measures only a number of workers that is there as wanted', () => {
    expect(step({}, { log: [] }, { completions: 50, live: 9, inFlight: 9 }).state.log).toEqual([])
    expect(step({}, { log: [] }, { completions: 50, inFlight: 11 }).state.log).toEqual([{ workers: 10, ms: 100 }])
    expect(step({}, { log: [] }, { completions: 50, inFlight: 9 }).state.log).toEqual([])
  })

  it('takes none alive as not all busy', () => {
    expect(step({}, {}, { live: 0, inFlight: 0 })).toMatchObject({ wanted: 10, state: { underUse: { sinceMs: 5_000, highest: 0 } } })
  })

  it('moves half way to the fastest, rounded away, and says which way', () => {
    const from = (workers: number): string => {
      const { wanted, reason } = step({ chanceOfExploration: 0 }, { log: [{ workers, ms: 1 }] }, {})
      return `${wanted} ${reason}`
    }
    expect([10, 11, 12, 13, 9, 8, 7].map(from)).toEqual(['10 withinRange', '11 tooFew', '11 tooFew', '12 tooFew', '9 tooMany', '9 tooMany', '8 tooMany'])
  })

  it('explores as often as chance says, down as often as the other chance', () => {
    const explored = (options: Parameters<typeof exploring>[0]): readonly number[] =>
      Array.from({ length: 2_000 }, (_, seed) => step(options, { seed: seed * 7_919 }, {})).flatMap(({ wanted, reason }) => (reason === 'exploring' ? [wanted - 10] : []))
    const some = explored({ exploreStepSize: 0.5 })
    // Five standard deviations of a count of 2,000 with chance 0.4 are 110, of 800 with chance 0.2 are 57.
    expect(Math.abs(some.length - 800)).toBeLessThan(110)
    expect(Math.abs(some.filter((by) => by < 0).length - some.length / 5)).toBeLessThan(57)
    expect([...new Set(some)].toSorted((a, b) => a - b)).toEqual([-4, -3, -2, -1, 1, 2, 3, 4])
    expect(explored({ chanceOfExploration: 1, chanceOfRampingDownWhenFull: 0, exploreStepSize: 0 })).toEqual(Array.from({ length: 2_000 }, () => 1))
    expect(new Set(explored({ chanceOfExploration: 1, chanceOfRampingDownWhenFull: 1 }))).toEqual(new Set([-1]))
    expect(explored({ chanceOfExploration: 0 })).toEqual([])
  })

  it('explores by less than its step, rounded up', () => {
    const some = Array.from({ length: 200 }, (_, seed) => step({ chanceOfExploration: 1, chanceOfRampingDownWhenFull: 0, exploreStepSize: 0.25 }, { seed }, {}).wanted)
    expect(new Set(some)).toEqual(new Set([11, 12]))
  })

  it('compares half of the range on each side, rounded down', () => {
    const log = [1, 2, 3, 4, 5].map((ms) => ({ workers: ms, ms }))
    const to = (optimizationRange: number): number => step({ chanceOfExploration: 0, optimizationRange }, { limit: 6, log }, { live: 6, inFlight: 6 }).wanted
    expect([2, 3, 4, 5, 6, 10].map(to)).toEqual([5, 5, 5, 5, 4, 3])
  })

  it('draws anew each time', () => {
    expect(step({}, {}, {}).state.seed).not.toBe(1)
    expect(step({}, { log: [] }, {}).state.seed).toBe(1)
    expect(step({ chanceOfExploration: 1 }, {}, {}).state.seed).not.toBe(step({ chanceOfExploration: 0 }, {}, {}).state.seed)
  })

  it('does not call it exploring when a bound keeps it where it is', () => {
    expect(step({ chanceOfExploration: 1, chanceOfRampingDownWhenFull: 0, upperBound: 10 }, {}, {})).toMatchObject({ wanted: 10, reason: 'limited' })
    expect(step({ chanceOfExploration: 1, chanceOfRampingDownWhenFull: 0 }, {}, { max: 10 })).toMatchObject({ wanted: 10, reason: 'limited' })
    expect(step({ chanceOfExploration: 1, chanceOfRampingDownWhenFull: 1, lowerBound: 10 }, {}, {})).toMatchObject({ wanted: 10, reason: 'limited' })
  })

  it('shrinks once it was under-used for so long, and only down', () => {
    const underUsed = (sinceMs: number, highest: number): ScalingDecision<ExploringState> =>
      step({ downsizeAfterUnderutilizedForMs: 1_000 }, { underUse: { sinceMs, highest } }, { inFlight: 1 })
    expect(underUsed(4_000, 9)).toMatchObject({ wanted: 7, reason: 'tooMany' })
    expect(underUsed(4_001, 9)).toMatchObject({ wanted: 10, reason: 'withinRange' })
    expect(underUsed(0, 14)).toMatchObject({ wanted: 10, reason: 'withinRange' })
    expect(underUsed(0, 13)).toMatchObject({ wanted: 10, reason: 'withinRange' })
    expect(underUsed(0, 0)).toMatchObject({ wanted: 1, reason: 'limited' })
  })

  it('shrinks after 72 hours by default, and by a fifth', () => {
    const threeDays = 72 * 3_600_000
    expect(step({}, { underUse: { sinceMs: 0, highest: 10 } }, { nowMs: threeDays, inFlight: 1 }).wanted).toBe(8)
    expect(step({}, { underUse: { sinceMs: 0, highest: 10 } }, { nowMs: threeDays - 1, inFlight: 1 }).wanted).toBe(10)
  })

  it('shrinks below the use that it saw, and goes back to what was fastest when that is too few', () => {
    const under = (downsizeAfterUnderutilizedForMs: number): readonly number[] => {
      const policy = exploring({ chanceOfExploration: 0, downsizeAfterUnderutilizedForMs })
      let before: ExploringState = state({ limit: 4, log: [{ workers: 5, ms: 48 }] })
      let live = 4
      return Array.from({ length: 9 }, (_, at) => {
        const decision = policy.step(before, loadOf({ nowMs: (at + 1) * 60_000, live, inFlight: Math.min(3, live) }))
        before = decision.state
        live = decision.wanted
        return live
      })
    }
    expect(under(1_000)).toEqual([4, 2, 4, 4, 2, 4, 4, 2, 4])
    expect(under(3_600_000)).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 4])
  })

  it('does nothing while not all are busy', () => {
    expect(step({ chanceOfExploration: 1 }, {}, { inFlight: 9 })).toMatchObject({ wanted: 10, reason: 'withinRange', state: { seed: 1 } })
    expect(step({ chanceOfExploration: 1 }, { log: [] }, {})).toMatchObject({ wanted: 10, reason: 'withinRange' })
  })
})

describe('exploring, for want of samples', () => {
  const broken = ['nowMs', 'live', 'inFlight', 'completions', 'min', 'max'].flatMap((field) => NONSENSE.map((value) => [field, value] as const))

  it.each(broken)('holds when %s is %s, and does not measure over it', (field, value) => {
    const held = exploring().step(state(), brokenLoadOf(full({ nowMs: 5_000, completions: 50 }), { [field]: value }))
    expect(held).toMatchObject({ wanted: 10, reason: 'held', state: { completed: null, checkedAtMs: 0 } })
    const [next, later] = decided(exploring({ chanceOfExploration: 0 }), [full({ nowMs: 5_000, completions: 50 }), full({ nowMs: 10_000, completions: 50 })], held.state)
    expect(next?.state).toMatchObject({ log: [{ workers: 10, ms: 5 }], completed: 0 })
    expect(later?.state.log).toEqual([{ workers: 10, ms: 52.5 }])
  })

  it('takes bounds that leave one number', () => {
    expect(step({}, {}, { min: 10, max: 10 }).state.checkedAtMs).toBe(5_000)
  })

  it('holds when the bounds contradict each other, and says so before the first sample', () => {
    expect(exploring().step(state(), loadOf(full({ min: 12, max: 11 })))).toMatchObject({ wanted: 12, reason: 'held' })
    expect(exploring().step(exploring().initial, brokenLoadOf({ min: 3 }, { live: undefined }))).toMatchObject({ wanted: 3, reason: 'initial' })
  })

  it('goes on counting between a sample that is missing and the next change', () => {
    const [, , due] = decided(exploring(), [full({ nowMs: 1 }), full({ nowMs: 2, completions: 5 }), full({ nowMs: 5_000 })], state({ completed: null }))
    expect(due?.state.log).toEqual([{ workers: 10, ms: 5 }])
  })
})

describe('exploring has the properties of its rule', () => {
  it('walks to the fastest number of workers and stays near it', () => {
    fc.assert(fc.property(fc.integer({ min: 3, max: 28 }), fc.integer({ min: 0, max: 1_000 }), (best, seed) => {
      const all = pool(exploring({ seed }), (workers) => 10 + Math.abs(workers - best) * 5, 2_000)
      const late = all.slice(1_000).map(({ wanted }) => wanted)
      expect(late.filter((wanted) => Math.abs(wanted - best) <= 2).length).toBeGreaterThan(800)
    }), { numRuns: 20 })
  })

  it('never overshoots the fastest, and goes there when it does not explore', () => {
    const logs = fc.uniqueArray(fc.record({ workers: fc.integer({ min: 1, max: 30 }), ms: fc.integer({ min: 1, max: 100 }) }), { selector: ({ workers }) => workers, minLength: 1, maxLength: 8 })
    fc.assert(fc.property(logs, fc.integer({ min: 1, max: 30 }), (unordered, limit) => {
      const log = unordered.toSorted((a, b) => a.workers - b.workers)
      const fastest = log.toSorted((a, b) => a.ms - b.ms)[0]?.workers ?? limit
      const { wanted } = step({ chanceOfExploration: 0, optimizationRange: 60 }, { limit, log }, { live: limit, inFlight: limit })
      expect(Math.sign(wanted - limit)).toBe(Math.sign(fastest - limit))
      expect(Math.abs(wanted - limit)).toBe(Math.ceil(Math.abs(fastest - limit) / 2))
    }))
  })

  it('remembers no more than a speed for each number of workers', () => {
    const last = pool(exploring({ chanceOfExploration: 1, chanceOfRampingDownWhenFull: 0.5, exploreStepSize: 1 }), () => 10, 3_000).at(-1)
    expect(last?.state.log.length).toBeGreaterThan(20)
    expect(last?.state.log.length).toBeLessThanOrEqual(30)
  })
})

describe('exploring, given options', () => {
  it('has a name and need not be woken', () => {
    expect(exploring({ seed: 7 })).toMatchObject({ name: 'exploring', initial: { limit: null, seed: 7, log: [] } })
    expect(exploring()).toMatchObject({ initial: { seed: 1, completed: 0, checkedAtMs: null, underUse: null, nowMs: 0 } })
    expect(exploring().wake).toBeUndefined()
    expectTypeOf(exploring()).toEqualTypeOf<ScalingPolicy<ExploringState>>()
  })

  it('takes the ends of its ranges', () => {
    expect(() => exploring({ lowerBound: 1, upperBound: 1, actionIntervalMs: 1, chanceOfExploration: 0, chanceOfRampingDownWhenFull: 0, exploreStepSize: 0 })).not.toThrow()
    expect(() => exploring({ chanceOfExploration: 1, chanceOfRampingDownWhenFull: 1, optimizationRange: 2, downsizeRatio: 0, weightOfLatestMetric: 1 })).not.toThrow()
    expect(() => exploring({ downsizeAfterUnderutilizedForMs: 1, weightOfLatestMetric: 0, seed: 2 ** 32 - 1 })).not.toThrow()
  })

  it.each([
    [{ lowerBound: 0 }, 'lowerBound should be a whole number, 1 or more'],
    [{ upperBound: 0 }, 'upperBound'],
    [{ lowerBound: 31 }, 'lowerBound should be at most upperBound, 30, but is 31'],
    [{ actionIntervalMs: 0 }, 'actionIntervalMs should be milliseconds from 1'],
    [{ chanceOfExploration: 1.1 }, 'chanceOfExploration should be a chance from 0 to 1'],
    [{ chanceOfRampingDownWhenFull: -0.1 }, 'chanceOfRampingDownWhenFull should be a chance from 0 to 1'],
    [{ exploreStepSize: -0.1 }, 'exploreStepSize should be a number, 0 or more'],
    [{ optimizationRange: 1 }, 'optimizationRange should be a whole number, 2 or more'],
    [{ downsizeRatio: Number.NaN }, 'downsizeRatio should be a number, 0 or more'],
    [{ downsizeAfterUnderutilizedForMs: 0 }, 'downsizeAfterUnderutilizedForMs'],
    [{ weightOfLatestMetric: 1.1 }, 'weightOfLatestMetric should be a share from 0 to 1'],
    [{ seed: 0.5 }, 'seed'],
  ])('refuses %j', (options, sentence) => {
    expect(() => exploring(options)).toThrow(OptionsError)
    expect(() => exploring(options)).toThrow(`exploring: ${sentence}`)
  })
})
