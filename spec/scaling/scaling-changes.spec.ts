import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ScalingChange, changed, fewestAtStart, mostAtStart } from '../../src/scaling/scaling-changes.js'

const SPAN = 60_000

/** As [by how many, how many ms ago]. */
type Past = readonly (readonly [number, number])[]

const NOW = 1_000_000
const after = (past: Past, spanMs = SPAN): readonly ScalingChange[] => past.reduce<readonly ScalingChange[]>((all, [by, ago]) => changed(all, by, NOW - ago, spanMs), [])

// kubernetes/kubernetes pkg/controller/podautoscaler/horizontal_test.go, TestStoreScaleEvents
describe('changes, by the table of Kubernetes', () => {
  it.each<[string, Past, number]>([
    ['none', [], 0],
    ['one too old', [[7, 61_000]], 0],
    ['one young enough', [[7, 58_000]], 7],
    ['one of each', [[7, 61_000], [6, 59_000]], 6],
    ['two young enough', [[6, 59_000], [7, 58_000]], 13],
    ['two of each', [[9, 61_000], [7, 61_000], [6, 59_000], [8, 29_000]], 14],
  ])('%s', (_, past, added) => {
    expect(fewestAtStart(100, after(past, 120_000), NOW, 60_000)).toBe(100 - added)
    expect(mostAtStart(100, after(past.map(([by, ago]) => [-by, ago]), 120_000), NOW, 60_000)).toBe(100 + added)
  })
})

describe('a change', () => {
  it('is kept while it is younger than the span', () => {
    expect(changed(after([[2, 0]]), 1, NOW + SPAN - 1, SPAN)).toHaveLength(2)
    expect(changed(after([[2, 0]]), 1, NOW + SPAN, SPAN)).toEqual([{ fromMs: NOW + SPAN, toMs: NOW + SPAN, added: 1, removed: 0 }])
  })

  it('counts for a period while it is younger than that', () => {
    const one = after([[2, 0]])
    expect([9_999, 10_000].map((ms) => fewestAtStart(5, one, NOW + ms, 10_000))).toEqual([3, 5])
    expect([9_999, 10_000].map((ms) => mostAtStart(5, one, NOW + ms, 10_000))).toEqual([3, 5])
    const fewer = after([[-2, 0]])
    expect([9_999, 10_000].map((ms) => fewestAtStart(5, fewer, NOW + ms, 10_000))).toEqual([7, 5])
    expect([9_999, 10_000].map((ms) => mostAtStart(5, fewer, NOW + ms, 10_000))).toEqual([7, 5])
  })

  it('is none where nothing changed', () => {
    const past = after([[2, 100]])
    expect(changed(past, 0, NOW, SPAN)).toBe(past)
  })

  it('joins the one before when it lies nearer than a hundredth of the span', () => {
    expect(after([[2, 599], [-3, 0]])).toEqual([{ fromMs: NOW - 599, toMs: NOW, added: 2, removed: 3 }])
    expect(after([[2, 600], [-3, 0]])).toHaveLength(2)
    expect(after([[4, 900], [2, 599], [-3, 0]])).toEqual([{ fromMs: NOW - 900, toMs: NOW - 599, added: 6, removed: 0 }, { fromMs: NOW, toMs: NOW, added: 0, removed: 3 }])
  })

  it('counts, where it was joined, so that less is allowed', () => {
    const joined = after([[2, 500], [-3, 0]])
    const later = NOW + 10_000 - 100
    // The first would be over, the second not: 5 + 3 workers were there. Grown from the fewest it can have been, shrunk from the most.
    expect(fewestAtStart(5, joined, later, 10_000)).toBe(3)
    expect(mostAtStart(5, joined, later, 10_000)).toBe(8)
    const other = after([[-3, 500], [2, 0]])
    expect(fewestAtStart(5, other, later, 10_000)).toBe(3)
    expect(mostAtStart(5, other, later, 10_000)).toBe(8)
  })

  const steps = fc.array(fc.record({ afterMs: fc.nat(3_000), by: fc.integer({ min: -5, max: 5 }) }), { maxLength: 60 })

  it('brackets the number there was when the period began', () => {
    fc.assert(fc.property(steps, fc.integer({ min: 1, max: SPAN }), (all, periodMs) => {
      let [nowMs, workers, changes] = [0, 1_000, after([])]
      const history = [{ atMs: -1, workers }]
      for (const { afterMs, by } of all) {
        nowMs += afterMs
        workers += by
        changes = changed(changes, by, nowMs, SPAN)
        history.push({ atMs: nowMs, workers })
      }
      const atStart = history.findLast(({ atMs }) => nowMs - atMs >= periodMs)?.workers ?? 1_000
      expect(fewestAtStart(workers, changes, nowMs, periodMs)).toBeLessThanOrEqual(atStart)
      expect(mostAtStart(workers, changes, nowMs, periodMs)).toBeGreaterThanOrEqual(atStart)
    }), { numRuns: 1_000 })
  })

  it('is one of at most 101, however often something changes', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 3_000, maxLength: 3_000 }), (gaps) => {
      let [nowMs, changes] = [0, after([])]
      gaps.forEach((gap, turn) => (changes = changed(changes, turn % 2 === 0 ? 1 : -1, (nowMs += gap), SPAN)))
      expect(changes.length).toBeLessThanOrEqual(101)
    }), { numRuns: 10 })
  })
})
