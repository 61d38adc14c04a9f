import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { OptionsError } from '../../src/core/options-error.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { type ResizerOptions, type ResizerState, resizer } from '../../src/scaling/resizer.js'
import { policyLaws } from '../support/policy-laws.js'
import { brokenLoadOf, loadOf } from './load-of.js'
import { NONSENSE, answers, limits, times } from './measured-windows.js'

describe('resizer keeps the laws of every policy', () => {
  policyLaws('resizer', () => resizer(), { demandDriven: true, maxRise: 2, settlesAfter: 200 }).forEach(({ title, check }) => it(title, () => check()))
  policyLaws('resizer(1 to 25)', () => resizer({ upperBound: 25, messagesPerResize: 1, pressureThreshold: 0 }), { demandDriven: true, maxRise: 5, settlesAfter: 40 }).forEach(({ title, check }) =>
    it(title, () => check()))
})

/** What it makes of so many workers, of which some are busy, when a change is due. */
const next = (options: ResizerOptions, workers: number, busy: number, about: Partial<LoadSample> = {}): string => {
  const load = loadOf({ live: workers, inFlight: busy, waiting: busy, arrivals: 10, max: 1_000, ...about })
  const { wanted, reason } = resizer(options).step({ limit: workers, arrived: 0 }, load)
  return `${wanted} ${reason}`
}

describe('resizer, as Pekko tests it', () => {
  it('begins with its lower bound, and keeps two that have nothing to do', () => {
    const policy = resizer({ lowerBound: 2, upperBound: 3 })
    expect(policy.step(policy.initial, loadOf({ live: 0 })).wanted).toBe(2)
    expect(next({ lowerBound: 2, upperBound: 3 }, 2, 0)).toBe('2 limited')
  })

  it.each([
    [9, 10, 10],
    [5, 5, 6],
    [6, 6, 8],
  ])('grows, with %d of %d busy and a rate of a fifth, to %d', (busy, workers, wanted) => {
    expect(next({ lowerBound: 2, upperBound: 100, rampupRate: 0.2 }, workers, busy)).toBe(`${wanted} ${wanted > workers ? 'tooFew' : 'withinRange'}`)
  })

  it.each([false, true].flatMap((backoffByPressure) => [
    [9, 10, 10],
    [4, 10, 10],
    [3, 10, 10],
    [2, 10, 9],
    [0, 10, 9],
    [1, 9, 8],
    [0, 9, 8],
  ].map(([busy = 0, workers = 0, wanted = 0]) => ({ busy, workers, wanted, backoffByPressure }))))('shrinks below three tenths by a tenth: $busy of $workers busy to $wanted', ({ busy, workers, wanted, backoffByPressure }) => {
    expect(next({ lowerBound: 2, backoffThreshold: 0.3, backoffRate: 0.1, backoffByPressure }, workers, busy)).toBe(`${wanted} ${wanted < workers ? 'tooMany' : 'withinRange'}`)
  })

  it('neither shrinks nor grows beyond its most when all of ten are busy', () => {
    expect(next({ lowerBound: 2, upperBound: 10 }, 10, 10)).toBe('10 limited')
  })

  it('grows under pressure from its least to its most, and not for two messages', () => {
    const policy = resizer({ lowerBound: 3, upperBound: 5, rampupRate: 0.1, backoffRate: 0, pressureThreshold: 1, messagesPerResize: 1, backoffThreshold: 0 })
    const message = { live: 3, arrivals: 1 }
    const calm = [{ live: 0 }, { ...message, inFlight: 1 }, { ...message, inFlight: 2 }]
    const pressed = [{ ...message, inFlight: 3, waiting: 3 }, { ...message, live: 4, inFlight: 4, waiting: 4 }, { ...message, live: 5, inFlight: 5, waiting: 9 }]
    expect(limits(policy, ...calm, ...pressed)).toEqual([3, 3, 3, 4, 5, 5])
  })

  it('backs off once there is little to do', () => {
    const policy = resizer({ lowerBound: 2, upperBound: 5, rampupRate: 1, backoffRate: 1, backoffThreshold: 0.4, pressureThreshold: 1, messagesPerResize: 2, backoffByPressure: true })
    const pressed = { live: 2, inFlight: 2, waiting: 4, arrivals: 2 }
    expect(limits(policy, { live: 0 }, pressed, { live: 4, arrivals: 1 }, { live: 4, arrivals: 1 })).toEqual([2, 4, 4, 2])
  })
})

describe('resizer, step by step', () => {
  it('has ten, a fifth, three tenths and a tenth as its defaults', () => {
    expect(next({}, 5, 5)).toBe('6 tooFew')
    expect(next({}, 10, 10)).toBe('10 limited')
    expect(next({}, 10, 2)).toBe('9 tooMany')
    expect(next({}, 10, 3)).toBe('10 withinRange')
    expect(next({}, 5, 5, { arrivals: 9 })).toBe('5 withinRange')
    expect(next({}, 1, 0)).toBe('1 limited')
  })

  it('counts arrivals over windows, and the rest of them', () => {
    const policy = resizer({ messagesPerResize: 4 })
    const busy = { live: 10, inFlight: 10, waiting: 10 }
    const steps = [3, 0, 1, 3, 6, 0, 3].map((arrivals) => ({ ...busy, arrivals }))
    expect(limits(policy, { live: 1 }, ...steps)).toEqual([1, 1, 1, 2, 2, 3, 3, 4])
  })

  it('counts those of the first window, in which it looks for the first time', () => {
    const busy = { live: 5, inFlight: 5, waiting: 5 }
    expect(limits(resizer({ messagesPerResize: 4 }), { ...busy, arrivals: 3 }, { ...busy, arrivals: 1 })).toEqual([6, 6])
    expect(limits(resizer({ messagesPerResize: 4 }), { ...busy, arrivals: 3 }, { ...busy, live: 6, inFlight: 6, waiting: 6, arrivals: 1 })).toEqual([6, 8])
  })

  it('keeps still while nothing arrives', () => {
    expect(next({}, 10, 0, { arrivals: 0 })).toBe('10 withinRange')
  })

  it.each([
    [0, 0, 6],
    [1, 4, 5],
    [1, 5, 6],
    [2, 9, 5],
    [2, 10, 6],
    [3, 14, 5],
    [3, 15, 6],
  ])('with a threshold of %d and %d waiting for five at work makes %d', (pressureThreshold, waiting, wanted) => {
    expect(next({ pressureThreshold }, 5, 5, { waiting })).toBe(`${wanted} ${wanted > 5 ? 'tooFew' : 'withinRange'}`)
  })

  it('takes none at work as none busy, however many wait', () => {
    expect(next({}, 10, 0, { waiting: 100 })).toBe('9 tooMany')
    expect(next({ backoffByPressure: true }, 10, 0, { waiting: 100 })).toBe('9 tooMany')
    expect(next({ pressureThreshold: 0 }, 10, 2, { waiting: 100 })).toBe('9 tooMany')
  })

  it('builds on what it wanted, so that a worker that is slow to start is asked for once', () => {
    const pressed = { live: 5, inFlight: 5, waiting: 50, arrivals: 10 }
    expect(limits(resizer(), ...times(3, pressed), { ...pressed, live: 6, inFlight: 6 })).toEqual([6, 6, 6, 8])
  })

  it('takes a worker for which nothing waits as at work, or as idle when told to', () => {
    expect([next({}, 10, 3, { waiting: 0 }), next({}, 10, 2, { waiting: 0 })]).toEqual(['10 withinRange', '9 tooMany'])
    expect([next({ backoffByPressure: true }, 10, 10, { waiting: 2 }), next({ backoffByPressure: true }, 10, 10, { waiting: 3 })]).toEqual(['9 tooMany', '10 withinRange'])
  })

  it('rests with two items at a time, between which Pekko goes back and forth', () => {
    const followed = (options: ResizerOptions): readonly number[] => {
      const policy = resizer(options)
      let [state, live] = [policy.initial, 1]
      return times(6, 10).map((arrivals) => {
        const decision = policy.step(state, loadOf({ live, inFlight: Math.min(2, live), waiting: Math.max(0, 2 - live), arrivals }))
        state = decision.state
        live = decision.wanted
        return live
      })
    }
    expect(followed({})).toEqual([2, 2, 2, 2, 2, 2])
    expect(followed({ backoffByPressure: true })).toEqual([2, 1, 2, 1, 2, 1])
  })

  it('never shrinks at a threshold of 0 or less', () => {
    expect([next({ backoffThreshold: 0 }, 10, 0), next({ backoffThreshold: -1 }, 10, 0)]).toEqual(['10 withinRange', '10 withinRange'])
  })

  it('starts with what it finds, within bounds, and follows a bound that moves', () => {
    expect(answers(resizer(), { live: 4, inFlight: 2, waiting: 2 }, { live: 4, max: 3 }, { live: 3, min: 5 })).toEqual(['4 withinRange', '3 limited', '5 limited'])
    expect(limits(resizer({ lowerBound: 3 }), { live: 0 })).toEqual([3])
    expect(limits(resizer(), { live: 50, inFlight: 50 })).toEqual([10])
    expect(limits(resizer({ upperBound: 20 }), { live: 0, min: 0, max: 0 })).toEqual([0])
    expect(next({}, 5, 5, { min: 5, max: 5 })).toBe('5 limited')
  })
})

describe('resizer, for want of samples', () => {
  const broken = ['live', 'waiting', 'inFlight', 'arrivals', 'min', 'max'].flatMap((field) => NONSENSE.map((value) => [field, value] as const))

  it.each(broken)('holds when %s is %s', (field, value) => {
    const state = { limit: 5, arrived: 3 }
    expect(resizer().step(state, brokenLoadOf({ live: 5, inFlight: 5, waiting: 5, arrivals: 10 }, { [field]: value }))).toEqual({ state, wanted: 5, reason: 'held' })
  })

  it('holds when the bounds contradict each other, and says so before the first sample', () => {
    expect(resizer().step({ limit: 5, arrived: 3 }, loadOf({ min: 9, max: 8, arrivals: 10 }))).toEqual({ state: { limit: 9, arrived: 3 }, wanted: 9, reason: 'held' })
    expect(resizer().step(resizer().initial, brokenLoadOf({ min: 2 }, { live: undefined }))).toMatchObject({ wanted: 2, reason: 'initial' })
  })
})

describe('resizer has the properties of its rule', () => {
  it('moves by no more than its rates, up only when all are busy, down only when few are', () => {
    const pools = fc.record({ workers: fc.integer({ min: 1, max: 200 }), busy: fc.nat(200), rate: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100) })
    fc.assert(fc.property(pools, ({ workers, busy, rate }) => {
      const to = Number.parseInt(next({ upperBound: 1_000, rampupRate: rate, backoffRate: rate }, workers, busy), 10)
      const share = Math.ceil(rate * workers)
      if (busy >= workers) expect(to).toBe(workers + share)
      else expect(to).toBe(busy / workers < 0.3 ? Math.max(1, workers - share) : workers)
    }))
  })
})

describe('resizer, given options', () => {
  it('has a name and need not be woken', () => {
    expect(resizer()).toMatchObject({ name: 'resizer', initial: { limit: null, arrived: 0 } })
    expect(resizer().wake).toBeUndefined()
    expectTypeOf(resizer()).toEqualTypeOf<ScalingPolicy<ResizerState>>()
  })

  it('takes the ends of its ranges', () => {
    expect(() => resizer({ lowerBound: 1, upperBound: 1, pressureThreshold: 0, rampupRate: 0, backoffThreshold: 1, backoffRate: 0, messagesPerResize: 1 })).not.toThrow()
    expect(() => resizer({ backoffThreshold: -Infinity, backoffRate: 1 })).not.toThrow()
  })

  it.each([
    [{ lowerBound: 0 }, 'lowerBound should be a whole number, 1 or more'],
    [{ upperBound: 0 }, 'upperBound'],
    [{ lowerBound: 11 }, 'lowerBound should be at most upperBound, 10, but is 11'],
    [{ pressureThreshold: -1 }, 'pressureThreshold should be a whole number, 0 or more'],
    [{ rampupRate: -0.1 }, 'rampupRate should be a number, 0 or more'],
    [{ backoffThreshold: 1.1 }, 'backoffThreshold should be a share, at most 1'],
    [{ backoffThreshold: Number.NaN }, 'backoffThreshold'],
    [{ backoffRate: 1.1 }, 'backoffRate should be a share from 0 to 1'],
    [{ messagesPerResize: 0 }, 'messagesPerResize should be a whole number, 1 or more'],
  ])('refuses %j', (options, sentence) => {
    expect(() => resizer(options)).toThrow(OptionsError)
    expect(() => resizer(options)).toThrow(`resizer: ${sentence}`)
  })

  it('refuses a word for a share, and a number for a flag', () => {
    expect(() => Reflect.apply(resizer, undefined, [{ backoffByPressure: 1 }])).toThrow('backoffByPressure should be true or false')
    expect(() => Reflect.apply(resizer, undefined, [{ backoffThreshold: '0.3' }])).toThrow('backoffThreshold')
  })
})
