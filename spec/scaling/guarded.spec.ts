import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { OptionsError } from '../../src/core/options-error.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import { guarded, type GuardedOptions } from '../../src/scaling/guarded.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { brokenLoads, type Law, loads, policyLaws } from '../support/policy-laws.js'
import { brokenLoadOf, loadOf } from './load-of.js'
import { answersOf, asManyAsWait, checkLaws, policies, wantedOf } from './small-policies.js'

const share = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined })
const watched = fc.tuple(fc.oneof(loads, brokenLoads), share, share).map(([load, eventLoopUtilization, memory]): LoadSample => ({ ...load, eventLoopUtilization, memory }))

/** Gives every known load a busy event loop, as far as it has a number to take it from: the laws' own loads have none. */
const hot = <S>(policy: ScalingPolicy<S>): ScalingPolicy<S> => ({
  ...policy,
  step: (state, load) => policy.step(state, Number.isFinite(load.nowMs) ? { ...load, eventLoopUtilization: (load.completions % 11) / 10, memory: (load.windowMs % 11) / 10 } : load),
})

const lawsOf = (policy: ScalingPolicy): readonly Law[] => policyLaws(policy.name, () => hot(guarded(policy, { everyMs: 5_000 })))

describe('guarded keeps the laws of every policy', () => {
  const laws = [
    ...policyLaws('guarded(demand)', () => hot(guarded(demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 }))), { demandDriven: true, settlesAfter: 60 }),
    ...policyLaws('guarded(fixed)', () => hot(guarded(fixed(7))), { demandDriven: true, settlesAfter: 60 }),
  ]
  laws.forEach(({ title, check }) => it(title, () => check()))

  it('around any policy that keeps them', () => {
    checkLaws(lawsOf)
  })
})

describe('guarded', () => {
  const ten = (options: GuardedOptions = {}): ScalingPolicy => guarded(fixed(10), { releaseMs: 1_000, ...options })
  const seconds = (...utilizations: readonly (number | undefined)[]): readonly LoadSample[] =>
    utilizations.map((eventLoopUtilization, second) => loadOf({ nowMs: second * 1_000, live: 10, eventLoopUtilization }))

  it('lowers by as much as the measure is too high, at least by one', () => {
    expect(wantedOf(ten({ eventLoopUtilization: 0.5 }), seconds(0.4, 1, 0.51))).toEqual([10, 5, 4])
  })

  it('keeps between the limit and the release, and gives one back in each span below it', () => {
    expect(wantedOf(ten({ eventLoopUtilization: 0.5 }), seconds(0.5, 0.6, 0.5, 0.41, 0.4, 0.3, 0.3, 0.45, 0.3))).toEqual([10, 8, 8, 8, 9, 10, 10, 10, 10])
  })

  it('moves at most once in its span, however often it is asked', () => {
    const often = [0, 1, 999, 1_000, 1_001].map((nowMs) => loadOf({ nowMs, live: 10, eventLoopUtilization: 0.95 }))
    expect(wantedOf(ten(), often)).toEqual([9, 9, 9, 8, 8])
    expect(wantedOf(ten({ everyMs: 1 }), often)).toEqual([9, 8, 7, 6, 5])
  })

  it('gives back one in ten, at least one, every ten seconds unless told', () => {
    const load = (nowMs: number, memory: number): LoadSample => loadOf({ nowMs, max: 100, live: 50, memory })
    expect(wantedOf(guarded(fixed(50)), [load(0, 1), load(9_999, 0.1), load(10_000, 0.1), load(15_000, 0.1), load(20_000, 0.1)])).toEqual([45, 45, 50, 50, 50])
    const half = [load(0, 1), ...Array.from({ length: 8 }, (_, at) => load((at + 1) * 10_000, 0.1))]
    expect(wantedOf(guarded(fixed(50), { memory: 0.5 }), half)).toEqual([25, 28, 31, 35, 39, 43, 48, 50, 50])
  })

  it('goes by the measure that is worst', () => {
    const both = (eventLoopUtilization: number, memory: number): number => ten({ eventLoopUtilization: 0.8, memory: 0.5 }).step(ten().initial, loadOf({ live: 10, eventLoopUtilization, memory })).wanted
    expect([both(0.81, 0.5), both(0.7, 1), both(1, 1), both(0.8, 0.5)]).toEqual([9, 5, 5, 10])
  })

  it('releases only when every measure is below', () => {
    const load = (nowMs: number, eventLoopUtilization: number, memory: number): LoadSample => loadOf({ nowMs, live: 10, eventLoopUtilization, memory })
    expect(wantedOf(ten({ memory: 0.5 }), [load(0, 0, 1), load(1_000, 0.85, 0.1), load(2_000, 0.1, 0.45), load(3_000, 0.1, 0.1)])).toEqual([5, 5, 5, 6])
  })

  it('leaves a worker, and never goes below the fewest allowed', () => {
    const wanted = (min: number): number | undefined =>
      wantedOf(ten({ eventLoopUtilization: 0.2 }), Array.from({ length: 30 }, (_, at) => loadOf({ nowMs: at * 1_000, live: 10, min, eventLoopUtilization: 1 }))).at(-1)
    expect([wanted(0), wanted(1), wanted(4)]).toEqual([1, 1, 4])
    expect(wantedOf(guarded(fixed(0)), [loadOf({ min: 0, live: 5, memory: 1 })])).toEqual([0])
  })

  it('is not on its guard for a measure that is missing or nonsense', () => {
    expect(wantedOf(ten(), seconds(undefined, undefined))).toEqual([10, 10])
    const junk = [Number.NaN, Infinity, -1, 'much', null].map((memory, at) => brokenLoadOf({ nowMs: at * 1_000, live: 10 }, { memory }))
    expect(wantedOf(ten(), junk)).toEqual([10, 10, 10, 10, 10])
    expect(wantedOf(ten({ eventLoopUtilization: 0.5 }), seconds(1, undefined, undefined))).toEqual([5, 6, 7])
  })

  it('says that it holds its policy back, and else why that answered so', () => {
    expect(answersOf(ten(), seconds(0.1, 1)).map(({ wanted, reason }) => [wanted, reason])).toEqual([[10, 'withinRange'], [9, 'limited']])
  })

  it('lowers from what it wanted last, not from what its policy wants now', () => {
    const load = (nowMs: number, waiting: number, memory: number): LoadSample => loadOf({ nowMs, waiting, memory, max: 100 })
    expect(wantedOf(guarded(asManyAsWait, { memory: 0.5 }), [load(0, 10, 0.1), load(1_000, 80, 1)])).toEqual([10, 5])
  })

  it('never wants more than its policy alone, at any sample of any sequence', () => {
    const limits = fc.record({ eventLoopUtilization: fc.constantFrom(0.3, 0.9), memory: fc.constantFrom(0.3, 1), everyMs: fc.constantFrom(1, 5_000), releaseMs: fc.constantFrom(1, 5_000) })
    fc.assert(fc.property(policies, limits, fc.array(watched, { maxLength: 30 }), (policy, options, past) => {
      const alone = wantedOf(policy, past)
      wantedOf(guarded(policy, options), past).forEach((wanted, at) => expect(wanted).toBeLessThanOrEqual(Math.max(alone[at] ?? 0, past[at]?.min ?? 0)))
    }))
  })

  it('comes to rest where the measure follows the workers, and tries one more once in a span where one is too much', () => {
    fc.assert(fc.property(fc.double({ min: 0.02, max: 0.5, noNaN: true }), (perWorker) => {
      const policy = ten({ releaseMs: 10_000 })
      const wanted: number[] = []
      let [state, live] = [policy.initial, 10]
      for (let second = 0; second < 160; second += 1) {
        const decision = policy.step(state, loadOf({ nowMs: second * 1_000, live, eventLoopUtilization: Math.min(1, live * perWorker) }))
        state = decision.state
        live = decision.wanted
        wanted.push(live)
      }
      const changes = wanted.slice(60).filter((count, at) => count !== wanted[at + 59]).length
      expect(changes).toBeLessThanOrEqual(perWorker < 0.1 ? 0 : 20)
      expect(Math.max(...wanted.slice(60)) - Math.min(...wanted.slice(60))).toBeLessThanOrEqual(1)
    }))
  })

  it('goes on giving back step by step where the most allowed is missing', () => {
    const calm = [1_000, 2_000].map((nowMs) => brokenLoadOf({ nowMs, live: 10, memory: 0.1 }, { max: undefined }))
    expect(wantedOf(ten({ memory: 0.5 }), [loadOf({ live: 10, memory: 1 }), ...calm])).toEqual([5, 6, 7])
  })

  it('is named after what it guards, and is woken when that is', () => {
    expect(guarded(demand())).toMatchObject({ name: 'guarded(demand)', wake: demand().wake })
  })

  it('refuses what is no policy and no share', () => {
    expect(() => Reflect.apply(guarded, undefined, [3, { memory: 2 }])).toThrow(OptionsError)
    expect(() => Reflect.apply(guarded, undefined, [3, { memory: 2, eventLoopUtilization: 0, hysteresis: -1, everyMs: 0, releaseMs: 0 }])).toThrow(
      /^guarded: policy should be a scaling policy.*eventLoopUtilization should be.*memory should be.*hysteresis should be.*everyMs should be.*releaseMs should be/)
    expect(() => guarded(fixed(1), { memory: 0.1 })).toThrow(/hysteresis should be less than memory/)
  })
})
