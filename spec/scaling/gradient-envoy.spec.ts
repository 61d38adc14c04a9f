import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/scaling/gradient.js'
import type { GradientOptions } from '../../src/scaling/gradient-options.js'
import { policyLaws } from '../support/policy-laws.js'
import { loadOf } from './load-of.js'
import { type MeasuredWindow, decided, limits, times } from './measured-windows.js'

describe('gradient keeps the laws of every policy', () => {
  // It lowers its limit to measure again and again, by design: it rests only between measurements, which the next block has.
  policyLaws('gradient', () => gradient({ minRttIntervalMs: 1_000 }), { settlesAfter: Infinity }).forEach(({ title, check }) => it(title, () => check()))
  policyLaws('gradient, measuring once in three weeks', () => gradient({ minRttIntervalMs: 2_000_000_000 }), { settlesAfter: 120 }).forEach(({ title, check }) =>
    it(title, () => check()))
})

describe('gradient under a constant load', () => {
  it('has one answer but while it measures', () => {
    const constant = Array.from({ length: 400 }, (_, at) => ({ ms: 20, maxInFlight: 2, completions: 30, nowMs: at * 1_000, max: 40 }))
    const settled = decided(gradient({ minRttIntervalMs: 10_000 }), constant).slice(60)
    const measuring = settled.filter(({ state }) => state.phase === 'measuring')
    expect(new Set(settled.filter(({ state }) => state.phase === 'following').map(({ wanted }) => wanted)).size).toBe(1)
    expect(measuring.every(({ wanted, reason }) => wanted === 3 && reason === 'exploring')).toBe(true)
    expect(measuring.length).toBeGreaterThan(20)
  })
})

/** Envoy's tests send one request after the other. */
const AS_ENVOY: GradientOptions = { applicationLimited: false, jitter: 0, minRttIntervalMs: 30_000, minRttRequests: 5 }

const one = (ms: number): MeasuredWindow => ({ ms, maxInFlight: 1 })

const five = (ms: number): MeasuredWindow => ({ ...one(ms), completions: 5 })

describe('gradient, as Envoy tests it', () => {
  it('measures 50 requests at its least of 7, and has what they took', () => {
    const policy = gradient({ ...AS_ENVOY, minRttRequests: 50, minConcurrency: 7 })
    const all = decided(policy, [{ ms: 13, maxInFlight: 7, completions: 7 }, ...times(43, one(13))])
    expect(all.every(({ wanted }) => wanted === 7)).toBe(true)
    expect(all.map(({ state }) => state.phase).indexOf('following')).toBe(43)
    expect(all.at(-1)?.state).toMatchObject({ minRttMs: 13 })
  })

  it('takes the middle of 1 to 5 ms', () => {
    expect(decided(gradient(AS_ENVOY), [1, 2, 3, 4, 5].map(one)).at(-1)?.state).toMatchObject({ phase: 'following', minRttMs: 3 })
  })

  it('grows at 6 ms where 5 ms and half of that are allowed', () => {
    expect(limits(gradient({ ...AS_ENVOY, buffer: 0.5 }), ...times(5, one(5)), ...times(10, five(6))).slice(4)).toEqual([3, 5, 8, 13, 20, 30, 43, 61, 84, 115, 155])
  })

  it('grows at 4 ms, and then falls at 6 ms, where 5 ms and a tenth are allowed', () => {
    const policy = gradient({ ...AS_ENVOY, buffer: 0.1, minConcurrency: 7 })
    expect(limits(policy, ...times(5, one(5)), {}, ...times(10, five(4)), ...times(10, five(6))).slice(4)).toEqual([
      7, 7, 12, 20, 32, 50, 77, 116, 172, 251, 363, 521, 499, 478, 459, 441, 424, 408, 393, 379, 366, 353,
    ])
  })

  it('goes back to the limit before once it has measured anew, and does not move meanwhile', () => {
    const grown = Array.from({ length: 5 }, (_, at) => ({ ...five(4), nowMs: 1_101 + at * 101 }))
    const anew = Array.from({ length: 5 }, (_, at) => ({ ...one(13), nowMs: 33_505 + at }))
    const all = decided(gradient(AS_ENVOY), [...times(5, one(5)), ...grown, { nowMs: 32_505 }, { nowMs: 32_606 }, ...anew, { nowMs: 33_600 }])
    expect(all.map(({ wanted }) => wanted).slice(4)).toEqual([3, 6, 12, 23, 41, 72, 3, 3, 3, 3, 3, 3, 72, 72])
    expect(all.at(-1)?.state).toMatchObject({ minRttMs: 13 })
  })

  it('does not change without samples', () => {
    const grown = times(5, five(4))
    expect(limits(gradient(AS_ENVOY), ...times(5, one(5)), ...grown, ...times(5, {})).slice(9)).toEqual([72, 72, 72, 72, 72, 72])
  })

  it('measures anew after five windows at its least, and grows from there', () => {
    const policy = gradient({ ...AS_ENVOY, minRttIntervalMs: 3_600_000, buffer: 0, minConcurrency: 7 })
    const all = decided(policy, [...times(5, one(5)), {}, ...times(5, five(10)), ...times(10, five(10))])
    expect(all.slice(5).map(({ wanted }) => wanted)).toEqual([7, 7, 7, 7, 7, 7, 7, 9, 12, 15, 18, 22, 26, 31, 36, 42])
    expect([all[9], all[10], all[11]].map((decision) => decision?.state.phase)).toEqual(['following', 'measuring', 'following'])
    expect(all.at(-1)?.state).toMatchObject({ minRttMs: 10 })
  })

  it('leaves out, in a measurement, what began before it', () => {
    const policy = gradient({ ...AS_ENVOY, buffer: 0, minRttRequests: 25, minConcurrency: 2 })
    const epoch = Array.from({ length: 29 }, (_, at) => ({ ...one(1_350), nowMs: 1_000 * (at + 1) }))
    const all = decided(policy, [...times(25, one(1_350)), ...epoch, { nowMs: 34_000 }, { ms: 300_000, completions: 198, maxInFlight: 198, nowMs: 35_000 }])
    expect(all.map(({ wanted }) => wanted).slice(24)).toEqual([
      2, 3, 4, 6, 8, 10, 13, 16, 20, 24, 28, 33, 38, 44, 50, 57, 64, 72, 80, 88, 97, 106, 116, 126, 137, 148, 160, 172, 185, 198, 2, 2,
    ])
    expect(all.at(-1)?.state).toMatchObject({ phase: 'measuring', windows: [] })
  })
})

describe('gradient with its defaults', () => {
  it('has those of Envoy', () => {
    const initial = { phase: 'measuring', resumeLimit: null } as const
    expect(gradient().initial).toMatchObject(initial)
    // 50 requests at p50, 3 at least; then at most 1,000, a quarter of buffer.
    const measured = gradient().step(gradient().initial, loadOf({ completions: 50, serviceMs: { p50: 8, p90: 9, p99: 9 }, max: 5_000 }))
    expect(measured).toMatchObject({ wanted: 3, state: { phase: 'following', minRttMs: 8 } })
    expect(decided(gradient(), times(30, { ms: 10, maxInFlight: 5_000 }), measured.state).map(({ wanted }) => wanted).slice(0, 4)).toEqual([4, 6, 8, 10])
    expect(decided(gradient(), times(30, { ms: 4, maxInFlight: 5_000 }), measured.state).at(-1)?.wanted).toBe(1_000)
  })
})
