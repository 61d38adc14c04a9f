import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import { ramp } from '../../src/scaling/ramp.js'
import type { RampStep } from '../../src/scaling/ramp-rule.js'
import { loads, policyLaws } from '../support/policy-laws.js'
import { loadOf } from './load-of.js'
import { answersOf, asManyAsWait, checkLaws, policies, timeline, wantedOf } from './small-policies.js'

const steps = fc.array(
  fc.oneof(
    fc.record({ workers: fc.integer({ min: 1, max: 6 }), perMs: fc.constantFrom(1, 500, 20_000) }),
    fc.record({ percent: fc.integer({ min: 1, max: 100 }), perMs: fc.constantFrom(1, 500, 20_000) }),
  ),
  { minLength: 1, maxLength: 3 },
)
const selects = fc.constantFrom<'max' | 'min'>('max', 'min')
const options = fc.record({ up: fc.record({ steps, select: selects }), down: fc.record({ steps, select: selects }) })

describe('ramp keeps the laws of every policy', () => {
  const quick = (): ReturnType<typeof demand> => demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 })
  const laws = [
    ...policyLaws('ramp(demand)', () => ramp(quick()), { demandDriven: true, settlesAfter: 40 }),
    ...policyLaws('ramp(fixed)', () => ramp(fixed(7), { up: { steps: [{ workers: 1, perMs: 60_000 }] } }), { demandDriven: true, settlesAfter: 40 }),
  ]
  laws.forEach(({ title, check }) => it(title, () => check()))

  it('around any policy that keeps them', () => {
    fc.assert(fc.property(options, (given) => {
      checkLaws((policy) => policyLaws(policy.name, () => ramp(policy, given)), { numRuns: 3, each: 12 })
    }), { numRuns: 8 })
  })
})

describe('ramp', () => {
  it('rises by four workers or to the double in 15 seconds, whichever is more, and falls freely, unless told', () => {
    const up = timeline([0, 100], [14_999, 100], [15_000, 100], [30_000, 100], [45_000, 100], [60_000, 100], [60_001, 0])()
    expect(wantedOf(ramp(asManyAsWait), up)).toEqual([5, 5, 10, 20, 40, 80, 0])
  })

  it('counts what was added and taken away in the period, not what was asked at one sample', () => {
    const policy = ramp(asManyAsWait, { up: { steps: [{ workers: 3, perMs: 100 }] }, down: { steps: [{ workers: 2, perMs: 100 }] } })
    const load = timeline([0, 9], [50, 9], [60, 0], [99, 9], [100, 9], [160, 9], [200, 0], [201, 0], [300, 0])({ live: 10 })
    expect(wantedOf(policy, load)).toEqual([9, 9, 8, 9, 9, 9, 7, 7, 5])
  })

  it('allows a period the same again when it is over, to the millisecond', () => {
    const policy = ramp(asManyAsWait, { up: { steps: [{ workers: 2, perMs: 100 }] } })
    expect(wantedOf(policy, timeline([0, 9], [99, 9], [100, 9], [199, 9], [200, 9])())).toEqual([3, 3, 5, 5, 7])
  })

  it('takes the most or the least that its steps allow', () => {
    const both: readonly RampStep[] = [{ workers: 4, perMs: 100 }, { percent: 10, perMs: 100 }]
    const rise = (select: 'max' | 'min', live: number): readonly number[] => wantedOf(ramp(asManyAsWait, { up: { steps: both, select } }), timeline([0, 1_000])({ live }))
    expect([rise('max', 20), rise('min', 20), rise('max', 90), rise('min', 90)]).toEqual([[24], [22], [99], [94]])
    const fall = (select: 'max' | 'min', live: number): readonly number[] => wantedOf(ramp(asManyAsWait, { down: { steps: both, select } }), timeline([0, 0])({ live }))
    expect([fall('max', 20), fall('min', 20), fall('max', 90), fall('min', 90)]).toEqual([[16], [18], [81], [86]])
  })

  it('moves not at all in a direction that is disabled', () => {
    const still = ramp(asManyAsWait, { up: { select: 'disabled' }, down: { select: 'disabled' } })
    expect(wantedOf(still, timeline([0, 50], [90_000, 0], [180_000, 9])({ live: 6 }))).toEqual([6, 6, 6])
    expect(wantedOf(ramp(asManyAsWait, { down: { select: 'disabled' } }), timeline([0, 9], [90_000, 2])({ live: 5 }))).toEqual([9, 9])
  })

  it('reckons percent in whole numbers, where fractions would be one off', () => {
    const up = (live: number, percent: number): readonly number[] => wantedOf(ramp(asManyAsWait, { up: { steps: [{ percent, perMs: 100 }] } }), timeline([0, 1_000])({ live }))
    const down = (live: number, percent: number): readonly number[] => wantedOf(ramp(asManyAsWait, { down: { steps: [{ percent, perMs: 100 }] } }), timeline([0, 0])({ live }))
    expect([Math.ceil(50 * (1 + 10 / 100)), up(50, 10)]).toEqual([56, [55]])
    expect([Math.trunc(10 * (1 - 80 / 100)), down(10, 80)]).toEqual([1, [2]])
  })

  it('gives a first worker where percent of none would be none', () => {
    expect(wantedOf(ramp(asManyAsWait, { up: { steps: [{ percent: 50, perMs: 100 }] } }), timeline([0, 9], [100, 9], [200, 9])({ live: 0 }))).toEqual([1, 2, 3])
  })

  it('follows the bounds at once where they move, and reckons on from there', () => {
    const policy = ramp(asManyAsWait, { up: { steps: [{ workers: 1, perMs: 100 }] } })
    const moved = [{ min: 1, max: 20 }, { min: 8, max: 20 }, { min: 8, max: 20 }, { min: 8, max: 20 }].map((bounds, at) => loadOf({ ...bounds, waiting: 15, nowMs: at * 50 }))
    expect(answersOf(policy, moved).map(({ wanted, reason }) => [wanted, reason])).toEqual([[2, 'limited'], [8, 'limited'], [8, 'limited'], [9, 'limited']])
  })

  it('never moves against its policy, and never beyond it', () => {
    fc.assert(fc.property(policies, options, fc.array(loads, { minLength: 2, maxLength: 20 }), (policy, given, past) => {
      const free = past.map((load) => ({ ...load, min: 0, max: 1_000 }))
      const asked = wantedOf(policy, free).map((count) => Math.max(0, count))
      const wanted = wantedOf(ramp(policy, given), free)
      wanted.slice(1).forEach((now, at) => {
        const ends = [wanted[at] ?? 0, asked[at + 1] ?? 0]
        expect(now >= Math.min(...ends) && now <= Math.max(...ends)).toBe(true)
      })
    }))
  })

  it('moves within any period by no more than is allowed from its start', () => {
    fc.assert(fc.property(policies, options, fc.array(loads, { minLength: 2, maxLength: 30 }), (policy, given, past) => {
      const free = past.map((load) => ({ ...load, min: 0, max: 1_000 })).toSorted((a, b) => a.nowMs - b.nowMs)
      const wanted = [free[0]?.live ?? 0, ...wantedOf(ramp(policy, given), free)]
      const before = (nowMs: number): number => wanted[free.filter((load) => load.nowMs <= nowMs).length] ?? 0
      free.forEach(({ nowMs }, at) => {
        const [was = 0, now = 0] = [wanted[at], wanted[at + 1]]
        if (now > was) expect(now).toBeLessThanOrEqual(pick(given.up.select, given.up.steps.map((step) => most(step, before(nowMs - step.perMs)))))
        if (now < was) expect(now).toBeGreaterThanOrEqual(pick(given.down.select === 'max' ? 'min' : 'max', given.down.steps.map((step) => least(step, before(nowMs - step.perMs)))))
      })
    }), { numRuns: 300 })
  })

  it('forgets what lies before its longest period', () => {
    const many = Array.from({ length: 2_000 }, (_, at) => loadOf({ nowMs: at * 10, waiting: at % 9, max: 20 }))
    expect(JSON.stringify(answersOf(ramp(asManyAsWait, { up: { steps: [{ workers: 5, perMs: 100 }] }, down: { select: 'disabled' } }), many).at(-1)?.state).length).toBeLessThan(500)
  })

  it('is asked again when a worker has been idle for a period, so that it comes down also after the last item', () => {
    expect(ramp(fixed(1)).wake).toEqual({ idledMs: 15_000 })
    expect(ramp(demand(), { down: { steps: [{ workers: 1, perMs: 700 }, { percent: 5, perMs: 400 }] } })).toMatchObject({ name: 'ramp(demand)', wake: { waitedMs: 500, idledMs: 400 } })
    expect(ramp(fixed(1), { down: { select: 'disabled' } }).wake).toBeUndefined()
  })

  it('refuses what is no policy and no steps', () => {
    expect(() => Reflect.apply(ramp, undefined, [null, { up: { steps: [] }, down: { select: 'most' } }])).toThrow(OptionsError)
    expect(() => Reflect.apply(ramp, undefined, [null, { up: { steps: [] }, down: { select: 'most' } }])).toThrow(/^ramp: policy should be a scaling policy.*up\.steps should be.*down\.select should be/)
    const wrong: readonly unknown[] = [{ workers: 1 }, { perMs: 5 }, { workers: 0, perMs: 5 }, { percent: 1.5, perMs: 5 }, { workers: 1, percent: 1, perMs: 5 }, { workers: 1, perMs: 0 }, 7]
    wrong.forEach((step) => expect(() => Reflect.apply(ramp, undefined, [fixed(1), { up: { steps: [step] } }])).toThrow(/up\.steps should be/))
    expect(() => ramp(fixed(1), { down: { steps: [{ percent: 101, perMs: 5 }] } })).toThrow(/down\.steps should be/)
    expect(() => ramp(fixed(1), { up: { steps: [{ percent: 101, perMs: 5 }] } })).not.toThrow()
  })
})

const pick = (selected: 'max' | 'min', limits: readonly number[]): number => Math[selected](...limits)

/** Percent of a number, in hundredths and so exact. */
const share = (count: number, percent: number): bigint => BigInt(count) * BigInt(percent)

const most = ({ workers, percent = 0 }: RampStep, start: number): number =>
  workers === undefined ? Math.max(1, Number((share(start, 100 + percent) + 99n) / 100n)) : start + workers

const least = ({ workers, percent = 0 }: RampStep, start: number): number => (workers === undefined ? Number(share(start, 100 - percent) / 100n) : start - workers)
