import { describe, expect, expectTypeOf, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { OptionsError } from '../../src/core/options-error.js'
import { type DemandState, demand } from '../../src/scaling/demand.js'
import type { ScalingDecision, ScalingPolicy } from '../../src/scaling/policy.js'
import { brokenLoadOf, loadOf } from './load-of.js'

const policy = demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 })

/** The decisions to one load after the other. */
const asked = (...loads: readonly Partial<LoadSample>[]): readonly ScalingDecision<DemandState>[] => {
  let state = policy.initial
  return loads.map((load) => {
    const decision = policy.step(state, loadOf(load))
    state = decision.state
    return decision
  })
}

const answers = (...loads: readonly Partial<LoadSample>[]): readonly string[] => asked(...loads).map(({ wanted, reason }) => `${wanted} ${reason}`)

describe('demand, to start with', () => {
  it('wants the fewest allowed', () => {
    expect(answers({ live: 0, min: 2 })).toEqual(['2 initial'])
  })

  it('wants what it finds alive, within bounds', () => {
    expect(answers({ live: 4 })).toEqual(['4 initial'])
    expect(answers({ live: 40 })).toEqual(['10 initial'])
    expect(answers({ live: 1, min: 3, max: 3 })).toEqual(['3 initial'])
  })

  it('grows at once when someone has waited long enough already', () => {
    expect(answers({ oldestWaitMs: 100, waiting: 1 })).toEqual(['2 tooFew'])
  })

  it('asks to be woken at its two spans, 500 ms and a minute by default', () => {
    expect(policy.wake).toEqual({ waitedMs: 100, idledMs: 1_000 })
    expect(demand().wake).toEqual({ waitedMs: 500, idledMs: 60_000 })
    expect(demand().name).toBe('demand')
    expectTypeOf(demand()).toEqualTypeOf<ScalingPolicy<DemandState>>()
    expectTypeOf(demand()).toExtend<ScalingPolicy>()
  })
})

describe('demand, growing', () => {
  it('waits for the whole span', () => {
    expect(answers({}, { nowMs: 99, waiting: 1, oldestWaitMs: 99 }, { nowMs: 100, waiting: 1, oldestWaitMs: 100 })).toEqual(['1 initial', '1 withinRange', '2 tooFew'])
  })

  it('adds one at a time, a whole span apart', () => {
    const saturated = { waiting: 9, oldestWaitMs: 500 }
    expect(answers({ ...saturated, nowMs: 0 }, { ...saturated, nowMs: 99, live: 2 }, { ...saturated, nowMs: 100, live: 2 }, { ...saturated, nowMs: 200, live: 3 })).toEqual([
      '2 tooFew',
      '2 limited',
      '3 tooFew',
      '4 tooFew',
    ])
  })

  it('says that the bound holds it when all allowed are wanted', () => {
    expect(answers({ max: 2, waiting: 1, oldestWaitMs: 100 }, { nowMs: 100, max: 2, live: 2, waiting: 1, oldestWaitMs: 100 })).toEqual(['2 tooFew', '2 limited'])
  })

  it('does not ask again for a worker that is still starting', () => {
    const one = { waiting: 1, oldestWaitMs: 200 }
    expect(answers({ ...one, nowMs: 0 }, { ...one, nowMs: 100 }, { ...one, nowMs: 9_000 }, { ...one, nowMs: 9_100, live: 2 })).toEqual([
      '2 tooFew',
      '2 limited',
      '2 limited',
      '3 tooFew',
    ])
  })

  it('asks for as many that are still starting as there are items waiting, and no more', () => {
    const two = { waiting: 2, oldestWaitMs: 200 }
    expect(answers({ ...two, nowMs: 0 }, { ...two, nowMs: 100 }, { ...two, nowMs: 200 })).toEqual(['2 tooFew', '3 tooFew', '3 limited'])
  })

  it('grows for a sender that waits though the line is empty', () => {
    expect(answers({ waiting: 0, oldestWaitMs: 100 }, { nowMs: 100, waiting: 0, oldestWaitMs: 100 })).toEqual(['2 tooFew', '2 limited'])
  })

  it('takes back a worker that is about to leave', () => {
    expect(answers({ live: 3, idleMs: [1_000] }, { nowMs: 50, live: 3, waiting: 1, oldestWaitMs: 100 })).toEqual(['2 tooMany', '3 tooFew'])
  })

  it('does not grow while a worker is idle: the wait is then for something else', () => {
    expect(answers({ waiting: 5, oldestWaitMs: 400, idleMs: [0] })).toEqual(['1 initial'])
  })

  it('takes a clock that goes back as one that stands still', () => {
    const saturated = { waiting: 9, oldestWaitMs: 500 }
    expect(answers({ ...saturated, nowMs: 100 }, { nowMs: 250, live: 2 }, { ...saturated, nowMs: 50, live: 2 })).toEqual(['2 tooFew', '2 withinRange', '3 tooFew'])
    expect(asked({ nowMs: 100 }, { nowMs: 50 }).map(({ state }) => state.nowMs)).toEqual([100, 100])
  })
})

describe('demand, shrinking', () => {
  const settled = { live: 5 }

  it('wants one fewer for each worker that has been idle for the whole span', () => {
    expect(answers(settled, { ...settled, idleMs: [999, 0] }, { ...settled, idleMs: [1_000, 999] })).toEqual(['5 initial', '5 withinRange', '4 tooMany'])
    expect(answers(settled, { ...settled, idleMs: [1_200, 1_000, 40] })).toEqual(['5 initial', '3 tooMany'])
  })

  it('never wants fewer than the fewest, and then says that all is well', () => {
    expect(answers({ ...settled, min: 4, idleMs: [2_000, 2_000, 2_000] }, { live: 4, min: 4, idleMs: [3_000, 3_000, 3_000] })).toEqual(['4 tooMany', '4 withinRange'])
  })

  it('does not let go another one while the one let go is still there', () => {
    expect(answers({ ...settled, idleMs: [1_000] }, { ...settled, idleMs: [1_001] }, { live: 4 })).toEqual(['4 tooMany', '4 withinRange', '4 withinRange'])
    expect(answers({ ...settled, idleMs: [1_000] }, { ...settled, idleMs: [1_001, 1_000] })).toEqual(['4 tooMany', '3 tooMany'])
  })

  it('counts no worker that is still starting as one to spare', () => {
    const starting = { waiting: 9, oldestWaitMs: 500, live: 1 }
    expect(answers({ ...starting, nowMs: 0 }, { ...starting, nowMs: 100 }, { nowMs: 200, idleMs: [1_000] })).toEqual(['2 tooFew', '3 tooFew', '2 tooMany'])
  })

  it('follows a bound that moves, and stays there', () => {
    expect(answers(settled, { live: 5, max: 3 }, { live: 3 }, { live: 3, min: 6 })).toEqual(['5 initial', '3 limited', '3 withinRange', '6 limited'])
  })
})

describe('demand, for want of samples', () => {
  it.each([
    ['nowMs', Number.NaN],
    ['nowMs', -1],
    ['nowMs', undefined],
    ['live', undefined],
    ['live', -1],
    ['live', 1.5],
    ['waiting', Number.NaN],
    ['oldestWaitMs', Infinity],
    ['oldestWaitMs', -5],
    ['idleMs', undefined],
    ['idleMs', 'long'],
    ['min', undefined],
    ['max', Number.NaN],
  ])('holds its answer when %s is %j', (field, value) => {
    const { state } = policy.step(policy.initial, loadOf({ live: 3 }))
    const load = brokenLoadOf({ nowMs: 900, live: 3, oldestWaitMs: 500, waiting: 3 }, { [field]: value })
    expect(policy.step(state, load)).toMatchObject({ wanted: 3, reason: 'held' })
  })

  it('holds within bounds that move, and within min where bounds contradict each other', () => {
    const { state } = policy.step(policy.initial, loadOf({ live: 3 }))
    expect(policy.step(state, brokenLoadOf({ max: 2 }, { live: undefined }))).toMatchObject({ wanted: 2, reason: 'held' })
    expect(policy.step(state, loadOf({ min: 5, max: 2 }))).toMatchObject({ wanted: 5, reason: 'held' })
  })

  it('starts at the fewest when it does not know how many are alive', () => {
    expect(policy.step(policy.initial, brokenLoadOf({ min: 2 }, { live: undefined }))).toMatchObject({ wanted: 2, reason: 'held' })
  })

  it('does not take nonsense for idleness', () => {
    expect(answers({ live: 5 }, { live: 5, idleMs: [Infinity, Number.NaN, -1, 2_000] })).toEqual(['5 initial', '4 tooMany'])
  })
})

describe('demand, given options', () => {
  it('refuses all that is wrong with them in one error', () => {
    expect(() => demand({ deliveryWaitMs: 0, maxIdleMs: Number.NaN })).toThrow(OptionsError)
    expect(() => demand({ deliveryWaitMs: 0, maxIdleMs: Number.NaN })).toThrow(/demand: deliveryWaitMs should be .* from 1 to .*; maxIdleMs should be/)
    expect(() => Reflect.apply(demand, undefined, [null])).toThrow(OptionsError)
    expect(() => demand({ deliveryWaitMs: 1, maxIdleMs: 0.5 })).toThrow('maxIdleMs')
  })

  it('takes an option that is undefined as not given', () => {
    expect(demand({ deliveryWaitMs: undefined, maxIdleMs: 1 }).wake).toEqual({ waitedMs: 500, idledMs: 1 })
  })
})
