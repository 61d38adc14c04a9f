import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { free, saturating, thrashing } from '../../src/testing/downstream.js'
import { seededRandom } from '../../src/testing/seeded-random.js'
import { constantly, exponentially, lognormal, recordedServices, uniformly, type ServiceTimes } from '../../src/testing/service-times.js'

const momentsOf = (service: ServiceTimes): { readonly mean: number; readonly cv: number; readonly least: number } => {
  const random = seededRandom(5)
  const all = Array.from({ length: 200_000 }, (_, i) => service.draw(random, i))
  const mean = all.reduce((sum, ms) => sum + ms, 0) / all.length
  const variance = all.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / all.length
  return { mean, cv: Math.sqrt(variance) / mean, least: all.reduce((least, ms) => Math.min(least, ms), Infinity) }
}

describe('service times', () => {
  it.each([
    [constantly(50), 50, 0],
    [exponentially(50), 50, 1],
    [uniformly(0, 100), 50, 1 / Math.sqrt(3)],
    [lognormal(50, 0.3), 50, 0.3],
    [lognormal(50, 1), 50, 1],
    [lognormal(20, 2), 20, 2],
  ])('have the mean and the spread they promise: %o', (service, mean, cv) => {
    const got = momentsOf(service)
    expect(Math.abs(got.mean / mean - 1)).toBeLessThan(0.02)
    expect(Math.abs(got.cv - cv)).toBeLessThan(0.05 * Math.max(1, cv))
    expect(got.least).toBeGreaterThanOrEqual(0)
  })

  it('come as they were recorded, over and over', () => {
    const recorded = recordedServices([3, 1, 2])
    expect([0, 1, 2, 3, 4].map((i) => recorded.draw(() => 0, i))).toEqual([3, 1, 2, 3, 1])
  })

  it.each([
    ['a negative span', () => constantly(-1)],
    ['no number', () => exponentially(Number.NaN)],
    ['a mean of nothing', () => lognormal(0, 1)],
    ['a negative spread', () => lognormal(1, -1)],
    ['ends the wrong way round', () => uniformly(2, 1)],
    ['nothing recorded', () => recordedServices([])],
    ['a recorded span that is none', () => recordedServices([1, Infinity])],
    ['no knee', () => saturating(0)],
    ['half a knee', () => thrashing(1.5)],
    ['a slope that helps', () => thrashing(2, { exponent: 0.5 })],
  ])('refuse %s', (_, make) => {
    expect(make).toThrow(OptionsError)
  })
})

describe('a downstream', () => {
  const throughput = (downstream: { slowdown(busy: number): number }): readonly number[] => [1, 2, 4, 8, 16].map((busy) => busy / downstream.slowdown(busy))

  it('that is free gives the more the more work on it', () => {
    expect(throughput(free())).toEqual([1, 2, 4, 8, 16])
  })

  it('that saturates gives no more past its knee', () => {
    expect(throughput(saturating(4))).toEqual([1, 2, 4, 4, 4])
  })

  it('that thrashes gives less past its knee', () => {
    expect(throughput(thrashing(4))).toEqual([1, 2, 4, 2, 1])
    expect(throughput(thrashing(4, { exponent: 1 }))).toEqual(throughput(saturating(4)))
  })
})
