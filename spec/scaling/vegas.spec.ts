import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { type VegasState, vegas } from '../../src/scaling/vegas.js'
import { policyLaws } from '../support/policy-laws.js'
import { brokenLoadOf, loadOf } from './load-of.js'
import { NONSENSE, answers, decided, limits, times } from './measured-windows.js'

describe('vegas keeps the laws of every policy', () => {
  // A time without load that is out of date is measured anew within 30 windows for each of at most 25 workers.
  policyLaws('vegas', () => vegas(), { maxRise: 6, settlesAfter: 30 * 25 + 50 }).forEach(({ title, check }) => it(title, () => check()))
  policyLaws('vegas, smoothed', () => vegas({ initialLimit: 9, smoothing: 0.5, probeMultiplier: 2 }), { maxRise: 4, settlesAfter: 200 }).forEach(({ title, check }) =>
    it(title, () => check()))
})

describe('vegas, as Netflix tests it', () => {
  const policy = vegas({ alpha: 3, beta: 6, smoothing: 1, initialLimit: 10, maxLimit: 20 })

  it('starts at its initial limit', () => {
    expect(limits(policy, {})).toEqual([10])
  })

  it('grows a large limit by as much as its digits say', () => {
    const large = vegas({ initialLimit: 10_000, maxLimit: 20_000 })
    expect(limits(large, { ms: 10_000, maxInFlight: 5_000 }, { ms: 10_000, maxInFlight: 6_000 })).toEqual([10_000, 10_024])
  })

  it('grows while nothing queues', () => {
    expect(limits(policy, { ms: 10, maxInFlight: 10 }, { ms: 10, maxInFlight: 11 })).toEqual([10, 16])
  })

  it('falls while much queues', () => {
    expect(limits(policy, { ms: 10, maxInFlight: 10 }, { ms: 50, maxInFlight: 11 })).toEqual([10, 9])
  })

  it('stays while a little queues', () => {
    expect(limits(policy, { ms: 10, maxInFlight: 10 }, { ms: 14, maxInFlight: 14 })).toEqual([10, 10])
  })

  it.each([
    [0.5, [100, 75, 56]],
    [1, [100, 50, 25]],
  ])('halves with a smoothing of %d to %j', (smoothing, expected) => {
    const halving = vegas({ decrease: (limit) => limit / 2, smoothing, initialLimit: 100, maxLimit: 200 })
    expect(limits(halving, { ms: 10, maxInFlight: 100 }, { ms: 20, maxInFlight: 100 }, { ms: 20, maxInFlight: 100 })).toEqual(expected)
  })
})

describe('vegas, window by window', () => {
  /** The answer to a limit of 10 where as many of it are reckoned to queue. */
  const queueing = (queue: number, about: Readonly<Record<string, number>> = {}): string | undefined =>
    answers(vegas({ initialLimit: 10 }), { ms: 100, maxInFlight: 10 }, { ms: 1_000 / (10 - queue), maxInFlight: 10, ...about }).at(-1)

  it.each([
    [0, '16 tooFew'],
    [1, '16 tooFew'],
    [1.5, '11 tooFew'],
    [2, '11 tooFew'],
    [2.5, '10 withinRange'],
    [3, '10 withinRange'],
    [6, '10 withinRange'],
    [6.5, '9 tooMany'],
    [9, '9 tooMany'],
  ])('with a queue of %d before 10 workers wants %s', (queue, answer) => {
    expect(queueing(queue)).toBe(answer)
  })

  it.each([
    [100, 2, 106, 112],
    [99, 1, 100, 105],
    [1_000, 3, 1_012, 1_018],
    [999, 2, 1_005, 1_011],
  ])('takes the digits of %d as a logarithm of %d', (initialLimit, log) => {
    const policy = vegas({ initialLimit, maxLimit: 5_000 })
    const after = (ms: number): number | undefined => limits(policy, { ms: 1_000, maxInFlight: initialLimit }, { ms, maxInFlight: initialLimit }).at(-1)
    const withQueue = (queue: number): number => (1_000 * initialLimit) / (initialLimit - queue)
    expect(after(1_000)).toBe(initialLimit + 6 * log)
    expect(after(withQueue(log - 0.5))).toBe(initialLimit + 6 * log)
    expect(after(withQueue(log + 0.5))).toBe(initialLimit + log)
    expect(after(withQueue(3 * log - 1.5))).toBe(initialLimit + log)
    expect(after(withQueue(3 * log - 0.5))).toBe(initialLimit)
    expect(after(withQueue(6 * log - 0.5))).toBe(initialLimit)
    expect(after(withQueue(6 * log + 0.5))).toBe(initialLimit - log)
  })

  it('does not move while less than half is in use, but for a drop', () => {
    expect(queueing(0, { maxInFlight: 4 })).toBe('10 withinRange')
    expect(queueing(9, { maxInFlight: 4 })).toBe('10 withinRange')
    expect(queueing(0, { maxInFlight: 5 })).toBe('16 tooFew')
    expect(queueing(0, { maxInFlight: 4, failures: 1 })).toBe('9 tooMany')
  })

  it('falls on a drop whatever queues, down to one', () => {
    expect(queueing(0, { failures: 1 })).toBe('9 tooMany')
    expect(limits(vegas({ initialLimit: 3 }), ...times(5, { ms: 10, failures: 1 }))).toEqual([3, 2, 1, 1, 1])
  })

  it('takes a shorter time for the one without load, and moves only in the next window', () => {
    const policy = vegas({ initialLimit: 10 })
    expect(limits(policy, { ms: 100, maxInFlight: 10 }, { ms: 50, maxInFlight: 10 }, { ms: 50, maxInFlight: 10 })).toEqual([10, 10, 16])
    expect(limits(policy, { ms: 100, maxInFlight: 10 }, { ms: 50, maxInFlight: 10, failures: 1 }, { ms: 500, maxInFlight: 10 })).toEqual([10, 10, 9])
  })

  it('takes numbers and functions for its thresholds', () => {
    const policy = vegas({ initialLimit: 10, threshold: 0, alpha: (limit) => limit / 2, beta: () => 8, increase: (limit) => limit + 3, decrease: () => 1 })
    const after = (ms: number): number | undefined => limits(policy, { ms: 100, maxInFlight: 10 }, { ms, maxInFlight: 10 }).at(-1)
    expect([100, 110, 1_000 / 6, 200, 500, 501].map(after)).toEqual([18, 13, 13, 10, 10, 1])
    expect(limits(vegas({ initialLimit: 12, alpha: (limit) => limit, smoothing: 0.5 }), { ms: 100, maxInFlight: 12 }, { ms: 150, maxInFlight: 12 })).toEqual([12, 12])
  })

  it('asks its thresholds about whole workers, and its steps about the limit as it is', () => {
    const asked: string[] = []
    const tell = (name: string, value: number) => (limit: number): number => {
      asked.push(`${name} ${limit}`)
      return value
    }
    const policy = vegas({ threshold: tell('threshold', 0), alpha: tell('alpha', 9), beta: tell('beta', 9), increase: tell('increase', 100), decrease: tell('decrease', 5) })
    const from: VegasState = { limit: 99.5, noLoadMs: 100, windows: 0, probeJitter: 0.5, seed: 1 }
    expect(decided(policy, [{ ms: 101, maxInFlight: 99 }, { ms: 500, maxInFlight: 99 }], from).map(({ state }) => state.limit)).toEqual([100, 5])
    expect(asked).toEqual(['threshold 99', 'alpha 99', 'increase 99.5', 'threshold 100', 'alpha 100', 'beta 100', 'decrease 100'])
    expect(decided(vegas(), [{ ms: 101.5, maxInFlight: 99 }], from)[0]?.state.limit).toBe(100.5)
  })

  it('goes by the quantile that it was told', () => {
    const serviceMs = { p50: 10, p90: 100, p99: 500 }
    const noLoad = (percentile: 'p50' | 'p90' | 'p99'): number | null | undefined => decided(vegas({ percentile }), [{ serviceMs }])[0]?.state.noLoadMs
    expect([noLoad('p50'), noLoad('p90'), noLoad('p99'), decided(vegas(), [{ serviceMs }])[0]?.state.noLoadMs]).toEqual([10, 100, 500, 10])
  })

  it('stops at its most, and at that of the group', () => {
    const calm = { ms: 10, maxInFlight: 10 }
    expect(answers(vegas({ initialLimit: 10, maxLimit: 12 }), calm, calm, calm)).toEqual(['10 withinRange', '12 limited', '12 limited'])
    expect(answers(vegas({ initialLimit: 10 }), { ...calm, max: 12 }, { ...calm, max: 12 })).toEqual(['10 withinRange', '12 limited'])
    expect(answers(vegas(), {}, { max: 8 }, { ms: 10, max: 6 })).toEqual(['20 initial', '8 held', '6 limited'])
    expect(limits(vegas({ initialLimit: 2_000 }), {})).toEqual([1_000])
  })

  it('does not let a bound that smoothing reaches pull it further', () => {
    expect(decided(vegas({ initialLimit: 10, maxLimit: 12, smoothing: 0.5 }), times(3, { ms: 10, maxInFlight: 12 })).map(({ state }) => state.limit)).toEqual([10, 11, 11.5])
  })
})

describe('vegas, measuring the time without load anew', () => {
  const busy = { ms: 100, maxInFlight: 0 }

  /** The windows after which the time without load was set, of so many; the first window sets it for want of one. */
  const probes = (count: number, options: Parameters<typeof vegas>[0]): readonly number[] =>
    decided(vegas(options), times(count, busy)).flatMap(({ state }, at) => (state.windows === 0 ? [at + 1] : []))

  it('does so between half of the multiple of the limit and the whole, as chance says', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30 }), (seed, initialLimit, probeMultiplier) => {
      const span = initialLimit * probeMultiplier
      const at = probes(3 * span, { seed, initialLimit, probeMultiplier })
      expect(at.length).toBeGreaterThanOrEqual(3)
      expect(at.every((end, index) => end - (at[index - 1] ?? 0) >= span / 2 && end - (at[index - 1] ?? 0) <= span)).toBe(true)
    }), { numRuns: 50 })
  })

  it('does so early for some seeds and late for others', () => {
    const first = Array.from({ length: 300 }, (_, seed) => probes(100, { seed, initialLimit: 10, probeMultiplier: 10 }).find((at) => at > 1) ?? 0)
    expect([Math.min(...first), Math.max(...first)]).toEqual([51, 100])
  })

  it('does so at other moments for another seed, and with other spans each time', () => {
    const some = probes(2_000, { seed: 1 })
    expect(some).not.toEqual(probes(2_000, { seed: 2 }))
    expect(new Set(some.map((end, index) => end - (some[index - 1] ?? 0))).size).toBeGreaterThan(1)
    expect(probes(2_000, {})).toEqual(some)
  })

  it('does so just when the share of chance is reached, and keeps the limit in that window', () => {
    const from: VegasState = { limit: 10, noLoadMs: 10, windows: 148, probeJitter: 0.5, seed: 5 }
    const [held, probed, grown] = decided(vegas(), times(3, { ms: 100, maxInFlight: 10 }), from)
    expect(held).toMatchObject({ wanted: 9, state: { windows: 149, noLoadMs: 10 } })
    expect(probed).toMatchObject({ wanted: 9, reason: 'withinRange', state: { windows: 0, noLoadMs: 100 } })
    expect(grown).toMatchObject({ wanted: 15, state: { windows: 1, noLoadMs: 100 } })
    expect(decided(vegas(), [{ ms: 100, maxInFlight: 10 }], { ...from, windows: 149 })[0]).toMatchObject({ wanted: 10, state: { windows: 0, noLoadMs: 100 } })
  })
})

describe('vegas, for want of samples', () => {
  const busy = { completions: 5, maxInFlight: 10, serviceMs: { p50: 1, p90: 1, p99: 1 } }
  const state: VegasState = { limit: 7, noLoadMs: 1, windows: 3, probeJitter: 0.7, seed: 1 }

  it('holds while nothing ended, also after a drop', () => {
    expect(answers(vegas(), {}, { failures: 1 }, { ms: 1, maxInFlight: 20 }, { ms: 1, maxInFlight: 20 })).toEqual(['20 initial', '20 held', '20 withinRange', '26 tooFew'])
  })

  it.each(['windowMs', 'maxInFlight', 'failures', 'serviceMs', 'min', 'max'].flatMap((field) => NONSENSE.map((value) => [field, value] as const)))('holds when %s is %s', (field, value) => {
    expect(vegas().step(state, brokenLoadOf(busy, { [field]: value }))).toEqual({ state, wanted: 7, reason: 'held' })
  })

  it('holds when the window is empty, a time is 0, or the bounds contradict each other', () => {
    expect(vegas().step(state, loadOf({ ...busy, windowMs: 0 }))).toEqual({ state, wanted: 7, reason: 'held' })
    expect(vegas().step(state, loadOf({ ...busy, serviceMs: { p50: 0, p90: 1, p99: 1 } }))).toEqual({ state, wanted: 7, reason: 'held' })
    expect(vegas().step(state, loadOf({ ...busy, min: 9, max: 8 }))).toMatchObject({ wanted: 9, reason: 'held' })
  })
})

describe('vegas has the properties of its rule', () => {
  it('grows to the most while the time is that without load and enough is in use', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 10_000 }), (initialLimit, maxLimit, ms) => {
      const all = limits(vegas({ initialLimit, maxLimit }), ...times(200, { ms, maxInFlight: 1_000 }))
      expect(all.at(-1)).toBe(maxLimit)
      expect(all.every((limit, at) => limit >= (all[at - 1] ?? 0))).toBe(true)
    }), { numRuns: 50 })
  })

  it('falls only to the band under a time far above that without load, and drops take it on to one', () => {
    const policy = vegas({ initialLimit: 40, probeMultiplier: 1_000 })
    const overloaded = [{ ms: 1, maxInFlight: 100 }, ...times(60, { ms: 1_000, maxInFlight: 100 })]
    expect(limits(policy, ...overloaded).at(-1)).toBe(6)
    expect(limits(policy, ...overloaded, ...times(9, { ms: 1_000, maxInFlight: 100, failures: 1 })).slice(-9)).toEqual([5, 4, 3, 2, 1, 1, 1, 1, 1])
  })

  it('never moves in a window with a shorter time than any before', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 60 }), (all) => {
      let least = Infinity
      let last = 20
      decided(vegas(), all.map((ms) => ({ ms, maxInFlight: 50 }))).forEach(({ wanted }, at) => {
        const ms = all[at] ?? 0
        if (ms < least) expect(wanted).toBe(last)
        least = Math.min(least, ms)
        last = wanted
      })
    }))
  })
})

describe('vegas, given options', () => {
  it('has a name and need not be woken', () => {
    expect(vegas()).toMatchObject({ name: 'vegas', initial: { limit: null, noLoadMs: null, windows: 0 } })
    expect(vegas().wake).toBeUndefined()
    expectTypeOf(vegas()).toEqualTypeOf<ScalingPolicy<VegasState>>()
  })

  it('takes the ends of its ranges', () => {
    expect(() => vegas({ initialLimit: 1, maxLimit: 1, smoothing: 1, alpha: 0.1, beta: 0.1, threshold: 0, probeMultiplier: 1, seed: 0 })).not.toThrow()
    expect(() => vegas({ seed: 2 ** 32 - 1 })).not.toThrow()
  })

  it.each(['initialLimit', 'maxLimit', 'smoothing', 'alpha', 'beta', 'threshold', 'increase', 'decrease', 'probeMultiplier', 'percentile', 'seed'])('refuses a %s of -1', (name) => {
    expect(() => Reflect.apply(vegas, undefined, [{ [name]: -1 }])).toThrow(OptionsError)
    expect(() => Reflect.apply(vegas, undefined, [{ [name]: -1 }])).toThrow(`vegas: ${name} should be`)
  })

  it.each([
    [{ alpha: 0 }, 'alpha should be a number above 0, or a function'],
    [{ beta: Infinity }, 'beta should be a number above 0, or a function'],
    [{ threshold: Number.NaN }, 'threshold should be a number, 0 or more, or a function'],
    [{ smoothing: 0 }, 'smoothing should be a share above 0, at most 1'],
    [{ smoothing: 1.1 }, 'smoothing'],
    [{ probeMultiplier: 0 }, 'probeMultiplier'],
    [{ initialLimit: 0 }, 'initialLimit'],
    [{ maxLimit: 0 }, 'maxLimit'],
    [{ seed: 2 ** 32 }, 'seed should be a whole number from 0 to 4294967295'],
  ])('refuses %j', (options, sentence) => {
    expect(() => vegas(options)).toThrow(sentence)
  })
})
