import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import type { BacklogCount } from '../../src/scaling/backlog-count.js'
import type { BacklogFallback } from '../../src/scaling/backlog-fallback.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { targetBacklog } from '../../src/scaling/target-backlog.js'
import { policyLaws } from '../../src/testing/policy-laws.js'
import { answersOf, asked } from './ask.js'
import { brokenLoadOf, loadOf } from './load-of.js'

const ten = targetBacklog({ perWorker: 10 })

describe('targetBacklog keeps the laws of every policy', () => {
  const laws = [
    ...policyLaws('targetBacklog()', () => targetBacklog(), { demandDriven: true }),
    ...policyLaws('targetBacklog of all, in no hurry', () => targetBacklog({ perWorker: 3, count: 'all', activation: 5, cooldownMs: 1_000 }), { demandDriven: true }),
    ...policyLaws('targetBacklog, accurate', () => targetBacklog({ perWorker: 2, count: 'accurate', cooldownMs: 0 }), { demandDriven: true }),
    ...policyLaws('targetBacklog, eager', () => targetBacklog({ perWorker: 2, count: 'eager' }), { demandDriven: true }),
    ...policyLaws('targetBacklog that falls back in vain', () => targetBacklog({ fallback: { afterMissing: 100, workers: 3 } }), { demandDriven: true }),
  ]
  laws.forEach(({ title, check }) => it(title, () => check()))
})

describe('targetBacklog, counting', () => {
  it('wants a worker for every so many that wait, rounded up', () => {
    expect(answersOf(ten, { waiting: 20 }, { waiting: 21 }, { waiting: 20 }, { waiting: 20 })).toEqual(['2 tooFew', '3 tooFew', '2 tooMany', '2 withinRange'])
    expect(answersOf(targetBacklog({ count: 'waiting' }), { waiting: 3 }, { waiting: 2, inFlight: 4 })).toEqual(['3 tooFew', '2 tooMany'])
    expect(answersOf(targetBacklog(), { waiting: 3 }, { waiting: 2, inFlight: 4 })).toEqual(['3 tooFew', '6 tooFew'])
  })

  it('keeps the bounds, and says where they hold it', () => {
    expect(answersOf(ten, { waiting: 500, max: 7 }, { waiting: 0, min: 2 }, { waiting: 70, max: 7 })).toEqual(['7 limited', '2 limited', '7 tooFew'])
    expect(answersOf(ten, { waiting: 10, live: 1 })).toEqual(['1 initial'])
    expect(answersOf(ten, { waiting: 40 }, { waiting: 30, max: 3 })).toEqual(['4 tooFew', '3 limited'])
  })

  // https://keda.sh/docs/latest/reference/scaledjob-spec/: jobs running 3 of which none is pending, 10 the most
  it.each<[BacklogCount, number, number, number]>([
    ['all', 4, 3, 4], // ceil((4 + 3) / 2)
    ['all', 0, 3, 2],
    ['accurate', 4, 3, 5], // 3 + ceil(4 / 2)
    ['accurate', 0, 3, 3],
    ['accurate', 30, 3, 10],
    ['eager', 4, 3, 7], // 5 alive and ceil(4 / 2)
    ['eager', 4, 6, 8], // of 6 in flight
    ['eager', 0, 3, 3],
    ['waiting', 4, 3, 2],
  ])('counts %s: %d waiting and %d in flight make %d', (count, waiting, inFlight, expected) => {
    expect(asked(targetBacklog({ perWorker: 2, count }), [{ waiting, inFlight, live: 5 }])).toMatchObject([{ wanted: expected }])
  })

  it('wants the least number that leaves none more than so many', () => {
    fc.assert(fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 50 }), (waiting, perWorker) => {
      const [{ wanted } = { wanted: -1 }] = asked(targetBacklog({ perWorker }), [{ waiting, min: 1, max: 100_000 }])
      expect(wanted * perWorker >= waiting && (wanted === 1 || (wanted - 1) * perWorker < waiting)).toBe(true)
    }))
  })
})

describe('targetBacklog, from none and to none', () => {
  const slow = targetBacklog({ perWorker: 10, activation: 5, cooldownMs: 1_000 })
  const none = { min: 0, live: 0 }

  it('starts the first when more than the activation wait', () => {
    expect(answersOf(slow, none, { ...none, waiting: 5, nowMs: 10 }, { ...none, waiting: 6, nowMs: 20 })).toEqual(['0 initial', '0 withinRange', '1 tooFew'])
    expect(answersOf(ten, { ...none, waiting: 1 })).toEqual(['1 tooFew'])
  })

  it('keeps one until none have waited for longer than the cooldown', () => {
    const loads = [{ ...none, waiting: 25 }, { ...none, waiting: 5, nowMs: 500 }, { ...none, nowMs: 1_000 }, { ...none, nowMs: 1_001 }, { ...none, waiting: 5, nowMs: 1_002 }]
    expect(answersOf(slow, ...loads)).toEqual(['3 tooFew', '1 tooMany', '1 withinRange', '0 tooMany', '0 withinRange'])
  })

  it('counts the cooldown from the last moment with more than the activation', () => {
    const loads = [{ ...none, waiting: 6 }, { ...none, waiting: 6, nowMs: 900 }, { ...none, nowMs: 1_900 }, { ...none, nowMs: 1_901 }]
    expect(answersOf(slow, ...loads)).toEqual(['1 tooFew', '1 withinRange', '1 withinRange', '0 tooMany'])
    expect(answersOf(ten, { ...none, waiting: 1 }, { ...none, nowMs: 300_000 }, { ...none, nowMs: 300_001 })).toEqual(['1 tooFew', '1 withinRange', '0 tooMany'])
  })

  it('lets go at once whom it finds and never needed', () => {
    expect(answersOf(slow, { min: 0, live: 4 })).toEqual(['0 tooMany'])
  })

  it('asks neither activation nor cooldown where one must be there', () => {
    expect(answersOf(slow, { waiting: 3 }, { waiting: 12, nowMs: 1 }, { waiting: 0, nowMs: 2 })).toEqual(['1 initial', '2 tooFew', '1 limited'])
  })

  it('does not come back from none while none wait, when the bounds had sent all away', () => {
    expect(answersOf(slow, { ...none, waiting: 9 }, { ...none, max: 0, nowMs: 1 }, { ...none, waiting: 2, nowMs: 2 }, { ...none, waiting: 6, nowMs: 3 })).toEqual([
      '1 tooFew', '0 limited', '0 withinRange', '1 tooFew',
    ])
  })

  it('counts what is in flight as something to do, where it is counted', () => {
    const all = targetBacklog({ count: 'accurate', cooldownMs: 0 })
    expect(answersOf(all, { ...none, waiting: 2 }, { ...none, inFlight: 2, live: 2, nowMs: 10 }, { ...none, nowMs: 20 })).toEqual(['2 tooFew', '2 withinRange', '0 tooMany'])
  })
})

describe('targetBacklog, for want of samples', () => {
  it.each([
    ['nowMs', Number.NaN], ['nowMs', undefined], ['waiting', undefined], ['waiting', -1], ['waiting', 0.5], ['inFlight', Infinity], ['live', undefined], ['min', undefined], ['max', Number.NaN],
  ])('holds its answer when %s is %j', (field, value) => {
    const { state } = ten.step(ten.initial, loadOf({ waiting: 30 }))
    expect(ten.step(state, brokenLoadOf({ waiting: 99, nowMs: 9 }, { [field]: value }))).toMatchObject({ wanted: 3, reason: 'held', state: { wanted: 3, missed: 1 } })
  })

  const missing = { waiting: Number.NaN }
  const fallingBack = (behavior: BacklogFallback['behavior'], workers: number): ScalingPolicy => targetBacklog({ fallback: { afterMissing: 2, workers, behavior } })

  // https://keda.sh/docs/latest/reference/scaledobject-spec/#fallback
  it.each<[BacklogFallback['behavior'], number, number]>([
    [undefined, 6, 6], ['static', 6, 6], ['static', 2, 2], ['currentReplicas', 6, 4], ['currentReplicasIfHigher', 6, 6], ['currentReplicasIfHigher', 2, 4],
    ['currentReplicasIfLower', 6, 4], ['currentReplicasIfLower', 2, 2],
  ])('falls back (%s, %d) when more than two samples in a row are missing', (behavior, workers, expected) => {
    expect(answersOf(fallingBack(behavior, workers), { waiting: 4 }, missing, missing, missing, missing)).toEqual(['4 tooFew', '4 held', '4 held', `${expected} held`, `${expected} held`])
  })

  it('counts anew after a sample that was there, and keeps the bounds', () => {
    const policy = fallingBack('static', 60)
    expect(answersOf(policy, missing, missing, { waiting: 4 }, missing, missing, missing)).toEqual(['1 held', '1 held', '4 tooFew', '4 held', '4 held', '10 held'])
    expect(answersOf(targetBacklog({ fallback: { afterMissing: 0, workers: 5 } }), missing)).toEqual(['5 held'])
  })

  it('takes a clock that goes back as one that stands still', () => {
    expect(asked(ten, [{ waiting: 5, nowMs: 900 }, { waiting: 5, nowMs: 100 }])[1]).toMatchObject({ state: { nowMs: 900, activeAtMs: 900 } })
  })
})

describe('targetBacklog, given options', () => {
  it('has a name, is asked again in quiet, and is a policy', () => {
    expect(targetBacklog()).toMatchObject({ name: 'targetBacklog', initial: { wanted: null, nowMs: 0, activeAtMs: null, missed: 0 } })
    expect(targetBacklog().wake).toEqual({ idledMs: 15_000, afterWork: true })
    expectTypeOf(targetBacklog()).toExtend<ScalingPolicy>()
  })

  it('refuses all that is wrong with them in one error', () => {
    const wrong = { perWorker: 0, count: 'some', activation: -1, cooldownMs: -1, fallback: { workers: 1.5, behavior: 'panic' } }
    const make = (): unknown => Reflect.apply(targetBacklog, undefined, [wrong])
    expect(make).toThrow(OptionsError)
    expect(make).toThrow(/targetBacklog: perWorker should be a whole number, 1 or more.*count should be 'waiting' or 'all' or 'accurate' or 'eager'.*activation should be a whole number, 0 or more.*cooldownMs should be milliseconds.*fallback.afterMissing should be a whole number, 0 or more, but is missing.*fallback.workers should be.*fallback.behavior should be 'static' or 'currentReplicas' or 'currentReplicasIfHigher' or 'currentReplicasIfLower'/s)
    expect(() => Reflect.apply(targetBacklog, undefined, [{ fallback: { afterMissing: 0 } }])).toThrow('fallback.workers')
  })
})
