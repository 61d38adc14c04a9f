import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_RECOMMENDATIONS, type Recommendation, type Recommendations, type StabilizationWindows, heldBy, recommended } from '../../src/scaling/stabilization-window.js'

const MINUTE = 60_000
const NOW = 100 * MINUTE

const after = (past: readonly Recommendation[], windows: StabilizationWindows): Recommendations =>
  past.reduce((all, each) => recommended(all, each, windows), NO_RECOMMENDATIONS)

/** As [recommended workers, minutes ago], in any order. */
type Past = readonly (readonly [number, number])[]

const stabilizedAfter = (past: Past, workers: number, wanted: number, windows: StabilizationWindows): number => {
  const before = past.map(([each, ago]) => ({ workers: each, atMs: NOW - ago * MINUTE })).toSorted((a, b) => a.atMs - b.atMs)
  return heldBy(workers, after([...before, { workers: wanted, atMs: NOW }], windows))
}

// kubernetes/kubernetes pkg/controller/podautoscaler/horizontal_test.go, TestNormalizeDesiredReplicasWithBehavior
describe('stabilized, by the table of Kubernetes', () => {
  const minutes = (up: number, down: number): StabilizationWindows => ({ upMs: up * MINUTE, downMs: down * MINUTE })

  it.each<[string, Past, number, number, StabilizationWindows, number]>([
    ['nothing recommended before', [], 100, 5, minutes(0, 0), 5],
    ['down, held by the highest', [[4, 2], [5, 1]], 100, 3, minutes(0, 3), 5],
    ['up, held by the lowest', [[4, 2], [5, 1]], 1, 7, minutes(5, 0), 4],
    ['down, lower before', [[1, 2], [2, 1]], 100, 3, minutes(5, 0), 3],
    ['up, higher before', [[4, 2], [5, 1]], 1, 3, minutes(0, 5), 3],
    ['down, all out of the window', [[10, 10], [9, 9]], 100, 3, minutes(0, 0), 3],
    ['up, all out of the window', [[10, 10], [9, 9]], 1, 100, minutes(0, 0), 100],
    ['down, some out of the window', [[10, 10], [4, 1], [5, 2], [9, 9]], 100, 3, minutes(0, 3), 5],
    ['up, some out of the window', [[10, 100], [6, 1], [5, 2], [9, 3]], 1, 100, minutes(5, 0), 5],
    ['both ways, down after a rise', [[2, 100], [3, 3]], 2, 1, minutes(5, 5), 2],
    ['both ways, up after a fall', [[2, 100], [1, 3]], 2, 3, minutes(5, 5), 2],
  ])('%s', (_, past, workers, wanted, windows, expected) => {
    expect(stabilizedAfter(past, workers, wanted, windows)).toBe(expected)
  })

  // TestNormalizeDesiredReplicas: the default window for shrinking
  it.each<[Past, number]>([
    [[], 5],
    [[[4, 2], [5, 1]], 5],
    [[[1, 2], [2, 1]], 3],
    [[[10, 10], [9, 9]], 3],
    [[[10, 10], [4, 1], [5, 2], [9, 9]], 5],
  ])('with the default windows after %j', (past, expected) => {
    expect(stabilizedAfter(past, 100, past.length === 0 ? 5 : 3, minutes(0, 5))).toBe(expected)
  })
})

describe('a stabilization window', () => {
  it('counts what is younger than itself, and not what is as old', () => {
    const held = after([{ workers: 9, atMs: 0 }, { workers: 3, atMs: 99 }], { upMs: 0, downMs: 100 })
    expect(heldBy(20, held)).toBe(9)
    expect(heldBy(20, recommended(held, { workers: 3, atMs: 100 }, { upMs: 0, downMs: 100 }))).toBe(3)
    const low = after([{ workers: 3, atMs: 0 }, { workers: 9, atMs: 99 }], { upMs: 100, downMs: 0 })
    expect(heldBy(1, low)).toBe(3)
    expect(heldBy(1, recommended(low, { workers: 9, atMs: 100 }, { upMs: 100, downMs: 0 }))).toBe(9)
  })

  it('keeps what there is before anything was recommended', () => {
    expect(heldBy(7, NO_RECOMMENDATIONS)).toBe(7)
  })

  const windows = fc.record({ upMs: fc.nat(300), downMs: fc.nat(300) })
  const pasts = fc.array(fc.record({ afterMs: fc.nat(80), workers: fc.nat(12) }), { minLength: 1, maxLength: 40 }).map((steps) => {
    let atMs = 0
    return steps.map(({ afterMs, workers }) => ({ workers, atMs: (atMs += afterMs) }))
  })

  it('decides as if all recommendations were kept and looked through', () => {
    fc.assert(fc.property(pasts, windows, fc.nat(12), (past, span, workers) => {
      const last = past.at(-1) ?? { atMs: 0, workers: 0 }
      const within = (ms: number): readonly number[] => [...past.filter(({ atMs }) => last.atMs - atMs < ms), last].map((each) => each.workers)
      const [up, down] = [Math.min(...within(span.upMs)), Math.max(...within(span.downMs))]
      const naive = workers < up ? up : workers > down ? down : workers
      expect(heldBy(workers, after(past, span))).toBe(naive)
    }), { numRuns: 1_000 })
  })

  it('moves from where it is towards what is recommended, never past it and never away', () => {
    fc.assert(fc.property(pasts, windows, fc.nat(12), (past, span, workers) => {
      const wanted = past.at(-1)?.workers ?? 0
      const answer = heldBy(workers, after(past, span))
      expect(Math.min(workers, wanted) <= answer && answer <= Math.max(workers, wanted)).toBe(true)
    }))
  })

  it('changes nothing when both are 0', () => {
    fc.assert(fc.property(pasts, fc.nat(12), (past, workers) => {
      expect(heldBy(workers, after(past, { upMs: 0, downMs: 0 }))).toBe(past.at(-1)?.workers)
    }))
  })

  it('keeps no number of workers twice, in order, however often is sampled', () => {
    fc.assert(fc.property(pasts, windows, (past, span) => {
      const { lowest, highest } = after(past, span)
      const numbers = (all: readonly Recommendation[]): readonly number[] => all.map(({ workers }) => workers)
      expect(numbers(lowest)).toEqual([...new Set(numbers(lowest))].toSorted((a, b) => a - b))
      expect(numbers(highest)).toEqual([...new Set(numbers(highest))].toSorted((a, b) => b - a))
    }))
  })
})
