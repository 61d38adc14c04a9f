import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WHOLE, type Utilization, hpaRecommendation } from '../../src/scaling/hpa-recommendation.js'

const sum = (levels: readonly number[]): number => levels.reduce((all, each) => all + each, 0)

const recommend = (about: Partial<Utilization>): number | undefined =>
  hpaRecommendation({ workers: 3, measured: 3, unready: 0, missing: 0, busyMs: 0, windowMs: 1_000, target: 5_000, tolerance: 1_000, ...about })

/** Levels of the measured workers, the target in per cent of 1,000, the workers asked for, unready and missing ones, and the answer. */
type Row = readonly [name: string, levels: readonly number[], target: number, workers: number, unready: number, missing: number, expected: number]

// kubernetes/kubernetes pkg/controller/podautoscaler/replica_calculator_test.go: the tests of a resource, a request of 1.0 being 1,000
const RESOURCE: readonly Row[] = [
  ['ScaleUp', [300, 500, 700], 30, 3, 0, 0, 5],
  ['ScaleUpUnreadyLessScale', [500, 700], 30, 3, 1, 0, 4],
  ['ScaleUpUnreadyNoScale', [400], 30, 3, 2, 0, 3],
  ['ScaleUpIgnoresFailedPods', [500, 700], 30, 2, 0, 0, 4],
  ['ScaleDown', [100, 300, 500, 250, 250], 50, 5, 0, 0, 3],
  ['ScaleDownIncludeUnreadyPods', [100, 300, 500], 50, 5, 2, 0, 2],
  ['ScaleDownExcludeUnscheduledPods', [100], 50, 5, 4, 0, 1],
  ['Tolerance', [1_010, 1_030, 1_020], 100, 3, 0, 0, 3],
  ['SuperfluousMetrics', [4_000, 9_500, 3_000, 7_000], 100, 4, 0, 0, 24],
  ['MissingMetrics', [400, 95], 100, 4, 0, 2, 3],
  ['MissingMetricsNoChangeEq', [1_000], 100, 2, 0, 1, 2],
  ['MissingMetricsNoChangeGt', [1_900], 100, 2, 0, 1, 2],
  ['MissingMetricsNoChangeLt', [600], 100, 2, 0, 1, 2],
  ['MissingMetricsUnreadyChange', [450], 50, 3, 1, 1, 3],
  ['MissingMetricsUnreadyScaleUp', [2_000], 50, 3, 1, 1, 4],
  ['MissingMetricsUnreadyScaleDown', [100, 100], 50, 4, 1, 1, 3],
  ['DuringRollingUpdateWithMaxSurge', [100, 100], 50, 2, 0, 1, 2],
  ['ComputedToleranceAlgImplementation, beyond', Array.from({ length: 10 }, () => 500), 56, 10, 0, 0, 9],
  ['ComputedToleranceAlgImplementation, within', Array.from({ length: 10 }, () => 500), 55, 10, 0, 0, 10],
]

// The tests of a metric: levels and targets are its values; what Kubernetes averages over workers is given for each here.
const METRIC: readonly Row[] = [
  ['ScaleUpCM', [20_000, 10_000, 30_000], 15_000, 3, 0, 0, 4],
  ['ScaleUpCMUnreadyHotCpuNoLessScale', [50_000, 10_000, 30_000], 15_000, 3, 0, 0, 6],
  ['ScaleUpCMUnreadyHotCpuScaleWouldScaleDown', [50_000, 15_000, 30_000], 15_000, 3, 0, 0, 7],
  ['ScaleUpCMObject', [20_000, 20_000, 20_000], 15_000, 3, 0, 0, 4],
  ['ScaleUpCMPerPodObject', [20_000], 5_000, 3, 0, 0, 4],
  ['ScaleUpCMExternal', [8_600], 4_400, 1, 0, 0, 2],
  ['ScaleUpPerPodCMExternal', [8_600], 2_150, 3, 0, 0, 4],
  ['ScaleDownCM', [12_000, 12_000, 12_000, 12_000, 12_000], 20_000, 5, 0, 0, 3],
  ['ScaleDownPerPodCMObject', [6_000], 2_000, 5, 0, 0, 3],
  ['ScaleDownCMExternal', [8_600, 8_600, 8_600, 8_600, 8_600], 14_334, 5, 0, 0, 3],
  ['ScaleDownPerPodCMExternal', [8_600], 2_867, 5, 0, 0, 3],
  ['ToleranceCM', [20_000, 21_000, 21_000], 20_000, 3, 0, 0, 3],
  ['ToleranceCMObject', [20_666, 20_666, 20_666], 20_000, 3, 0, 0, 3],
  ['TolerancePerPodCMObject', [20_166], 5_000, 4, 0, 0, 4],
  ['ToleranceCMExternal', [8_600, 8_600, 8_600], 8_888, 3, 0, 0, 3],
  ['TolerancePerPodCMExternal', [8_600], 2_900, 3, 0, 0, 3],
]

describe('hpaRecommendation, by the tables of Kubernetes', () => {
  it.each(RESOURCE)('of a resource, %s', (_, levels, percent, workers, unready, missing, expected) => {
    const measured = workers - unready - Math.min(missing, workers - unready)
    const seen = { workers, measured: Math.max(measured, levels.length), unready, missing, busyMs: sum(levels), target: percent * 100 }
    expect(recommend(seen)).toBe(expected)
  })

  it.each(METRIC)('of a metric, %s', (_, levels, target, workers, unready, missing, expected) => {
    expect(recommend({ workers, measured: workers, unready, missing, busyMs: sum(levels), windowMs: target, target: WHOLE })).toBe(expected)
  })
})

describe('hpaRecommendation', () => {
  it('holds at exactly the tolerance on either side, where floating point would not, and not beyond', () => {
    const of10 = (busyMs: number, tolerance = 1_000): number | undefined => recommend({ workers: 10, measured: 10, busyMs, tolerance })
    expect([of10(4_499), of10(4_500), of10(5_500), of10(5_501)]).toEqual([9, 10, 10, 12])
    expect([of10(4_999, 0), of10(5_000, 0), of10(5_001, 0)]).toEqual([10, 10, 11])
    expect(of10(4_000, 0)).toBe(8)
  })

  it('knows nothing while no worker was measured', () => {
    expect(recommend({ measured: 0, unready: 3, busyMs: 900 })).toBeUndefined()
  })

  it('uses neither tolerance nor workers where none was asked for', () => {
    expect(recommend({ workers: 0, measured: 0, busyMs: 0 })).toBe(0)
    expect(recommend({ workers: 0, measured: 0, busyMs: 501 })).toBe(2)
    expect(recommend({ workers: 0, measured: 0, busyMs: 500 })).toBe(1)
  })

  it('counts missing workers as busy in full on the way down, as idle on the way up', () => {
    expect(recommend({ workers: 10, measured: 8, missing: 2, busyMs: 1_000 })).toBe(6)
    expect(recommend({ workers: 10, measured: 8, missing: 2, busyMs: 8_000 })).toBe(16)
    expect(recommend({ workers: 10, measured: 8, missing: 2, busyMs: 5_500 })).toBe(10)
  })

  it('leaves unready workers out on the way down, counts them as idle on the way up', () => {
    expect(recommend({ workers: 10, measured: 8, unready: 2, busyMs: 1_000 })).toBe(2)
    expect(recommend({ workers: 10, measured: 8, unready: 2, busyMs: 5_500 })).toBe(10)
    expect(recommend({ workers: 10, measured: 8, unready: 2, busyMs: 5_501 })).toBe(12)
  })

  it('holds where what is guessed turns the direction', () => {
    expect(recommend({ workers: 6, measured: 2, missing: 4, busyMs: 900 })).toBe(6)
    expect(recommend({ workers: 6, measured: 2, unready: 4, busyMs: 1_100 })).toBe(6)
  })

  it('holds where more was measured than asked for and the number would turn the direction', () => {
    expect(recommend({ workers: 2, measured: 6, missing: 1, busyMs: 1_600 })).toBe(2)
    expect(recommend({ workers: 9, measured: 2, unready: 1, busyMs: 3_000 })).toBe(9)
  })

  it('stays a number that JSON can carry, whatever the work', () => {
    expect(recommend({ busyMs: Number.MAX_SAFE_INTEGER, windowMs: Number.MIN_VALUE })).toBe(Number.MAX_SAFE_INTEGER)
  })

  const seen = fc.record({ workers: fc.integer({ min: 1, max: 40 }), windowMs: fc.integer({ min: 1, max: 60_000 }), target: fc.integer({ min: 100, max: WHOLE }), tolerance: fc.nat(3_000) })

  it('holds at the target: busy time of the workers there are at the target share', () => {
    fc.assert(fc.property(seen, ({ workers, windowMs, target, tolerance }) => {
      expect(recommend({ workers, measured: workers, windowMs: windowMs * WHOLE, target, tolerance, busyMs: workers * windowMs * target })).toBe(workers)
    }))
  })

  it('never recommends fewer for more work', () => {
    fc.assert(fc.property(seen, fc.nat(1_000_000), fc.nat(100_000), (load, busyMs, moreMs) => {
      const of = (ms: number): number => recommend({ ...load, measured: load.workers, busyMs: ms }) ?? -1
      expect(of(busyMs + moreMs)).toBeGreaterThanOrEqual(of(busyMs))
    }), { numRuns: 1_000 })
  })

  it('finds without tolerance in one step the number at which it stays', () => {
    fc.assert(fc.property(seen, fc.integer({ min: 1, max: 1_000_000 }), ({ workers, windowMs, target }, busyMs) => {
      const first = recommend({ workers, measured: workers, windowMs, target, tolerance: 0, busyMs }) ?? -1
      expect(recommend({ workers: first, measured: first, windowMs, target, tolerance: 0, busyMs })).toBe(first)
    }), { numRuns: 1_000 })
  })

  it('recommends the least number at which no worker is busier than the target', () => {
    fc.assert(fc.property(seen, fc.nat(1_000_000), ({ workers, windowMs, target }, busyMs) => {
      const needed = BigInt(recommend({ workers, measured: workers, windowMs, target, tolerance: 0, busyMs }) ?? -1)
      const [work, room] = [BigInt(busyMs) * BigInt(WHOLE), BigInt(windowMs) * BigInt(target)]
      expect(needed * room >= work && (needed - 1n) * room < work).toBe(true)
    }), { numRuns: 1_000 })
  })
})
