import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { constant, diurnal, poisson, ramp, spike, squareWave } from '../../src/testing/arrival-patterns.js'
import { arrivalsByRate } from '../../src/testing/arrivals-by-rate.js'
import { recordedArrivals, type Arrivals } from '../../src/testing/arrivals.js'
import { seededRandom } from '../../src/testing/seeded-random.js'

const times = (arrivals: Arrivals, { count = Infinity, untilMs = Infinity, seed = 1 } = {}): readonly number[] => [...arrivals.times({ count, untilMs }, seededRandom(seed))]

const rounded = (all: readonly number[]): readonly number[] => all.map((ms) => Math.round(ms * 1_000) / 1_000)

const within = (all: readonly number[], fromMs: number, toMs: number): number => all.filter((ms) => ms >= fromMs && ms < toMs).length

describe('arrivals', () => {
  it('come evenly when they are constant', () => {
    expect(rounded(times(constant(4), { count: 3 }))).toEqual([250, 500, 750])
    expect(rounded(times(constant(4), { untilMs: 750 }))).toEqual([250, 500])
  })

  it('come independently of each other when they are Poisson', () => {
    const all = times(poisson(100), { count: 50_000 })
    const gaps = all.map((ms, i) => ms - (all[i - 1] ?? 0))
    const mean = gaps.reduce((sum, ms) => sum + ms, 0) / gaps.length
    const variance = gaps.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / gaps.length
    expect(mean).toBeCloseTo(10, 0)
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1)
  })

  it('are quiet and busy by turns in a square wave', () => {
    const wave = squareWave({ lowPerSecond: 0, highPerSecond: 4, periodMs: 2_000, spacing: 'regular' })
    expect(rounded(times(wave, { count: 6 }))).toEqual([1_250, 1_500, 1_750, 2_000, 3_250, 3_500])
  })

  it('rise for a while in a spike', () => {
    const all = times(spike({ basePerSecond: 1, peakPerSecond: 10, atMs: 2_000, forMs: 1_000, spacing: 'regular' }), { count: 20 })
    expect(rounded(all.slice(0, 4))).toEqual([1_000, 2_000, 2_100, 2_200])
    expect([within(all, 2_000.5, 3_000.5), within(all, 3_000.5, 6_000.5)]).toEqual([10, 3])
  })

  it('rise or fall in a ramp, and stay', () => {
    const up = times(ramp({ fromPerSecond: 0, toPerSecond: 10, overMs: 10_000, spacing: 'regular' }), { untilMs: 20_000.5 })
    expect([within(up, 0, 5_000.5), within(up, 5_000.5, 10_000.5), within(up, 10_000.5, 20_000.5)]).toEqual([12, 38, 100])
  })

  it('end for good when a ramp falls to nothing', () => {
    expect(times(ramp({ fromPerSecond: 10, toPerSecond: 0, overMs: 10_000, spacing: 'regular' }), { count: 1_000 })).toHaveLength(50)
  })

  it('follow the day', () => {
    const day = times(diurnal({ lowPerSecond: 0, highPerSecond: 20, periodMs: 100_000, spacing: 'regular' }), { untilMs: 100_000 })
    expect(day.length).toBeGreaterThan(997)
    expect(within(day, 25_000, 75_000) / day.length).toBeCloseTo(0.5 + 1 / Math.PI, 2)
  })

  it('come as they were recorded', () => {
    const recorded = recordedArrivals([0, 5, 5, 9])
    expect([times(recorded), times(recorded, { count: 2 }), times(recorded, { untilMs: 9 })]).toEqual([[0, 5, 5, 9], [0, 5], [0, 5, 5]])
  })

  it('are in order, before the end, at most as many as asked, and about as many as expected', () => {
    const patterns = [
      poisson(30), constant(30), squareWave({ lowPerSecond: 2, highPerSecond: 60, periodMs: 5_000 }), spike({ basePerSecond: 5, peakPerSecond: 500, atMs: 9_000, forMs: 1_000 }),
      ramp({ fromPerSecond: 50, toPerSecond: 0, overMs: 30_000 }), diurnal({ lowPerSecond: 0, highPerSecond: 60, periodMs: 9_000 }), recordedArrivals([1, 2, 3]),
    ]
    fc.assert(fc.property(fc.constantFrom(...patterns), fc.nat(500), fc.nat(60_000), fc.nat(), (pattern, count, untilMs, seed) => {
      const all = times(pattern, { count, untilMs, seed })
      expect(all.length).toBeLessThanOrEqual(count)
      expect(all.every((ms, i) => ms >= (all[i - 1] ?? 0) && ms < untilMs)).toBe(true)
      expect(times(pattern, { count: count + 50, untilMs, seed }).slice(0, all.length)).toEqual(all)
    }), { numRuns: 300 })
  })

  it('follow a rate of the user\'s own', () => {
    const growing = arrivalsByRate('growing', { perMs: (ms) => 2 * ms, expected: (ms) => ms * ms }, 'regular')
    expect(rounded(times(growing, { count: 9 })).filter(Number.isInteger)).toEqual([1, 2, 3])
    expect(growing.name).toBe('growing, regular')
  })

  it.each([
    ['nothing per second', () => poisson(0)],
    ['fewer than nothing', () => constant(-1)],
    ['no period', () => squareWave({ lowPerSecond: 1, highPerSecond: 2, periodMs: 0 })],
    ['no number', () => diurnal({ lowPerSecond: Number.NaN, highPerSecond: 2, periodMs: 10 })],
    ['moments out of order', () => recordedArrivals([2, 1])],
    ['a moment before the start', () => recordedArrivals([-1])],
    ['a moment that is none', () => recordedArrivals([Number.NaN])],
  ])('refuse %s', (_, make) => {
    expect(make).toThrow(OptionsError)
  })
})
