import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixed } from '../../src/scaling/fixed.js'
import { poisson, squareWave } from '../../src/testing/arrival-patterns.js'
import { bestFixed, clairvoyant } from '../../src/testing/best-fixed.js'
import { free, saturating, thrashing } from '../../src/testing/downstream.js'
import { constantly, lognormal } from '../../src/testing/service-times.js'
import { simulate } from '../../src/testing/simulate.js'
import type { SimulatedLoad } from '../../src/testing/simulate-options.js'

const loads: fc.Arbitrary<SimulatedLoad> = fc.record({
  arrivals: fc.oneof(
    fc.integer({ min: 1, max: 200 }).map(poisson),
    fc.constant(squareWave({ lowPerSecond: 10, highPerSecond: 150, periodMs: 1_000 })),
  ),
  service: fc.constantFrom(lognormal(50, 1), lognormal(20, 2), constantly(30)),
  downstream: fc.oneof(fc.constant(free()), fc.integer({ min: 1, max: 8 }).map(saturating), fc.integer({ min: 1, max: 8 }).map((knee) => thrashing(knee))),
  bounds: fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 8 })).map(([min, more]) => ({ min, max: min + more })),
  failures: fc.option(fc.constant({ share: 0.2, maxAttempts: 3, retryAfterMs: 20 }), { nil: undefined }),
  count: fc.constantFrom(0, 1, 99, 100, 101, 250),
  seed: fc.nat(),
})

describe('the best fixed number of workers', () => {
  it('is what trying all of them finds', () => {
    fc.assert(fc.property(loads, (load) => {
      const { min, max } = load.bounds
      const all = Array.from({ length: max - Math.max(1, min) + 1 }, (_, i) => Math.max(1, min) + i)
        .map((workers) => ({ workers, measures: simulate({ ...load, bounds: { min: workers, max: workers }, policy: fixed(workers) }).measures }))
      const [best] = all.toSorted((a, b) => a.measures.sojournMs.p99 - b.measures.sojournMs.p99 || a.workers - b.workers)
      expect(bestFixed(load)).toEqual(best)
    }), { numRuns: 300 })
  })

  it('is the knee where a downstream thrashes under much work', () => {
    const load = { arrivals: poisson(110), service: constantly(50), downstream: thrashing(6), bounds: { min: 1, max: 40 }, count: 5_000 }
    expect(bestFixed(load).workers).toBe(6)
  })

  it('is refused with everything that is wrong', () => {
    expect(() => bestFixed({ arrivals: poisson(1), service: constantly(1), bounds: { min: 2, max: 1 } })).toThrow(/bestFixed[^]*bounds\.min/)
    expect(() => bestFixed({ arrivals: poisson(1), service: constantly(1), bounds: { min: 1, max: 1 } })).toThrow('count')
  })
})

describe('the clairvoyant bound', () => {
  it('has the p99 of the best fixed number, and pays for work alone', () => {
    const best = bestFixed({ arrivals: poisson(50), service: constantly(50), bounds: { min: 1, max: 10 }, count: 1_000 })
    expect(clairvoyant(best)).toEqual({ most: best.workers, p99Ms: best.measures.sojournMs.p99, workerSeconds: best.measures.busySeconds })
    expect(clairvoyant(best).workerSeconds).toBeCloseTo(50)
  })
})
