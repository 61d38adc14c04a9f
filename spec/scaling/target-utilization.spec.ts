import { describe, expect, expectTypeOf, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { OptionsError } from '../../src/core/options-error.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { type TargetUtilizationOptions, type TargetUtilizationState, targetUtilization } from '../../src/scaling/target-utilization.js'
import { answersOf, asked } from './ask.js'
import { brokenLoadOf, loadOf } from './load-of.js'

/** So many alive of whom so many were busy on average, in a second. */
const load = (live: number, busy: number, about: Partial<LoadSample> = {}): Partial<LoadSample> => ({ live, busyMs: busy * 1_000, max: 100, ...about })

const half = (more: TargetUtilizationOptions = {}): ScalingPolicy<TargetUtilizationState> => targetUtilization({ target: 0.5, ...more })
const AT_ONCE: TargetUtilizationOptions = { scaleDown: { stabilizationWindowMs: 0 } }

describe('targetUtilization, growing', () => {
  it('wants ceil(workers × utilization / target), at once by default', () => {
    expect(answersOf(half(), load(4, 3))).toEqual(['6 tooFew'])
    expect(answersOf(half(), load(3, 1.6))).toEqual(['3 initial'])
    expect(answersOf(half(), load(3, 1.7))).toEqual(['4 tooFew'])
  })

  it('keeps each busy for three quarters of its time by default, give or take a tenth of that', () => {
    expect(answersOf(targetUtilization(), load(8, 6), load(8, 6.6), load(8, 6.601))).toEqual(['8 initial', '8 withinRange', '9 tooFew'])
    expect(answersOf(targetUtilization({ target: 0.8 }), load(8, 7))).toEqual(['8 initial'])
    expect(answersOf(targetUtilization({ tolerance: 0 }), load(8, 6.001))).toEqual(['9 tooFew'])
  })

  it('adds at most 4, or as many as there were, per 15 s', () => {
    const busy = (live: number, nowMs: number): Partial<LoadSample> => load(live, live, { nowMs })
    const eager = half({ target: 0.1 })
    expect(answersOf(eager, busy(2, 0), busy(6, 14_999), busy(6, 15_000), busy(12, 30_000), busy(24, 44_999))).toEqual([
      '6 limited', '6 limited', '12 limited', '24 limited', '24 limited',
    ])
  })

  it('counts as idle those that are still starting, and holds where that turns it round', () => {
    expect(answersOf(half(), load(4, 3), load(4, 3, { nowMs: 1_000 }), load(4, 4, { nowMs: 2_000 }))).toEqual(['6 tooFew', '6 withinRange', '8 tooFew'])
    expect(answersOf(half(AT_ONCE), load(4, 4), load(4, 2.5, { nowMs: 1_000 }))).toEqual(['8 tooFew', '8 withinRange'])
  })

  it('waits, where growth has a window, until all of it agrees', () => {
    const policy = half({ scaleUp: { stabilizationWindowMs: 1_000 } })
    const loads = [load(4, 2), load(4, 4, { nowMs: 500 }), load(4, 3, { nowMs: 999 }), load(4, 4, { nowMs: 1_000 }), load(6, 6, { nowMs: 1_499 }), load(6, 6, { nowMs: 1_999 })]
    expect(answersOf(policy, ...loads)).toEqual(['4 initial', '4 stabilised', '4 stabilised', '6 stabilised', '6 stabilised', '8 stabilised'])
  })

  it('does not grow where that is disabled', () => {
    expect(answersOf(half({ scaleUp: { selectPolicy: 'disabled' } }), load(4, 4))).toEqual(['4 limited'])
  })
})

describe('targetUtilization, shrinking', () => {
  it('takes what it finds as a recommendation, and shrinks when that is five minutes old', () => {
    expect(answersOf(half(), load(6, 1), load(6, 1, { nowMs: 299_999 }), load(6, 1, { nowMs: 300_000 }))).toEqual(['6 stabilised', '6 stabilised', '2 tooMany'])
  })

  it('shrinks to the most that was right in its window', () => {
    const loads = [load(6, 1), load(6, 1.8, { nowMs: 200_000 }), load(6, 1, { nowMs: 300_000 }), load(4, 1, { nowMs: 499_999 }), load(4, 1, { nowMs: 500_000 })]
    expect(answersOf(half(), ...loads)).toEqual(['6 stabilised', '6 stabilised', '4 stabilised', '4 stabilised', '2 tooMany'])
  })

  it('removes no more per period than its policies let it', () => {
    const policy = half({ scaleDown: { stabilizationWindowMs: 0, policies: [{ workers: 2, periodMs: 1_000 }, { percent: 10, periodMs: 1_000 }], selectPolicy: 'min' } })
    const loads = [load(10, 0), load(10, 0, { nowMs: 1 }), load(9, 0, { nowMs: 1_001 }), load(8, 0, { nowMs: 2_001 }), load(8, 0, { nowMs: 3_001 })]
    // The first moment counts what is found as a recommendation, but for no length of time.
    expect(answersOf(policy, ...loads)).toEqual(['9 limited', '9 limited', '8 limited', '7 limited', '6 limited'])
  })

  it('takes the policy that lets most go, where none is selected', () => {
    const policies = [{ workers: 2, periodMs: 1_000 }, { percent: 50, periodMs: 1_000 }]
    expect(answersOf(half({ scaleDown: { stabilizationWindowMs: 0, policies } }), load(10, 0))).toEqual(['5 limited'])
  })

  it('remembers what changed as long as its longest period, whichever way that is for', () => {
    const oneAMinute = { policies: [{ workers: 1, periodMs: 60_000 }] }
    const oneASecond = { policies: [{ workers: 1, periodMs: 1_000 }] }
    const down = half({ scaleUp: oneASecond, scaleDown: { ...oneAMinute, stabilizationWindowMs: 0 } })
    const idle = (nowMs: number): Partial<LoadSample> => load(9, 0, { nowMs })
    expect(answersOf(down, idle(0), idle(59_999), idle(60_000))).toEqual(['8 limited', '8 limited', '7 limited'])
    const up = half({ scaleUp: oneAMinute, scaleDown: { ...oneASecond, stabilizationWindowMs: 0 } })
    const busy = (live: number, nowMs: number): Partial<LoadSample> => load(live, live, { nowMs })
    expect(answersOf(up, busy(4, 0), load(4, 2.6, { nowMs: 30_000 }), busy(5, 59_999), busy(5, 60_000))).toEqual(['5 limited', '5 withinRange', '5 limited', '6 limited'])
    // A change within the longest period must not push out one that counts.
    expect(answersOf(down, idle(0), load(8, 8, { nowMs: 30_000 }), load(9, 0, { nowMs: 59_000 }), load(9, 0, { nowMs: 60_000 }))).toEqual(['8 limited', '9 limited', '8 limited', '7 limited'])
  })

  it('leaves out those that are still starting, or takes them for busy', () => {
    const loads = [load(4, 4), load(4, 1, { nowMs: 1_000 })]
    expect(answersOf(half(AT_ONCE), ...loads)).toEqual(['8 tooFew', '2 tooMany'])
    expect(answersOf(half({ ...AT_ONCE, starting: 'missing' }), ...loads)).toEqual(['8 tooFew', '8 withinRange'])
    expect(answersOf(half({ ...AT_ONCE, starting: 'missing' }), load(4, 4), load(7, 1, { nowMs: 1_000 }))).toEqual(['8 tooFew', '4 tooMany'])
  })

  it('reckons with the workers it wants, not with those that are about to leave', () => {
    expect(answersOf(half(AT_ONCE), load(6, 1), load(6, 1, { nowMs: 1 }), load(6, 2, { nowMs: 2 }))).toEqual(['2 tooMany', '2 withinRange', '4 tooFew'])
  })

  it('goes down to none where none need be there, but for one while anything waits', () => {
    expect(answersOf(half(AT_ONCE), load(2, 0, { min: 0 }))).toEqual(['0 tooMany'])
    const loads = [load(2, 0, { min: 0, waiting: 9 }), load(1, 0, { min: 0, waiting: 0, nowMs: 1 }), load(0, 0, { min: 0, nowMs: 2 }), load(0, 0, { min: 0, waiting: 3, nowMs: 3 })]
    expect(answersOf(half(AT_ONCE), ...loads)).toEqual(['1 tooMany', '0 tooMany', '0 withinRange', '1 tooFew'])
  })

  it('needs no tolerance to come back from none', () => {
    expect(answersOf(half(), load(0, 0, { min: 0 }), load(1, 0.4, { min: 0, nowMs: 1 }))).toEqual(['0 initial', '1 tooFew'])
  })
})

describe('targetUtilization, within bounds', () => {
  it('stabilises first, then limits the rate, then keeps the bounds', () => {
    expect(answersOf(half(), load(4, 4, { max: 7 }))).toEqual(['7 limited'])
    expect(answersOf(half(AT_ONCE), load(4, 0, { min: 3 }))).toEqual(['3 limited'])
  })

  it('follows a bound that moved at once, and counts that as a change', () => {
    const policy = half({ target: 0.1 })
    const loads = [load(2, 0.2), load(2, 2, { min: 5, nowMs: 1 }), load(5, 5, { min: 5, nowMs: 200 }), load(5, 5, { min: 5, nowMs: 15_001 })]
    expect(answersOf(policy, ...loads)).toEqual(['2 initial', '5 limited', '6 limited', '10 limited'])
    expect(answersOf(half(), load(6, 3), load(6, 3, { max: 4, nowMs: 1 }))).toEqual(['6 initial', '4 limited'])
  })

  it('starts within them', () => {
    expect(answersOf(half(), load(1, 0, { min: 3 }))).toEqual(['3 stabilised'])
  })
})

describe('targetUtilization, for want of samples', () => {
  it.each([
    ['nowMs', Number.NaN], ['nowMs', -1], ['nowMs', undefined], ['windowMs', 0], ['windowMs', -1], ['windowMs', Infinity], ['windowMs', undefined],
    ['busyMs', Number.NaN], ['busyMs', -1], ['busyMs', undefined], ['busyMs', 2 ** 60], ['live', undefined], ['live', 1.5], ['waiting', Number.NaN],
    ['min', undefined], ['max', Number.NaN],
  ])('holds its answer when %s is %j', (field, value) => {
    const { state } = half().step(half().initial, loadOf(load(4, 2)))
    expect(half().step(state, brokenLoadOf(load(4, 4), { [field]: value }))).toEqual({ state, wanted: 4, reason: 'held' })
  })

  it('holds while none of the workers it wants is alive', () => {
    expect(answersOf(half(), load(4, 2), load(0, 0, { waiting: 5 }))).toEqual(['4 initial', '4 held'])
  })

  it('holds before the first sample too, and takes the first one that comes as it would have', () => {
    expect(answersOf(half(), load(6, 1, { windowMs: 0 }), load(6, 1, { nowMs: 1 }))).toEqual(['6 held', '6 stabilised'])
  })

  it('keeps within min where the bounds contradict each other', () => {
    expect(answersOf(half(), load(4, 2), load(4, 2, { min: 9, max: 5 }))).toEqual(['4 initial', '9 held'])
  })

  it('takes a clock that goes back as one that stands still', () => {
    const [, back] = asked(half(), [load(4, 2, { nowMs: 900 }), load(4, 4, { nowMs: 100 })])
    expect(back).toMatchObject({ wanted: 8, state: { nowMs: 900, changes: [{ fromMs: 900, toMs: 900, added: 4, removed: 0 }] } })
  })
})

describe('targetUtilization, given options', () => {
  it('has a name, is asked again in quiet, and is a policy', () => {
    expect(half()).toMatchObject({ name: 'targetUtilization', initial: { wanted: null, nowMs: 0, changes: [] } })
    expect(half().wake).toEqual({ idledMs: 15_000, afterWork: true })
    expectTypeOf(targetUtilization()).toExtend<ScalingPolicy>()
  })

  it('takes the bounds of its ranges, and what is undefined as not given', () => {
    expect(() => targetUtilization({ target: 0.01, tolerance: 0 })).not.toThrow()
    expect(() => targetUtilization({ target: 1, tolerance: 1, starting: 'unready', scaleUp: undefined })).not.toThrow()
    expect(answersOf(half({ tolerance: undefined, scaleDown: { stabilizationWindowMs: undefined } }), load(6, 1))).toEqual(['6 stabilised'])
  })

  it('refuses all that is wrong with them in one error', () => {
    const wrong = { target: 0, tolerance: -0.1, scaleUp: { policies: [] }, scaleDown: { stabilizationWindowMs: -1, selectPolicy: 'most' }, starting: 'busy' }
    const make = (): unknown => Reflect.apply(targetUtilization, undefined, [wrong])
    expect(make).toThrow(OptionsError)
    expect(make).toThrow(/targetUtilization: target should be a share from 0.01 to 1.*tolerance should be a share from 0 to 1.*scaleUp.policies should be a list.*scaleDown.stabilizationWindowMs should be.*scaleDown.selectPolicy should be 'max' or 'min' or 'disabled'.*starting should be 'unready' or 'missing'/s)
  })

  it.each([{ target: 1.01 }, { target: 0.009 }, { tolerance: 1.1 }, { scaleUp: { policies: [{ workers: 0, periodMs: 1 }] } }])('refuses %j', (options) => {
    expect(() => targetUtilization(options)).toThrow(OptionsError)
  })

  it('never grows towards a target of 1', () => {
    expect(answersOf(targetUtilization({ target: 1, tolerance: 0 }), load(4, 4))).toEqual(['4 initial'])
  })
})
