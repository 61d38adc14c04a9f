import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RatePolicy, type RateRules, type SelectPolicy, rateLimited, ratePolicies } from '../../src/scaling/rate-policies.js'
import { type ScalingChange, changed } from '../../src/scaling/scaling-changes.js'

const MINUTE = 60_000
const NOW = 10 * MINUTE

const rules = (policies: readonly RatePolicy[], selectPolicy: SelectPolicy = 'max'): RateRules => ({ policies, selectPolicy })
const UP = rules([{ workers: 4, periodMs: 15_000 }, { percent: 100, periodMs: 15_000 }])
const DOWN = rules([{ percent: 100, periodMs: 15_000 }])

/** As Kubernetes' tests give rules: workers, their period in s, per cent, their period in s; 0 for none. */
const rulesOf = ([workers, workersS, percent, percentS]: Numbers): RateRules => rules([
  ...(workers > 0 ? [{ workers, periodMs: workersS * 1_000 }] : []),
  ...(percent > 0 ? [{ percent, periodMs: percentS * 1_000 }] : []),
])

type Numbers = readonly [number, number, number, number]

/** Changes spread evenly over the last 120 s, each in the middle of its part. */
const spread = (by: readonly number[], sign: number): readonly { readonly by: number; readonly atMs: number }[] =>
  by.map((each, index) => ({ by: each * sign, atMs: NOW - Math.floor(120 - (120 / by.length) * (index + 0.5)) * 1_000 }))

const history = (added: readonly number[], removed: readonly number[]): readonly ScalingChange[] =>
  [...spread(added, 1), ...spread(removed, -1)].toSorted((a, b) => a.atMs - b.atMs)
    .reduce<readonly ScalingChange[]>((all, { by, atMs }) => changed(all, by, atMs, 5 * MINUTE), [])

interface Case {
  readonly from: number
  readonly wanted: number
  readonly bounds?: readonly [number, number]
  readonly up?: Numbers
  readonly down?: Numbers
  readonly added?: readonly number[]
  readonly removed?: readonly number[]
  readonly expected: number
}

// kubernetes/kubernetes pkg/controller/podautoscaler/horizontal_test.go, TestScalingWithRules, in its order
const TABLE: readonly Case[] = [
  { from: 5, wanted: 7, bounds: [3, 8], expected: 7 },
  { from: 3, wanted: 1, bounds: [2, 8], expected: 2 },
  { from: 1, wanted: 0, bounds: [0, 10], expected: 0 },
  { from: 20, wanted: 1_000, bounds: [1, 10], expected: 10 },
  { from: 100, wanted: 1_000, bounds: [100, 150], expected: 150 },
  { from: 3, wanted: 1_000, bounds: [1, 2_000], up: [0, 0, 1, 60], expected: 4 },
  { from: 1_000, wanted: 3, bounds: [3, 2_000], down: [20, 60, 0, 0], expected: 980 },
  { from: 10, wanted: 50, expected: 20 },
  { from: 10, wanted: 500, up: [100, 60, 100, 60], expected: 110 },
  { from: 10, wanted: 500, up: [2, 60, 100, 60], expected: 20 },
  { from: 10, wanted: 50, up: [100, 60, 0, 0], expected: 50 },
  { from: 10, wanted: 50, up: [10_000, 60, 0, 0], expected: 50 },
  { from: 10, wanted: 50, up: [30, 60, 0, 0], expected: 40 },
  { from: 10, wanted: 50, up: [0, 0, 200, 60], expected: 30 },
  { from: 100, wanted: 2, down: [20, 60, 1, 60], expected: 80 },
  { from: 100, wanted: 2, down: [2, 60, 1, 60], expected: 98 },
  { from: 10, wanted: 0, down: [100, 60, 0, 0], expected: 1 },
  { from: 10, wanted: 2, bounds: [5, 1_000], down: [0, 0, 100, 60], expected: 5 },
  { from: 10, wanted: 2, down: [5, 60, 0, 0], expected: 5 },
  { from: 10, wanted: 5, down: [0, 0, 50, 60], expected: 5 },
  { from: 100, wanted: 500, bounds: [1, 200], up: [300, 60, 0, 0], added: [1, 5, 9], expected: 200 },
  { from: 100, wanted: 500, bounds: [1, 200], up: [0, 0, 10_000, 60], added: [1, 5, 9], expected: 200 },
  { from: 100, wanted: 500, up: [5, 120, 0, 0], added: [1, 5, 9], expected: 100 },
  { from: 100, wanted: 500, up: [150, 120, 0, 0], added: [1, 5, 9], expected: 235 },
  { from: 100, wanted: 500, up: [0, 0, 200, 120], added: [1, 5, 9], expected: 255 },
  { from: 6, wanted: 24, up: [0, 0, 300, 300], added: [4], removed: [2], expected: 16 },
  { from: 10, wanted: 5, removed: [1, 5, 9], expected: 5 },
  { from: 100, wanted: 0, down: [115, 120, 0, 0], removed: [1, 5, 9], expected: 1 },
  { from: 100, wanted: 0, bounds: [5, 1_000], down: [130, 120, 0, 0], removed: [1, 5, 9], expected: 5 },
  { from: 100, wanted: 2, bounds: [5, 1_000], down: [0, 0, 100, 120], removed: [1, 5, 9], expected: 5 },
  { from: 100, wanted: 2, down: [5, 120, 0, 0], removed: [1, 5, 9], expected: 100 },
  { from: 100, wanted: 0, down: [0, 0, 50, 120], removed: [2, 4, 6], expected: 56 },
  { from: 10, wanted: 1, down: [0, 0, 50, 180], added: [2], removed: [4], expected: 6 },
  { from: 100, wanted: 0, down: [0, 0, 10, 120], removed: [10, 10, 10], expected: 100 },
  { from: 10, wanted: 5, down: [0, 0, 1_000, 120], removed: [10, 10, 10], expected: 5 },
  { from: 100, wanted: 200, up: [1_000, 60, 0, 0], added: [8, 12, 9, 11], expected: 200 },
  { from: 100, wanted: 200, up: [1_000, 120, 100, 60], added: [8, 12, 9, 11], expected: 200 },
  { from: 100, wanted: 200, up: [1_000, 30, 100, 60], added: [8, 12, 9, 11], expected: 200 },
  { from: 100, wanted: 5, down: [1_000, 60, 0, 0], removed: [8, 12, 9, 11], expected: 5 },
  { from: 100, wanted: 5, down: [1_000, 120, 100, 60], removed: [8, 12, 9, 11], expected: 5 },
  { from: 100, wanted: 5, down: [1_000, 30, 100, 60], removed: [8, 12, 9, 11], expected: 5 },
]

describe('rateLimited, by the table of Kubernetes', () => {
  it.each(TABLE)('from %j', ({ from, wanted, bounds: [min, max] = [1, 1_000], up, down, added = [], removed = [], expected }) => {
    const pace = { workers: from, changes: history(added, removed), nowMs: NOW }
    const limited = rateLimited(pace, wanted, up === undefined ? UP : rulesOf(up), down === undefined ? DOWN : rulesOf(down))
    expect(Math.max(min, Math.min(limited, max))).toBe(expected)
  })

  // TestCalculateScaleUpLimitWithScalingRules, TestCalculateScaleDownLimitWithBehaviors
  it('takes the policy that allows the least where that is selected', () => {
    const both = rules([{ workers: 2, periodMs: MINUTE }, { percent: 50, periodMs: MINUTE }], 'min')
    expect(rateLimited({ workers: 1, changes: [], nowMs: 0 }, 100, both, both)).toBe(2)
    expect(rateLimited({ workers: 5, changes: [], nowMs: 0 }, 0, both, both)).toBe(3)
  })
})

describe('rateLimited', () => {
  const alone = (workers: number, wanted: number, up: RateRules, down: RateRules): number => rateLimited({ workers, changes: [], nowMs: 0 }, wanted, up, down)

  it('changes nothing in a direction that is disabled', () => {
    const none = rules([{ workers: 9, periodMs: MINUTE }], 'disabled')
    expect([alone(5, 9, none, DOWN), alone(5, 1, none, DOWN), alone(5, 9, UP, none), alone(5, 1, UP, none)]).toEqual([5, 1, 9, 5])
  })

  it('reckons per cent in whole numbers, where floating point is one off', () => {
    const per = (percent: number): RateRules => rules([{ percent, periodMs: MINUTE }])
    expect(alone(50, 1_000, per(10), DOWN)).toBe(55)
    expect(alone(10, 0, UP, per(80))).toBe(2)
    for (let workers = 0; workers <= 200; workers += 1) {
      for (let percent = 1; percent <= 100; percent += 1) {
        const exactly = (parts: number): number => (workers * parts - ((workers * parts) % 100)) / 100
        const grown = exactly(100 + percent) + ((workers * (100 + percent)) % 100 === 0 ? 0 : 1)
        expect(alone(workers, 10_000, per(percent), DOWN)).toBe(grown)
        expect(alone(workers, 0, UP, per(percent))).toBe(exactly(100 - percent))
      }
    }
  })

  const policy = fc.oneof(
    fc.record({ workers: fc.integer({ min: 1, max: 9 }), periodMs: fc.integer({ min: 100, max: 5_000 }) }),
    fc.record({ percent: fc.integer({ min: 1, max: 300 }), periodMs: fc.integer({ min: 100, max: 5_000 }) }),
  )
  const anyRules = fc.record({ policies: fc.array(policy, { minLength: 1, maxLength: 3 }), selectPolicy: fc.constantFrom<SelectPolicy[]>('max', 'min', 'disabled') })
  const wishes = fc.array(fc.record({ afterMs: fc.nat(900), wanted: fc.nat(60) }), { maxLength: 60 })

  interface Moment {
    readonly atMs: number
    readonly workers: number
  }

  /** Follows the wishes as far as the rules let it. */
  const run = (all: readonly { readonly afterMs: number; readonly wanted: number }[], up: RateRules, down: RateRules): readonly Moment[] => {
    let [nowMs, workers, changes]: [number, number, readonly ScalingChange[]] = [0, 10, []]
    return all.map(({ afterMs, wanted }) => {
      nowMs += afterMs
      const next = rateLimited({ workers, changes, nowMs }, wanted, up, down)
      expect(next === workers || (next > workers) === (wanted > workers)).toBe(true)
      expect(Math.abs(next - workers)).toBeLessThanOrEqual(Math.abs(wanted - workers))
      changes = changed(changes, next - workers, nowMs, 5_000)
      workers = next
      return { atMs: nowMs, workers }
    })
  }

  it('never turns the direction, and in any period changes no more than the one policy lets it from where it began', () => {
    fc.assert(fc.property(wishes, policy, policy, (all, up, down) => {
      const moments = [{ atMs: -10_000, workers: 10 }, ...run(all, rules([up]), rules([down]))]
      moments.forEach(({ atMs, workers }, index) => {
        const before = moments[index - 1]?.workers ?? workers
        const start = moments.slice(0, Math.max(1, index)).findLast((each) => atMs - each.atMs >= (workers > before ? up : down).periodMs)?.workers ?? 10
        if (workers > before) expect(workers).toBeLessThanOrEqual('workers' in up ? start + up.workers : Math.ceil((start * (100 + up.percent)) / 100))
        if (workers < before) expect(workers).toBeGreaterThanOrEqual('workers' in down ? start - down.workers : Math.floor((start * (100 - down.percent)) / 100))
      })
    }), { numRuns: 300 })
  })

  it('goes no further with the least policy than with the most', () => {
    fc.assert(fc.property(anyRules, fc.nat(60), fc.nat(60), ({ policies }, workers, wanted) => {
      const by = (select: SelectPolicy): number => Math.abs(alone(workers, wanted, rules(policies, select), rules(policies, select)) - workers)
      expect(by('disabled')).toBe(0)
      expect(by('min')).toBeLessThanOrEqual(by('max'))
    }))
  })
})

describe('ratePolicies', () => {
  it.each<unknown>([[[{ workers: 1, periodMs: 1 }]], [[{ percent: 1, periodMs: 15_000 }, { workers: 4, periodMs: 0x7fffffff }]]])('accepts %j', (value) => {
    expect(ratePolicies.is(value)).toBe(true)
  })

  it.each<unknown>([
    [[]], [[{ workers: 0, periodMs: 1 }]], [[{ percent: 0, periodMs: 1 }]], [[{ percent: 1.5, periodMs: 1 }]], [[{ workers: 1, periodMs: 0 }]],
    [[{ workers: 1, percent: 1, periodMs: 1 }]], [[{ workers: 1 }]], [[{ workers: 1, periodMs: 1 }, null]], ['workers'], [{ workers: 1, periodMs: 1 }],
  ])('refuses %j', (value) => {
    expect(ratePolicies.is(value)).toBe(false)
  })
})
