import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { OptionsError } from '../../src/core/options-error.js'
import { type ExploringState, exploring } from '../../src/scaling/exploring.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import type { SizeLog } from '../../src/scaling/size-log.js'
import { policyLaws } from '../support/policy-laws.js'
import { answers, asked } from './asked.js'
import { brokenLoadOf, loadOf } from './load-of.js'

const HOUR_MS = 3_600_000

/** Looked last at 10,000 ms, when all were busy. */
const stateOf = (about: Partial<ExploringState>): ExploringState => ({ size: 10, lookedAtMs: 10_000, completed: 0, underused: null, log: [], nowMs: 10_000, seed: 0, ...about })

/** All of so many workers busy, at the next look, with 50 completed. */
const busyWith = (live: number, about: Partial<LoadSample> = {}): LoadSample =>
  loadOf({ nowMs: 15_000, min: 0, max: 100, live, inFlight: live, maxInFlight: live, completions: 50, ...about })

const logOf = (...speeds: readonly (readonly [size: number, ms: number])[]): SizeLog => speeds.map(([size, ms]) => ({ size, ms }))

const settling = exploring({ explore: 0, max: 100 })
const trying = exploring({ explore: 1, max: 100 })

describe('exploring keeps the laws of every policy', () => {
  policyLaws('exploring', () => exploring({ everyMs: 100 }))
    .filter(({ title }) => !title.endsWith('comes to rest under a constant load'))
    .forEach(({ title, check }) => it(title, () => check()))

  // It tries other sizes for ever by design: without that it rests.
  policyLaws('exploring, when it only moves to the fastest,', () => exploring({ everyMs: 100, explore: 0 })).forEach(({ title, check }) => it(title, () => check()))
})

describe('exploring, looking', () => {
  it.each([
    ['all busy at both ends', {}, busyWith(10), logOf([10, 100])],
    ['a size it knows', { log: logOf([10, 200]) }, busyWith(10), logOf([10, 150])],
    ['one idle at this end', {}, busyWith(10, { inFlight: 9 }), []],
    ['one idle at the end before', { underused: { sinceMs: 0, peak: 9 } }, busyWith(10), []],
    ['no look before', { lookedAtMs: null }, busyWith(10), []],
    ['nothing completed', {}, busyWith(10, { completions: 0 }), []],
    ['a worker on its way', {}, busyWith(9), []],
    ['a worker too many', {}, busyWith(11), []],
    ['a look too soon', {}, busyWith(10, { nowMs: 14_999 }), []],
  ])('logs after %s what it should', (_, about, load, log) => {
    expect(asked(settling, [load], stateOf(about))[0]?.state.log).toEqual(log)
  })

  it('takes all that completed since the last look', () => {
    const [, second] = asked(settling, [busyWith(10, { nowMs: 12_000, inFlight: 3 }), busyWith(10, { nowMs: 16_000 })], stateOf({}))
    expect(second?.state).toMatchObject({ log: logOf([10, 60]), completed: 0, lookedAtMs: 16_000 })
  })

  it('stays while it knows no size, looks too soon, or is told too little', () => {
    const log = logOf([4, 1])
    expect(answers(settling, [loadOf({ max: 100 })])).toEqual(['1 initial'])
    expect(answers(settling, [busyWith(10, { completions: 0 })], stateOf({}))).toEqual(['10 withinRange'])
    expect(answers(settling, [busyWith(10, { nowMs: 14_999 })], stateOf({ log }))).toEqual(['10 withinRange'])
    expect(answers(settling, [busyWith(10, { inFlight: 9 })], stateOf({ log }))).toEqual(['10 withinRange'])
    expect(answers(settling, [busyWith(9)], stateOf({ log }))).toEqual(['10 withinRange'])
    expect(answers(settling, [brokenLoadOf(busyWith(10), { completions: null })], stateOf({ log }))).toEqual(['10 held'])
    expect(answers(settling, [busyWith(10, { max: 8, nowMs: 14_000 })], stateOf({ log }))).toEqual(['8 limited'])
  })

  it('takes the time from a sample that tells nothing else', () => {
    const [, second] = asked(settling, [brokenLoadOf(busyWith(10), { inFlight: undefined }), busyWith(10, { nowMs: 0 })], stateOf({}))
    expect(second?.state).toMatchObject({ nowMs: 15_000, lookedAtMs: 15_000 })
  })

  it('has a name and need not be woken', () => {
    expect(exploring({ seed: 3 })).toMatchObject({ name: 'exploring', initial: { size: null, log: [], seed: 3 } })
    expectTypeOf(exploring()).toEqualTypeOf<ScalingPolicy<ExploringState>>()
  })
})

describe('exploring, moving to the fastest', () => {
  it.each([
    ['half way up', logOf([10, 900], [20, 5]), '15 tooFew'],
    ['half way down', logOf([4, 5], [10, 900]), '7 tooMany'],
    ['rounded away up', logOf([10, 900], [13, 5]), '12 tooFew'],
    ['rounded away down', logOf([5, 5], [10, 900]), '7 tooMany'],
    ['the last step', logOf([10, 900], [11, 5]), '11 tooFew'],
    ['nowhere from the fastest', logOf([9, 900], [10, 5], [11, 900]), '10 withinRange'],
  ])('goes %s from 10', (_, log, answer) => {
    expect(answers(settling, [busyWith(10, { completions: 5_000 })], stateOf({ log }))).toEqual([answer])
  })

  it('takes the smaller of two that are as fast', () => {
    expect(answers(settling, [busyWith(10)], stateOf({ log: logOf([10, 100], [20, 100]) }))).toEqual(['10 withinRange'])
    expect(answers(settling, [busyWith(10)], stateOf({ log: logOf([4, 50], [16, 50]) }))).toEqual(['7 tooMany'])
  })

  it('compares the nearest sizes only, half on either side', () => {
    const log = logOf([1, 1], [8, 50], [9, 60], [10, 100], [11, 70], [30, 2])
    expect(answers(exploring({ explore: 0, neighbours: 4 }), [busyWith(10)], stateOf({ log }))).toEqual(['9 tooMany'])
    expect(answers(exploring({ explore: 0, neighbours: 6 }), [busyWith(10)], stateOf({ log }))).toEqual(['5 tooMany'])
  })

  it('does not see a ninth size on a side by default', () => {
    const log = logOf([2, 2], [3, 2], [4, 2], [5, 2], [6, 2], [7, 2], [8, 2], [9, 1])
    expect(answers(settling, [busyWith(1)], stateOf({ log, size: 1 }))).toEqual(['2 tooFew'])
  })

  it('never overshoots the fastest of up to eight, and comes closer unless it is there', () => {
    const logs = fc.dictionary(fc.integer({ min: 1, max: 60 }).map(String), fc.integer({ min: 1, max: 1_000 }), { minKeys: 1, maxKeys: 7 })
      .map((entries) => Object.entries(entries).map(([size, ms]) => ({ size: Number(size), ms })).toSorted((a, b) => a.size - b.size))
    fc.assert(fc.property(logs, fc.integer({ min: 1, max: 60 }), (log, size) => {
      const [decision] = asked(settling, [busyWith(size)], stateOf({ log, size }))
      const known = decision?.state.log ?? []
      const fastest = known.find(({ ms }) => ms === Math.min(...known.map((entry) => entry.ms)))?.size ?? 0
      const wanted = decision?.wanted ?? 0
      expect((wanted - size) * (fastest - wanted)).toBeGreaterThanOrEqual(0)
      expect(Math.abs(fastest - wanted)).toBe(Math.floor(Math.abs(fastest - size) / 2))
    }))
  })
})

describe('exploring, trying', () => {
  const changes = (size: number, policy = trying): ReadonlySet<number> =>
    new Set(Array.from({ length: 400 }, (_, seed) => (asked(policy, [busyWith(size)], stateOf({ size, seed }))[0]?.wanted ?? 0) - size))

  it.each([
    [10, [-1, 1]],
    [20, [-1, 1]],
    [30, [-2, -1, 1, 2]],
    [41, [-4, -3, -2, -1, 1, 2, 3, 4]],
  ])('goes from %d by any of %j', (size, expected) => {
    expect([...changes(size)].toSorted((a, b) => a - b)).toEqual(expected)
  })

  it('goes up about four times in five, and as told', () => {
    const ups = Array.from({ length: 1_000 }, (_, seed) => asked(trying, [busyWith(10)], stateOf({ seed }))[0]?.wanted).filter((wanted) => wanted === 11).length
    expect(ups).toBeGreaterThan(750)
    expect(ups).toBeLessThan(850)
    expect([...changes(10, exploring({ explore: 1, downwards: 1 }))]).toEqual([-1])
    expect([...changes(10, exploring({ explore: 1, downwards: 0, step: 0 }))]).toEqual([1])
  })

  it('tries about four times in ten, unless told', () => {
    const tries = Array.from({ length: 1_000 }, (_, seed) => asked(exploring(), [busyWith(10)], stateOf({ seed }))[0]?.reason).filter((reason) => reason === 'exploring').length
    expect(tries).toBeGreaterThan(350)
    expect(tries).toBeLessThan(450)
  })

  it('says when a bound keeps it from trying', () => {
    expect(answers(exploring({ explore: 1, downwards: 0, max: 10 }), [busyWith(10)], stateOf({}))).toEqual(['10 limited'])
  })

  it('finds the fastest size and stays around it', () => {
    const policy = exploring({ seed: 5 })
    let [state, size] = [policy.initial, 1]
    const sizes = Array.from({ length: 1_000 }, (_, n) => {
      const decision = policy.step(state, busyWith(size, { nowMs: n * 5_000, completions: 400 - (size - 12) ** 2 }))
      state = decision.state
      size = decision.wanted
      return size
    })
    expect(sizes.slice(500).filter((one) => Math.abs(one - 12) <= 2).length).toBeGreaterThan(450)
  })
})

describe('exploring, under-used', () => {
  const idle = (nowMs: number, about: Partial<LoadSample> = {}): LoadSample => busyWith(10, { nowMs, inFlight: 2, maxInFlight: 3, ...about })

  it('comes down to a share of the peak, after more than 72 hours', () => {
    const loads = [idle(15_000), idle(20_000, { maxInFlight: 6 }), idle(15_000 + 72 * HOUR_MS), idle(15_001 + 73 * HOUR_MS), idle(15_001 + 80 * HOUR_MS)]
    expect(answers(settling, loads, stateOf({ log: logOf([20, 1]) }))).toEqual(['10 withinRange', '10 withinRange', '10 withinRange', '4 tooMany', '4 withinRange'])
  })

  it('begins anew after a look at which all were busy', () => {
    const loads = [idle(15_000), busyWith(10, { nowMs: 40 * HOUR_MS, completions: 0 }), idle(41 * HOUR_MS), idle(80 * HOUR_MS)]
    expect(answers(settling, loads, stateOf({}))).toEqual(['10 withinRange', '10 withinRange', '10 withinRange', '10 withinRange'])
  })

  it('never grows by it, and stays within bounds', () => {
    const policy = exploring({ underusedMs: 1_000, downsize: 1 })
    expect(answers(policy, [idle(15_000), idle(20_000, { maxInFlight: 25 })], stateOf({}))).toEqual(['10 withinRange', '10 withinRange'])
    expect(answers(policy, [idle(15_000, { maxInFlight: 0 }), idle(20_000, { maxInFlight: 0 })], stateOf({}))).toEqual(['10 withinRange', '1 limited'])
  })
})

describe('exploring at the door', () => {
  it.each([
    [{ min: 0 }, 'exploring: min should be a whole number, 1 or more'],
    [{ max: 3, min: 4 }, 'max should be at least min, which is 4, but is 3'],
    [{ everyMs: 0 }, 'everyMs'],
    [{ explore: 1.1 }, 'explore'],
    [{ downwards: -1 }, 'downwards'],
    [{ step: 2 }, 'step'],
    [{ neighbours: 1 }, 'neighbours'],
    [{ underusedMs: 0 }, 'underusedMs'],
    [{ downsize: 2 }, 'downsize'],
    [{ weight: 0 }, 'weight should be a number above 0, up to 1'],
    [{ seed: 1.5 }, 'seed'],
  ])('refuses %j', (options, message) => {
    expect(() => exploring(options)).toThrow(OptionsError)
    expect(() => exploring(options)).toThrow(message)
  })
})
