import { config, firstValueFrom, from, of, Subject } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { bounded } from '../../src/scaling/bounded.js'
import { type ControlOptions, control, decisions } from '../../src/scaling/control.js'
import { fixed } from '../../src/scaling/fixed.js'
import { guarded } from '../../src/scaling/guarded.js'
import { largest } from '../../src/scaling/largest.js'
import { onceEach, PolicyError } from '../../src/scaling/policy-error.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { ramp } from '../../src/scaling/ramp.js'
import { sharedBudget } from '../../src/scaling/shared-budget.js'
import { smallest } from '../../src/scaling/smallest.js'
import { stabilized } from '../../src/scaling/stabilized.js'
import { brokenLoadOf, loadOf } from './load-of.js'
import { answering, scripted, throwing } from './small-policies.js'

const moments = (count: number, about: Partial<LoadSample> = {}): readonly LoadSample[] => Array.from({ length: count }, (_, at) => loadOf({ nowMs: at * 10, ...about }))

interface Heard {
  readonly wanted: number[]
  readonly reasons: string[]
  readonly told: string[]
  end: string
}

/** What was emitted, why, what was told, and how it ended. */
const heard = (policy: ScalingPolicy, loads: readonly LoadSample[], options?: ControlOptions) => {
  const all: Heard = { wanted: [], reasons: [], told: [], end: '' }
  decisions(policy, from(loads), options ?? { errors: { next: ({ message }) => all.told.push(message) } }).subscribe({
    next: ({ wanted, reason }) => { all.wanted.push(wanted); all.reasons.push(reason) },
    error: (error: unknown) => { all.end = String(error) },
    complete: () => { all.end = 'complete' },
  })
  return all
}

const BAD: readonly (readonly [title: string, policy: () => ScalingPolicy, message: string])[] = [
  ['throws', () => throwing(new RangeError('out of ideas'), 'p'), `scaling policy 'p' failed: RangeError: out of ideas`],
  ['throws what is no error', () => throwing(undefined, 'p'), `scaling policy 'p' failed: undefined`],
  ['wants NaN', () => answering({ state: null, wanted: Number.NaN, reason: 'held' }, 'p'), `scaling policy 'p' wants NaN workers, which is no whole number`],
  ['wants Infinity', () => answering({ state: null, wanted: Infinity, reason: 'held' }, 'p'), `scaling policy 'p' wants Infinity workers, which is no whole number`],
  ['wants -Infinity', () => answering({ state: null, wanted: -Infinity, reason: 'held' }, 'p'), `scaling policy 'p' wants -Infinity workers, which is no whole number`],
  ['wants a fraction', () => answering({ state: null, wanted: 2.5, reason: 'held' }, 'p'), `scaling policy 'p' wants 2.5 workers, which is no whole number`],
  ['wants a word', () => answering({ state: null, wanted: '3', reason: 'held' }, 'p'), `scaling policy 'p' wants "3" workers, which is no whole number`],
  ['wants nothing', () => answering({ state: null }, 'p'), `scaling policy 'p' wants undefined workers, which is no whole number`],
  ['answers nothing', () => answering(undefined, 'p'), `scaling policy 'p' answered undefined, which is no decision`],
  ['answers null', () => answering(null, 'p'), `scaling policy 'p' answered null, which is no decision`],
  ['answers a number', () => answering(4, 'p'), `scaling policy 'p' answered 4, which is no decision`],
  ['answers a promise', () => answering(Promise.resolve({ state: null, wanted: 3, reason: 'held' }), 'p'), `scaling policy 'p' answered a promise, which is no decision`],
  ['answers a promise that fails', () => answering(Promise.reject(new Error('later')), 'p'), `scaling policy 'p' answered a promise, which is no decision`],
]

afterEach(() => { config.onUnhandledError = null })

describe('a policy that gives no usable answer', () => {
  it.each(BAD)('is an error where nobody is told of it, when it %s', (_, policy, message) => {
    expect(heard(policy(), moments(3), {})).toMatchObject({ wanted: [], end: `PolicyError: ${message}` })
  })

  it.each(BAD)('is told of once, and one worker stays, when it always %s', (_, policy, message) => {
    expect(heard(policy(), moments(3))).toEqual({ wanted: [1, 1, 1], reasons: ['held', 'held', 'held'], told: [message], end: 'complete' })
  })

  it('keeps its last good number, within the bounds of each sample, and goes on from its last good state', () => {
    const loads = [...moments(4), loadOf({ max: 4 }), loadOf({ min: 7 })]
    expect(heard(scripted([3, 5]), loads)).toEqual({
      wanted: [3, 5, 5, 5, 4, 7],
      reasons: ['scheduled', 'scheduled', 'held', 'held', 'limited', 'limited'],
      told: ["scaling policy 'scripted' failed: Error: no idea"],
      end: 'complete',
    })
    let turn = 0
    const moody: ScalingPolicy<number> = {
      name: 'moody',
      initial: 0,
      step: (state) => {
        turn += 1
        return { state: state + 1, wanted: turn % 2 === 0 ? Number.NaN : state + 1, reason: 'exploring' }
      },
    }
    expect(heard(moody, moments(6))).toMatchObject({ wanted: [1, 1, 2, 2, 3, 3], told: [expect.stringContaining('NaN')] })
  })

  it('has, before its first good number, the fewest allowed but one worker where that is none', () => {
    const first = (about: Partial<LoadSample>): readonly number[] => heard(throwing(1), [loadOf(about)]).wanted
    expect([first({ min: 3 }), first({ min: 0 }), first({ min: 0, max: 0 })]).toEqual([[3], [1], [0]])
  })

  it('is told of again for another reason', () => {
    const seen = heard({ name: 'three', initial: null, step: (_, { waiting }) => { throw new Error(`reason ${waiting}`) } }, [1, 2, 1, 2, 3].map((waiting) => loadOf({ waiting })))
    expect(seen.told.map((message) => message.slice(-1))).toEqual(['1', '2', '3'])
  })

  it('is told of at most 16 times, whatever it puts into its errors', () => {
    const seen = heard({ name: 'chatty', initial: null, step: (_, { nowMs }) => { throw new Error(`at ${nowMs}`) } }, moments(1_000))
    expect([seen.told.length, seen.wanted.length]).toEqual([16, 1_000])
  })

  it('is told of anew by each subscription', () => {
    const told: string[] = []
    const limit$ = control(throwing('x'), from(moments(3)), { errors: { next: ({ policy }) => told.push(policy) } })
    limit$.subscribe()
    limit$.subscribe()
    expect(told).toEqual(['broken', 'broken'])
  })

  it('keeps its error as the cause, and its name apart', () => {
    const cause = new RangeError('x')
    const errors: PolicyError[] = []
    control(throwing(cause), from(moments(2)), { errors: { next: (error) => errors.push(error) } }).subscribe()
    expect(errors).toMatchObject([{ policy: 'broken', cause }])
    expect(errors[0]).toBeInstanceOf(PolicyError)
  })

  it('is told of also to someone who takes only the first number', async () => {
    const told: string[] = []
    expect(await firstValueFrom(control(throwing('x'), of(loadOf()), { errors: { next: ({ message }) => told.push(message) } }))).toBe(1)
    expect(told).toEqual(["scaling policy 'broken' failed: \"x\""])
  })

  it('changes nothing when whoever is told throws, and RxJS reports that', async () => {
    const reported = new Promise((resolve) => { config.onUnhandledError = resolve })
    const limit$ = control(throwing('x'), from(moments(2)), { errors: { next: () => { throw new Error('no ear') } } })
    expect(await firstValueFrom(limit$)).toBe(1)
    expect(await reported).toEqual(new Error('no ear'))
  })

  it('still errors and completes as its load does', () => {
    const load$ = new Subject<LoadSample>()
    const ends: string[] = []
    control(throwing('x'), load$, { errors: {} }).subscribe({ error: (error: unknown) => ends.push(String(error)) })
    load$.next(loadOf())
    load$.error('gone')
    expect(ends).toEqual(['gone'])
  })

  it.each<readonly [string, (policy: ScalingPolicy) => ScalingPolicy]>([
    ['bounded', (policy) => bounded(policy, { max: 3 })],
    ['stabilized', (policy) => stabilized(policy)],
    ['ramp', (policy) => ramp(policy)],
    ['largest', (policy) => largest(fixed(2), policy)],
    ['smallest', (policy) => smallest(fixed(2), policy)],
    ['guarded', (policy) => guarded(policy)],
    ['sharedBudget', (policy) => sharedBudget({ total: 5 }).member(policy)],
    ['all of them', (policy) => stabilized(ramp(largest(guarded(bounded(policy, {})), fixed(1))))],
  ])('is named itself, not what combines it, inside %s', (_, combined) => {
    BAD.forEach(([, policy, message]) => expect(heard(combined(policy()), moments(2))).toMatchObject({ wanted: [1, 1], told: [message] }))
    expect(heard(combined(scripted([3, 3])), moments(5)).wanted.at(-1)).toBe(heard(combined(scripted([3, 3])), moments(2)).wanted.at(-1))
  })
})

describe('a load that is nonsense', () => {
  it.each<readonly [string, LoadSample, number]>([
    ['a min above its max', loadOf({ min: 5, max: 2 }), 5],
    ['bounds that are no numbers', brokenLoadOf({}, { min: 'one', max: null }), 3],
    ['nothing but NaN', brokenLoadOf({}, { nowMs: Number.NaN, waiting: Number.NaN, live: Number.NaN, windowMs: Number.NaN }), 3],
    ['a window of no length', loadOf({ windowMs: 0 }), 3],
  ])('with %s still has an answer', (_, load, wanted) => {
    expect(heard(fixed(3), [load, load])).toMatchObject({ wanted: [wanted, wanted], told: [], end: 'complete' })
  })
})

describe('onceEach', () => {
  it('tells the first of each message', () => {
    const told: string[] = []
    const tell = onceEach(({ message }) => told.push(message))
    for (const reason of ['a', 'b', 'a', 'c', 'b']) tell(new PolicyError('p', reason))
    expect(told).toEqual(['a', 'b', 'c'].map((reason) => `scaling policy 'p' ${reason}`))
  })
})
