import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SlidingQuantiles } from '../../src/core/sliding-quantiles.js'

const of = (spans: readonly number[]): SlidingQuantiles => {
  const quantiles = new SlidingQuantiles(60_000)
  for (const span of spans) quantiles.record(span, 0)
  return quantiles
}

describe('sliding quantiles', () => {
  it('of nothing are zero', () => {
    expect(new SlidingQuantiles(60_000).read(5)).toEqual({ p50: 0, p90: 0, p99: 0 })
  })

  it('of one value are that value, as nearly as is told apart', () => {
    expect(of([1]).read(0)).toEqual({ p50: 1, p90: 1, p99: 1 })
    expect(of([0]).read(0)).toEqual({ p50: 0, p90: 0, p99: 0 })
  })

  it('are the values below which half, nine tenths and ninety-nine hundredths lie', () => {
    const { p50, p90, p99 } = of(Array.from({ length: 1_000 }, (_, n) => n + 1)).read(0)
    for (const [found, exact] of [[p50, 500], [p90, 900], [p99, 990]] as const) {
      expect(found).toBeGreaterThanOrEqual(exact)
      expect(found).toBeLessThanOrEqual(exact * (1 + 1 / 32) + 1)
    }
  })

  it('are never too small, and too large by one part in 32 at most, for any values', () => {
    const spans = fc.array(fc.double({ min: 0, max: 100_000_000, noNaN: true }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(spans, (given) => {
        const sorted = given.toSorted((a, b) => a - b)
        const { p50, p90, p99 } = of(given).read(0)
        for (const [found, share] of [[p50, 0.5], [p90, 0.9], [p99, 0.99]] as const) {
          const exact = sorted[Math.ceil(given.length * share) - 1] ?? Number.NaN
          // Values are counted in sixteenths of a ms.
          expect(found).toBeGreaterThanOrEqual(exact - 1 / 16)
          expect(found).toBeLessThanOrEqual(exact * (1 + 1 / 32) + 1 / 8)
        }
      }),
    )
  })

  it('take what no span can be for the nearest that is one', () => {
    expect(of([-5]).read(0).p50).toBe(0)
    expect(of([1e12]).read(0).p50).toBeCloseTo(0x7fff_ffff / 16, -3)
  })

  it('remember at least half their window and at most all of it', () => {
    const quantiles = new SlidingQuantiles(1_000)
    quantiles.record(100, 0)
    expect(quantiles.read(499).p50).toBeGreaterThanOrEqual(100)
    quantiles.record(10, 500)
    expect(quantiles.read(999).p99).toBeGreaterThanOrEqual(100)
    expect(quantiles.read(1_000).p99).toBeLessThan(11)
    expect(quantiles.read(2_000)).toEqual({ p50: 0, p90: 0, p99: 0 })
  })

  it('forget all when nothing was told for a whole window', () => {
    const quantiles = new SlidingQuantiles(1_000)
    quantiles.record(100, 0)
    quantiles.record(100, 600)
    expect(quantiles.read(5_000)).toEqual({ p50: 0, p90: 0, p99: 0 })
    quantiles.record(7, 5_000)
    expect(quantiles.read(5_000).p99).toBeLessThan(8)
  })
})
