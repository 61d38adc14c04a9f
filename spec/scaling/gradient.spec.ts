import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { type GradientState, gradient } from '../../src/scaling/gradient.js'
import type { GradientOptions } from '../../src/scaling/gradient-options.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { brokenLoadOf, loadOf } from './load-of.js'
import { type MeasuredWindow, NONSENSE, answers, decided, limits, times } from './measured-windows.js'

/** Follows, 5 ms without load, and measures next in an hour. */
const following = (about: Readonly<Record<string, number>> = {}): GradientState =>
  ({ phase: 'following', limit: 10, minRttMs: 5, measureAtMs: 3_600_000, windowsAtMin: 0, nowMs: 0, seed: 1, ...about })

const used = (ms: number): MeasuredWindow => ({ ms, maxInFlight: 1_000 })

const next = (options: GradientOptions, window: MeasuredWindow, about: Readonly<Record<string, number>> = {}): string | undefined =>
  decided(gradient(options), [window], following(about)).map(({ wanted, reason }) => `${wanted} ${reason}`)[0]

describe('gradient, following', () => {
  it.each([
    [5, 0, 13],
    [5, 0.25, 16],
    [2.5, 0, 24],
    [1, 0, 24],
    [10, 0, 7],
    [50, 0, 7],
    [6.25, 0.25, 13],
  ])('of 10 workers at %d ms, with a buffer of %d, makes %d', (ms, buffer, wanted) => {
    expect(next({ buffer }, { ms, maxInFlight: 10 })).toBe(`${wanted} ${wanted > 10 ? 'tooFew' : 'tooMany'}`)
  })

  it('grows by a root while times are those without load and there is no buffer, and halves under ten times that', () => {
    const from = following({ limit: 7, minRttMs: 10 })
    expect(decided(gradient({ buffer: 0 }), times(10, used(10)), from).map(({ wanted }) => wanted)).toEqual([9, 12, 15, 18, 22, 26, 31, 36, 42, 48])
    expect(decided(gradient({ buffer: 0 }), times(12, used(100)), following({ limit: 1_000 })).map(({ wanted }) => wanted))
      .toEqual([522, 277, 150, 83, 47, 28, 17, 11, 7, 5, 4, 3])
  })

  it('does not grow while less than half is in use, unless told to', () => {
    expect(next({}, { ms: 5, maxInFlight: 4 })).toBe('10 withinRange')
    expect(next({}, { ms: 5, maxInFlight: 5 })).toBe('16 tooFew')
    expect(next({ applicationLimited: false }, { ms: 5, maxInFlight: 0 })).toBe('16 tooFew')
    expect(next({}, { ms: 50, maxInFlight: 0 })).toBe('7 tooMany')
  })

  it('holds while nothing completed', () => {
    expect(next({}, {})).toBe('10 held')
    expect(next({}, { ...used(5), completions: 0 })).toBe('10 held')
  })

  it('stays within its bounds and those of the group', () => {
    expect(next({ maxLimit: 12 }, used(5))).toBe('12 limited')
    expect(next({ minConcurrency: 9 }, used(50))).toBe('9 limited')
    expect(next({}, { ...used(5), max: 8 })).toBe('8 limited')
    expect(next({}, { max: 8 })).toBe('8 held')
    expect(next({}, { ...used(50), min: 12 })).toBe('12 limited')
    expect(next({}, { ...used(5), max: 2 })).toBe('2 limited')
  })

  it('goes by the quantile that it was told', () => {
    const window = { serviceMs: { p50: 5, p90: 10, p99: 2.5 }, completions: 1, maxInFlight: 10 }
    expect([next({ buffer: 0 }, window), next({ buffer: 0, percentile: 'p90' }, window), next({ buffer: 0, percentile: 'p99' }, window)]).toEqual(['13 tooFew', '7 tooMany', '24 tooFew'])
  })
})

describe('gradient, measuring', () => {
  const options = { minRttRequests: 5, jitter: 0, minRttIntervalMs: 30_000 }

  it('begins with it, at its least, and then follows from there', () => {
    const windows = [{}, ...times(5, { ms: 5, maxInFlight: 3 }), { ms: 5, maxInFlight: 3 }]
    expect(answers(gradient(options), ...windows)).toEqual(['3 initial', '3 exploring', '3 exploring', '3 exploring', '3 exploring', '3 withinRange', '5 tooFew'])
  })

  it('is done as soon as enough attempts completed', () => {
    expect(decided(gradient(options), [{ ...used(7), maxInFlight: 3, completions: 5 }])[0]?.state).toMatchObject({ phase: 'following', minRttMs: 7 })
    expect(decided(gradient(options), [{ ...used(7), maxInFlight: 3, completions: 4 }])[0]?.state).toMatchObject({ phase: 'measuring', windows: [{ ms: 7, count: 4 }] })
    expect(decided(gradient(), times(50, { ms: 7 })).map(({ state }) => state.phase).indexOf('following')).toBe(49)
  })

  it('leaves out windows in which more than its least were in flight, and those that do not tell', () => {
    const crowded = { ms: 9, maxInFlight: 4, completions: 9 }
    expect(answers(gradient(options), crowded, {}, { ...crowded, maxInFlight: 3 })).toEqual(['3 exploring', '3 initial', '3 withinRange'])
    expect(decided(gradient({ ...options, minConcurrency: 4 }), [crowded])[0]?.state.phase).toBe('following')
    expect(decided(gradient(options), [{ ...crowded, min: 4 }])[0]?.state.phase).toBe('following')
  })

  it('takes the quantile of its name', () => {
    const windows = [1, 2, 3, 4, 5].map((ms) => ({ ms }))
    const minRtt = (percentile: 'p50' | 'p90' | 'p99'): GradientState | undefined => decided(gradient({ ...options, percentile }), windows).at(-1)?.state
    expect([minRtt('p50'), minRtt('p90'), minRtt('p99')]).toMatchObject([{ minRttMs: 3 }, { minRttMs: 5 }, { minRttMs: 5 }])
    const ten = decided(gradient({ ...options, minRttRequests: 10, percentile: 'p90' }), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((ms) => ({ ms })))
    expect(ten.at(-1)?.state).toMatchObject({ minRttMs: 9 })
  })

  it('is due again after the interval, and puts the limit back', () => {
    const [before, due, measured, after] = decided(gradient(options), [
      { ...used(5), nowMs: 3_599_999 }, { ...used(5), nowMs: 3_600_000 }, { ms: 20, maxInFlight: 1, completions: 5, nowMs: 3_601_000 }, { ...used(20), nowMs: 3_602_000 },
    ], following())
    expect(before).toMatchObject({ wanted: 16, reason: 'tooFew' })
    expect(due).toMatchObject({ wanted: 3, reason: 'exploring', state: { phase: 'measuring', resumeLimit: 16, windows: [] } })
    expect(measured).toMatchObject({ wanted: 16, reason: 'tooFew', state: { phase: 'following', minRttMs: 20, measureAtMs: 3_631_000, windowsAtMin: 0 } })
    expect(after).toMatchObject({ wanted: 24, reason: 'tooFew' })
  })

  it('puts back no more than the bounds allow by then', () => {
    const state: GradientState = { phase: 'measuring', resumeLimit: 50, windows: [], nowMs: 0, seed: 1 }
    expect(decided(gradient(options), [{ ms: 5, completions: 5, max: 20 }], state)[0]).toMatchObject({ wanted: 20, state: { limit: 20 } })
    expect(decided(gradient(options), [{ max: 2 }], state)[0]).toMatchObject({ wanted: 2, reason: 'held' })
  })

  it('is due later by up to a share, as chance says, and never early', () => {
    const due = (seed: number): number => {
      const state = decided(gradient({ minRttRequests: 1, seed }), [{ ms: 1, nowMs: 1_000 }])[0]?.state
      return state?.phase === 'following' ? state.measureAtMs - 1_000 : Number.NaN
    }
    const spans = Array.from({ length: 200 }, (_, seed) => due(seed))
    expect(spans.every((ms) => ms >= 60_000 && ms < 69_000)).toBe(true)
    expect(Math.min(...spans)).toBeLessThan(60_500)
    expect(Math.max(...spans)).toBeGreaterThan(68_500)
    expect(decided(gradient({ minRttRequests: 1, jitter: 0 }), [{ ms: 1, nowMs: 1_000 }])[0]?.state).toMatchObject({ measureAtMs: 61_000 })
    const again = decided(gradient({ minRttRequests: 1, jitter: 1 }), [0, 200_000, 200_000, 400_000, 400_000].map((nowMs) => ({ ms: 1, nowMs })))
    const dueAt = again.flatMap(({ state }) => (state.phase === 'following' ? [state.measureAtMs % 200_000] : []))
    expect(new Set(dueAt).size).toBe(3)
  })

  it('is due after five windows in a row that kept the limit at its least', () => {
    const least = following({ limit: 3 })
    expect(decided(gradient(), times(6, used(50)), least).map(({ reason }) => reason)).toEqual(['limited', 'limited', 'limited', 'limited', 'exploring', 'exploring'])
    expect(decided(gradient(), [used(50), used(50), used(5), ...times(8, used(50))], least).map(({ state }) => state.phase).indexOf('measuring')).toBe(9)
    expect(decided(gradient(), times(9, { ms: 5, maxInFlight: 1 }), least).every(({ state }) => state.phase === 'following')).toBe(true)
    // A time at which the rule itself gives the least is no growth that was kept back.
    expect(decided(gradient(), times(5, { ms: 9.375, maxInFlight: 1 }), least).at(-1)?.state.phase).toBe('measuring')
    expect(decided(gradient({ applicationLimited: false, maxLimit: 3 }), times(5, { ms: 5, maxInFlight: 1 }), least).at(-1)?.state.phase).toBe('measuring')
  })
})

describe('gradient, for want of samples', () => {
  const load = { nowMs: 9, completions: 5, maxInFlight: 3, serviceMs: { p50: 1, p90: 1, p99: 1 } }
  const broken = ['windowMs', 'nowMs', 'maxInFlight', 'completions', 'serviceMs', 'min', 'max'].flatMap((field) => NONSENSE.map((value) => [field, value] as const))

  it.each(broken)('holds when %s is %s', (field, value) => {
    expect(gradient().step(following(), brokenLoadOf(load, { [field]: value }))).toMatchObject({ wanted: 10, reason: 'held' })
    expect(gradient({ minRttRequests: 1 }).step(gradient().initial, brokenLoadOf(load, { [field]: value }))).toMatchObject({ wanted: 3, reason: 'initial' })
  })

  it('holds when the window is empty, a time is 0, or the bounds contradict each other', () => {
    expect(gradient().step(following(), loadOf({ ...load, windowMs: 0 }))).toMatchObject({ wanted: 10, reason: 'held' })
    expect(gradient().step(following(), loadOf({ ...load, serviceMs: { p50: 0, p90: 1, p99: 1 } }))).toMatchObject({ wanted: 10, reason: 'held' })
    expect(gradient().step(following(), loadOf({ ...load, min: 12, max: 8 }))).toMatchObject({ wanted: 12, reason: 'held' })
  })

  it('begins a measurement that is due though nothing ended, but not on a window that is none', () => {
    const due = following({ measureAtMs: 9 })
    expect(gradient().step(due, loadOf({ nowMs: 9 }))).toMatchObject({ wanted: 3, reason: 'exploring' })
    expect(gradient().step(due, loadOf({ nowMs: 9, windowMs: 0 }))).toMatchObject({ wanted: 10, reason: 'held' })
    expect(gradient().step(due, brokenLoadOf({}, { nowMs: Infinity }))).toMatchObject({ wanted: 10, reason: 'held' })
  })
})

describe('gradient has the properties of its rule', () => {
  it('keeps to its bounds and to twice the limit and its root', () => {
    const rules = fc.record({ limit: fc.integer({ min: 3, max: 500 }), ms: fc.integer({ min: 1, max: 1_000 }), maxLimit: fc.integer({ min: 3, max: 500 }) })
    fc.assert(fc.property(rules, ({ limit, ms, maxLimit }) => {
      const from = Math.min(limit, maxLimit)
      const wanted = decided(gradient({ maxLimit }), [used(ms)], following({ limit, minRttMs: 100 }))[0]?.wanted ?? Number.NaN
      expect(wanted).toBeGreaterThanOrEqual(Math.max(3, Math.min(from, Math.floor(from / 2 + Math.sqrt(from / 2)))))
      expect(wanted).toBeLessThanOrEqual(Math.min(maxLimit, Math.floor(2 * from + Math.sqrt(2 * from))))
    }))
  })

  it('holds for any window in which nothing ended, and goes back after any measurement', () => {
    fc.assert(fc.property(fc.integer({ min: 3, max: 1_000 }), fc.integer({ min: 1, max: 1_000 }), (limit, ms) => {
      const [held, begun, measured] = decided(gradient(), [{ nowMs: 1 }, { nowMs: 3_600_000 }, { ms, completions: 50, nowMs: 3_600_001 }], following({ limit }))
      expect([held?.wanted, begun?.wanted, measured?.wanted]).toEqual([limit, 3, limit])
    }))
  })
})

describe('gradient, given options', () => {
  it('has a name and need not be woken', () => {
    expect(gradient({ seed: 9 })).toMatchObject({ name: 'gradient', initial: { phase: 'measuring', resumeLimit: null, windows: [], nowMs: 0, seed: 9 } })
    expect(gradient()).toMatchObject({ initial: { seed: 1 } })
    expect(gradient().wake).toBeUndefined()
    expect(limits(gradient({ maxLimit: 5, minConcurrency: 5 }), {})).toEqual([5])
    expectTypeOf(gradient()).toEqualTypeOf<ScalingPolicy<GradientState>>()
  })

  it('takes the ends of its ranges', () => {
    expect(() => gradient({ minConcurrency: 1, maxLimit: 1, minRttIntervalMs: 1, minRttRequests: 1, buffer: 0, jitter: 0, seed: 0 })).not.toThrow()
    expect(() => gradient({ minRttRequests: 1_000, jitter: 1, seed: 2 ** 32 - 1 })).not.toThrow()
  })

  it.each([
    [{ minConcurrency: 0 }, 'minConcurrency should be a whole number, 1 or more'],
    [{ maxLimit: 0 }, 'maxLimit'],
    [{ maxLimit: 2 }, 'minConcurrency should be at most maxLimit, 2, but is 3'],
    [{ minRttIntervalMs: 0 }, 'minRttIntervalMs should be milliseconds from 1'],
    [{ minRttRequests: 0 }, 'minRttRequests should be a whole number from 1 to 1000'],
    [{ minRttRequests: 1_001 }, 'minRttRequests'],
    [{ buffer: -0.1 }, 'buffer should be a number, 0 or more'],
    [{ jitter: 1.1 }, 'jitter should be a share from 0 to 1'],
    [{ seed: -1 }, 'seed'],
  ])('refuses %j', (options, sentence) => {
    expect(() => gradient(options)).toThrow(OptionsError)
    expect(() => gradient(options)).toThrow(`gradient: ${sentence}`)
  })

  it('refuses words for numbers and numbers for flags', () => {
    expect(() => Reflect.apply(gradient, undefined, [{ applicationLimited: 1, percentile: 'p95' }])).toThrow(/applicationLimited should be true or false.*percentile should be/)
  })
})
