import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { type Gradient2Options, type Gradient2State, gradient2 } from '../../src/scaling/gradient2.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { policyLaws } from '../support/policy-laws.js'
import { brokenLoadOf, loadOf } from './load-of.js'
import { type MeasuredWindow, NONSENSE, answers, decided, limits, times } from './measured-windows.js'

describe('gradient2 keeps the laws of every policy', () => {
  // A long time far below the present one takes half of its window to come near enough.
  policyLaws('gradient2', () => gradient2(), { maxRise: 1, settlesAfter: 600 }).forEach(({ title, check }) => it(title, () => check()))
  policyLaws('gradient2, unsmoothed', () => gradient2({ initialLimit: 5, smoothing: 1, longWindow: 50, queueSize: 2 }), { maxRise: 2, settlesAfter: 100 }).forEach(({ title, check }) =>
    it(title, () => check()))
})

const reals = (windows: readonly MeasuredWindow[], options?: Gradient2Options): readonly (number | null)[] => decided(gradient2(options), windows).map(({ state }) => state.limit)

const longs = (windows: readonly MeasuredWindow[], options?: Gradient2Options): readonly number[] => decided(gradient2(options), windows).map(({ state }) => state.long.mean)

const busy = (ms: number): MeasuredWindow => ({ ms, maxInFlight: 200 })

describe('gradient2, window by window', () => {
  it('grows by a fifth of the queue while times are even, and wants whole workers', () => {
    const even = times(5, busy(100))
    expect(answers(gradient2(), ...even)).toEqual(['20 withinRange', '21 tooFew', '22 tooFew', '23 tooFew', '24 tooFew'])
    expect(reals(even).map((limit) => limit?.toFixed(6))).toEqual(['20.800000', '21.600000', '22.400000', '23.200000', '24.000000'])
  })

  it('falls while times are far above those over long', () => {
    const slower = [...times(10, busy(100)), ...times(8, busy(300))]
    expect(reals(slower).slice(9).map((limit) => limit?.toFixed(6))).toEqual([
      '28.000000', '26.018636', '24.251348', '22.674474', '21.267091', '20.010685', '18.888864', '17.887105', '16.992532',
    ])
    expect(longs(slower).slice(9).map((ms) => ms.toFixed(6))).toEqual([
      '100.000000', '100.665557', '101.328900', '101.990035', '102.648970', '103.305712', '103.960269', '104.612647', '105.262855',
    ])
    expect(answers(gradient2(), ...slower).slice(10, 12)).toEqual(['26 tooMany', '24 tooMany'])
  })

  it('bears times up to the tolerance', () => {
    const at = (rttTolerance: number, ms: number): number | null | undefined => reals([busy(100), ms === 100 ? busy(100) : { ms, maxInFlight: 200 }], { rttTolerance, smoothing: 1, queueSize: 0 }).at(-1)
    // The second window counts into the mean of both: (100 + 300) / 2 against 300.
    expect(at(1.5, 300)).toBe(20)
    expect(at(1.2, 300)).toBeCloseTo(16, 12)
    expect(at(1, 300)).toBeCloseTo(40 / 3, 12)
  })

  it('falls by half at most, before smoothing', () => {
    expect(reals([...times(10, busy(1)), busy(100_000)], { initialLimit: 100, smoothing: 1, queueSize: 0 }).at(-1)).toBe(50)
    expect(reals([...times(10, busy(1)), busy(100_000)], { initialLimit: 100, smoothing: 0.2, queueSize: 0 }).at(-1)).toBe(90)
  })

  it('lets a long time that is more than twice the short one fall faster, after it was used', () => {
    expect(longs([...times(10, busy(100)), ...times(4, busy(40))]).slice(9).map((ms) => ms.toFixed(6))).toEqual(['100.000000', '94.810316', '89.896523', '85.243954', '80.838722'])
    expect(longs([busy(300), busy(100)])).toEqual([300, 200])
    expect(longs([busy(301), busy(100)])).toEqual([301, 200.5 * 0.95])
  })

  it('stays while less than half is in use, and still learns', () => {
    const idle = (maxInFlight: number): readonly MeasuredWindow[] => [{ ms: 100, maxInFlight }, { ms: 50, maxInFlight }]
    expect(decided(gradient2(), idle(9)).map(({ wanted, reason, state }) => [wanted, reason, state.long.mean])).toEqual([[20, 'withinRange', 100], [20, 'withinRange', 75]])
    expect(reals(idle(10))).toEqual([20.8, 20.8])
  })

  it('grows by what the queue is at the limit', () => {
    const asked: number[] = []
    const queueSize = (limit: number): number => {
      asked.push(limit)
      return limit / 2
    }
    expect(reals(times(2, busy(1)), { smoothing: 0.5, queueSize, initialLimit: 10 })).toEqual([12.5, 15.5])
    expect(asked).toEqual([10, 12])
  })

  it('does not heed failures', () => {
    expect(limits(gradient2(), ...times(5, { ...busy(100), failures: 7 }))).toEqual([20, 21, 22, 23, 24])
  })

  it('goes by the quantile that it was told', () => {
    const serviceMs = { p50: 10, p90: 100, p99: 500 }
    expect((['p50', 'p90', 'p99'] as const).map((percentile) => longs([{ serviceMs }], { percentile })[0])).toEqual([10, 100, 500])
    expect(longs([{ serviceMs }])).toEqual([10])
  })

  it('stays within its bounds and those of the group', () => {
    expect(answers(gradient2({ initialLimit: 10, maxLimit: 11 }), ...times(3, busy(1)))).toEqual(['10 withinRange', '11 tooFew', '11 withinRange'])
    expect(answers(gradient2({ initialLimit: 11, maxLimit: 11, smoothing: 1 }), busy(1))).toEqual(['11 limited'])
    expect(answers(gradient2({ initialLimit: 10, minLimit: 10 }), ...times(10, { ms: 1 }), busy(9_000))).toContain('10 limited')
    expect(answers(gradient2(), {}, { max: 8 }, { ...busy(1), max: 8 })).toEqual(['20 initial', '8 held', '8 withinRange'])
    expect(limits(gradient2({ initialLimit: 500 }), {})).toEqual([200])
  })
})

describe('gradient2, for want of samples', () => {
  const load = { completions: 5, maxInFlight: 10, serviceMs: { p50: 1, p90: 1, p99: 1 } }
  const state: Gradient2State = { limit: 7.5, long: { mean: 3, count: 2, sum: 6 } }

  it('holds while nothing ended', () => {
    expect(answers(gradient2({ initialLimit: 7 }), {}, {})).toEqual(['7 initial', '7 held'])
  })

  it.each(['windowMs', 'maxInFlight', 'serviceMs', 'min', 'max'].flatMap((field) => NONSENSE.map((value) => [field, value] as const)))('holds when %s is %s', (field, value) => {
    expect(gradient2().step(state, brokenLoadOf(load, { [field]: value }))).toEqual({ state, wanted: 7, reason: 'held' })
  })

  it('holds when the window is empty, a time is 0, or the bounds contradict each other', () => {
    expect(gradient2().step(state, loadOf({ ...load, windowMs: 0 }))).toEqual({ state, wanted: 7, reason: 'held' })
    expect(gradient2().step(state, loadOf({ ...load, serviceMs: { p50: 0, p90: 1, p99: 1 } }))).toEqual({ state, wanted: 7, reason: 'held' })
    expect(gradient2().step(state, loadOf({ ...load, min: 9, max: 8 }))).toMatchObject({ wanted: 9, reason: 'held' })
  })
})

describe('gradient2 has the properties of its rule', () => {
  const rules = fc.record({ smoothing: fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100), queueSize: fc.nat(10), initialLimit: fc.integer({ min: 1, max: 200 }) })
  const anyTimes = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 40 })

  it('moves up by at most the smoothed queue, down by at most half, smoothed, less that', () => {
    fc.assert(fc.property(rules, anyTimes, ({ smoothing, queueSize, initialLimit }, all) => {
      let last = initialLimit
      for (const limit of reals(all.map(busy), { smoothing, queueSize, initialLimit, maxLimit: 10_000 })) {
        const up = smoothing * queueSize
        expect((limit ?? Infinity) - last).toBeLessThanOrEqual(up + 1e-9)
        expect(limit).toBeGreaterThanOrEqual(Math.max(1, last - (smoothing * last) / 2 + up - 1e-9))
        last = limit ?? last
      }
    }))
  })

  it('grows to the most while times are even and enough is in use', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 100 }), (ms, maxLimit) => {
      expect(limits(gradient2({ initialLimit: 1, maxLimit }), ...times(140, busy(ms))).at(-1)).toBe(maxLimit)
    }), { numRuns: 30 })
  })
})

describe('gradient2, given options', () => {
  it('has a name and need not be woken', () => {
    expect(gradient2()).toMatchObject({ name: 'gradient2', initial: { limit: null, long: { mean: 0, count: 0, sum: 0 } } })
    expect(gradient2().wake).toBeUndefined()
    expectTypeOf(gradient2()).toEqualTypeOf<ScalingPolicy<Gradient2State>>()
  })

  it('takes the ends of its ranges', () => {
    expect(() => gradient2({ initialLimit: 1, minLimit: 1, maxLimit: 1, queueSize: 0, smoothing: 1, rttTolerance: 1, longWindow: 1 })).not.toThrow()
  })

  it.each([
    [{ initialLimit: 0 }, 'initialLimit should be a whole number, 1 or more'],
    [{ minLimit: 0 }, 'minLimit'],
    [{ maxLimit: 0 }, 'maxLimit'],
    [{ minLimit: 201 }, 'minLimit should be at most maxLimit, 200, but is 201'],
    [{ queueSize: -1 }, 'queueSize should be a number, 0 or more, or a function'],
    [{ smoothing: 0 }, 'smoothing should be a share above 0, at most 1'],
    [{ smoothing: 1.01 }, 'smoothing'],
    [{ rttTolerance: 0.99 }, 'rttTolerance should be a factor, 1 or more'],
    [{ rttTolerance: Infinity }, 'rttTolerance'],
    [{ longWindow: 0 }, 'longWindow should be a whole number, 1 or more'],
  ])('refuses %j', (options, sentence) => {
    expect(() => gradient2(options)).toThrow(OptionsError)
    expect(() => gradient2(options)).toThrow(`gradient2: ${sentence}`)
  })

  it('refuses a quantile that it does not know', () => {
    expect(() => Reflect.apply(gradient2, undefined, [{ percentile: 'p95' }])).toThrow('percentile')
    expect(() => Reflect.apply(gradient2, undefined, [{ rttTolerance: '2' }])).toThrow('rttTolerance')
  })
})
