import { EMPTY, NEVER, Observable, Subject, of } from 'rxjs'
import { type RunHelpers, TestScheduler } from 'rxjs/testing'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { OptionsError } from '../../src/core/options-error.js'
import { type ControlDecision, control, decisions } from '../../src/scaling/control.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { brokenLoadOf, loadOf } from './load-of.js'

const marbles = <T>(work: (helpers: RunHelpers) => T): T => new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(work)

/** Wants as many as wait. */
const asMany: ScalingPolicy<null> = { name: 'asMany', initial: null, step: (state, { waiting }) => ({ state, wanted: waiting, reason: 'withinRange' }) }

/** Wants one more at each sample. */
const counting: ScalingPolicy<number> = { name: 'counting', initial: 0, step: (asks) => ({ state: asks + 1, wanted: asks + 1, reason: 'exploring' }) }

const waiting = { a: loadOf({ waiting: 1 }), b: loadOf({ waiting: 2 }), c: loadOf({ waiting: 99 }), z: loadOf() }

describe('control', () => {
  it('emits what is wanted at the first sample, then changes only', () => {
    marbles(({ cold, expectObservable }) => {
      const load$ = cold(' a-a-b-b-a-|', waiting)
      expectObservable(control(asMany, load$)).toBe('a---b---a-|', { a: 1, b: 2 })
    })
  })

  it('keeps it within the bounds of the sample', () => {
    marbles(({ cold, expectObservable }) => {
      const load$ = cold(' zac-d', { ...waiting, d: loadOf({ waiting: 99, max: 12 }) })
      expectObservable(control(asMany, load$)).toBe('a-c-d', { a: 1, c: 10, d: 12 })
    })
  })

  it('drives the demand policy', () => {
    marbles(({ cold, expectObservable }) => {
      const policy = demand({ deliveryWaitMs: 2, maxIdleMs: 5 })
      const load$ = cold(' a-b-c|', {
        a: loadOf(),
        b: loadOf({ nowMs: 2, waiting: 1, oldestWaitMs: 2 }),
        c: loadOf({ nowMs: 9, live: 2, idleMs: [5] }),
      })
      expectObservable(control(policy, load$)).toBe('a-b-a|', { a: 1, b: 2 })
    })
  })

  it('errors when the load does, and leaves it when unsubscribed', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      expectObservable(control(asMany, cold('a-#', waiting))).toBe('1-#', { 1: 1 })
      const load$ = hot('a---b', waiting)
      expectObservable(control(asMany, load$), '^-!').toBe('1--', { 1: 1 })
      expectSubscriptions(load$.subscriptions).toBe('^-!')
    })
  })

  it('emits nothing without a sample', () => {
    marbles(({ expectObservable }) => {
      expectObservable(control(asMany, EMPTY)).toBe('|')
      expectObservable(control(asMany, NEVER)).toBe('')
    })
  })

  it('starts each subscription from the initial state', () => {
    const limit$ = control(counting, of(loadOf(), loadOf(), loadOf()))
    const first = seenOf(limit$)
    expect(seenOf(limit$)).toEqual(first)
    expect(first).toEqual([1, 2, 3, 'complete'])
  })

  it('has moved on before it tells, so that a subscriber may cause the next sample', () => {
    const load$ = new Subject<LoadSample>()
    const seen: number[] = []
    decisions(counting, load$).subscribe(({ wanted }) => {
      seen.push(wanted)
      if (wanted < 3) load$.next(loadOf())
    })
    load$.next(loadOf())
    expect(seen).toEqual([1, 2, 3])
  })
})

describe('decisions', () => {
  it('tells every answer with its reason and its sample', () => {
    const load = loadOf({ waiting: 3 })
    expect(seenOf(decisions(asMany, of(load, load)))).toEqual([{ wanted: 3, reason: 'withinRange', load }, { wanted: 3, reason: 'withinRange', load }, 'complete'])
    expectTypeOf(decisions(asMany, of(load))).toEqualTypeOf<Observable<ControlDecision>>()
    expectTypeOf(control(asMany, of(load))).toEqualTypeOf<Observable<number>>()
  })

  it('says that a bound changed the answer', () => {
    const load = loadOf({ waiting: 0, min: 1 })
    expect(seenOf(decisions(asMany, of(load)))).toEqual([{ wanted: 1, reason: 'limited', load }, 'complete'])
  })

  it('is bound by no bound that is missing', () => {
    const load = brokenLoadOf({ waiting: 70 }, { max: undefined })
    expect(seenOf(decisions(asMany, of(load)))).toEqual([{ wanted: 70, reason: 'withinRange', load }, 'complete'])
  })

  it('refuses what is no policy and no Observable', () => {
    expect(() => Reflect.apply(control, undefined, [{}, 3])).toThrow(OptionsError)
    expect(() => Reflect.apply(control, undefined, [{}, 3])).toThrow(/^control: policy should be a scaling policy.*load\$ should be an Observable/)
    expect(() => Reflect.apply(decisions, undefined, [])).toThrow(/policy should be a scaling policy, but is missing; load\$ should be an Observable, but is missing/)
    expect(() => control(fixed(1), NEVER)).not.toThrow()
  })
})

const seenOf = <T>(source$: Observable<T>): readonly (T | string)[] => {
  const seen: (T | string)[] = []
  source$.subscribe({
    next: (value) => seen.push(value),
    error: (error: unknown) => seen.push(error instanceof Error ? error.message : 'error'),
    complete: () => seen.push('complete'),
  })
  return seen
}
