import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { type VegasState, vegas } from '../../src/scaling/vegas.js'
import { policyLaws } from '../support/policy-laws.js'
import { answers, asked, windowOf } from './asked.js'
import { loadOf } from './load-of.js'

const stateOf = (about: Partial<VegasState>): VegasState => ({ limit: 20, noLoadMs: 10, sinceProbe: 0, seed: 0, ...about })

describe('vegas keeps the laws of every policy', () => {
  // Rest comes when the time without load is measured anew, at the latest after 30 windows for each of 25 workers.
  policyLaws('vegas', () => vegas({ initial: 5 }), { maxRise: 6, settlesAfter: 900 }).forEach(({ title, check }) => it(title, () => check()))
})

describe('vegas, step by step', () => {
  it.each([
    ['the time without load', windowOf(10, 20), '26 tooFew'],
    ['a queue of 1', windowOf(10.5, 20), '26 tooFew'],
    ['a queue of 2', windowOf(11, 20), '21 tooFew'],
    ['a queue of 3', windowOf(11.5, 20), '20 withinRange'],
    ['a queue of 6', windowOf(14, 20), '20 withinRange'],
    ['a queue of 7', windowOf(15, 20), '19 tooMany'],
    ['half of it in use', windowOf(10, 10), '26 tooFew'],
    ['less than half in use', windowOf(10, 9), '20 withinRange'],
    ['less than half in use and a queue', windowOf(100, 9), '20 withinRange'],
    ['a failure', windowOf(10, 20, { failures: 1 }), '19 tooMany'],
    ['a failure with little in use', windowOf(10, 1, { failures: 1 }), '19 tooMany'],
    ['a failure and nothing else', windowOf(10, 1, { failures: 1, completions: 0, busyMs: 0 }), '19 tooMany'],
    ['a lower time', windowOf(9, 20), '20 withinRange'],
    ['a lower time with a failure', windowOf(9, 20, { failures: 1 }), '20 withinRange'],
    ['nothing that ended', windowOf(10, 20, { completions: 0 }), '20 held'],
    ['the most of the group reached', windowOf(10, 20, { max: 22 }), '22 limited'],
  ])('answers %s from 20 and 10 ms', (_, load, answer) => {
    expect(answers(vegas(), [load], stateOf({}))).toEqual([answer])
  })

  it.each([[99, 105], [100, 112], [999, 1_000]])('steps by the digits of the limit: from %d to %d', (limit, wanted) => {
    expect(asked(vegas(), [windowOf(10, limit)], stateOf({ limit }))[0]?.wanted).toBe(wanted)
  })

  it('learns from the first window, and keeps the lowest', () => {
    const states = asked(vegas(), [loadOf({ max: 50 }), windowOf(12, 20), windowOf(10, 20), windowOf(11, 20)])
    expect(states.map(({ wanted, state }) => [wanted, state.noLoadMs])).toEqual([[20, null], [20, 12], [20, 10], [21, 10]])
  })

  it('takes a share of each step when smoothed, and rounds only the answer', () => {
    expect(asked(vegas({ smoothing: 0.25 }), [windowOf(10, 40), windowOf(10, 40)], stateOf({})).map(({ wanted, state }) => [wanted, state.limit])).toEqual([[21, 21.5], [23, 23]])
  })

  it('measures anew after half to all of 30 windows a worker, without a move', () => {
    fc.assert(fc.property(fc.nat(), (seed) => {
      const states = asked(vegas({ seed }), Array.from({ length: 600 }, () => windowOf(14, 20)), stateOf({ seed }))
      const at = states.findIndex(({ state }) => state.noLoadMs === 14) + 1
      expect(at).toBeGreaterThanOrEqual(300)
      expect(at).toBeLessThanOrEqual(600)
      expect(states[at - 1]).toMatchObject({ wanted: 20, reason: 'withinRange', state: { sinceProbe: 0 } })
    }), { numRuns: 20 })
  })

  it('measures anew at moments that the seed decides', () => {
    const moments = [1, 2, 3, 4].map((seed) => asked(vegas({ seed }), Array.from({ length: 600 }, () => windowOf(14, 20)), stateOf({ seed })).findIndex(({ state }) => state.noLoadMs === 14))
    expect(new Set(moments).size).toBeGreaterThan(1)
  })

  it('has a name and need not be woken', () => {
    expect(vegas({ seed: 7 })).toMatchObject({ name: 'vegas', initial: { limit: null, noLoadMs: null, sinceProbe: 0, seed: 7 } })
    expectTypeOf(vegas()).toEqualTypeOf<ScalingPolicy<VegasState>>()
  })
})

describe('vegas, over many windows', () => {
  const wantedAfter = (windows: number, rttMs: number, failures: number): number | undefined =>
    asked(vegas({ probeMultiplier: 10_000 }), Array.from({ length: windows }, () => windowOf(rttMs, 1_000, { failures })), stateOf({ limit: 50 })).at(-1)?.wanted

  it('grows up to the most while nothing queues', () => {
    expect(wantedAfter(200, 10, 0)).toBe(1_000)
  })

  it('comes down to a queue of 6 when work takes very long, and to 1 when it fails', () => {
    expect(wantedAfter(200, 10_000, 0)).toBe(6)
    expect(wantedAfter(200, 10_000, 1)).toBe(1)
  })

  it('never moves in the window that lowers the time without load', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 2, max: 500 }), fc.nat({ max: 999 }), fc.nat({ max: 2 }), (limit, noLoadMs, share, failures) => {
      const rttMs = Math.max(1, Math.floor((noLoadMs * share) / 1_000))
      const [decision] = asked(vegas(), [windowOf(rttMs, limit, { failures })], stateOf({ limit, noLoadMs }))
      expect(decision).toMatchObject({ wanted: limit, state: { noLoadMs: rttMs } })
    }))
  })

  it('never grows with less than half in use', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 100 }), fc.nat(), (limit, rttMs, some) => {
      const peak = some % Math.ceil(limit / 2)
      expect(asked(vegas(), [windowOf(rttMs, peak)], stateOf({ limit }))[0]?.wanted).toBeLessThanOrEqual(limit)
    }))
  })
})

describe('vegas at the door', () => {
  it.each([
    [{ smoothing: 0 }, 'vegas: smoothing should be a number above 0, up to 1'],
    [{ smoothing: 1.1 }, 'smoothing'],
    [{ initial: 0 }, 'initial'],
    [{ max: 0 }, 'max'],
    [{ probeMultiplier: 0 }, 'probeMultiplier'],
    [{ seed: -1 }, 'seed'],
  ])('refuses %j', (options, message) => {
    expect(() => vegas(options)).toThrow(OptionsError)
    expect(() => vegas(options)).toThrow(message)
  })
})
