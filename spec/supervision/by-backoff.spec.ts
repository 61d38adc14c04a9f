import { type Observable, retry } from 'rxjs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import type { Backoff, BackoffStep } from '../../src/supervision/backoff.js'
import { byBackoff } from '../../src/supervision/by-backoff.js'
import { constant } from '../../src/supervision/constant.js'
import { exponential } from '../../src/supervision/exponential.js'
import { marbles } from './marbles.js'

describe('byBackoff', () => {
  it("paces RxJS's own retry, and cancels the wait when unsubscribed", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('a#')
      const out$ = source$.pipe(retry({ count: 3, delay: byBackoff(exponential({ baseMs: 1, maxMs: 3, jitter: 'none' }), { scheduler }) }))
      expectObservable(out$).toBe('a-a--a---a#')
      expectSubscriptions(source$.subscriptions).toBe(['^!', '--^!', '-----^!', '---------^!'])
    })
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('a#')
      expectObservable(source$.pipe(retry({ delay: byBackoff(constant(5), { scheduler }) })), '^--!').toBe('a---')
      expectSubscriptions(source$.subscriptions).toBe('^!')
    })
  })

  it('starts anew when retry resets on success', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const delay = byBackoff(exponential({ baseMs: 2, jitter: 'none' }), { scheduler })
      expectObservable(cold('a#').pipe(retry({ resetOnSuccess: true, delay })), '^-------!').toBe('a--a--a--')
    })
  })

  it('asks with the failure that retry counts, the chance it was given, and the wait before unless it is the first', () => {
    const asked: BackoffStep[] = []
    const spy: Backoff = {
      name: 'spy',
      resetAfterMs: 1,
      delayMs: (step) => {
        asked.push(step)
        return step.failures * 10
      },
    }
    const delay = byBackoff(spy, { random: () => 0.75 })
    ;[1, 2, 3, 1].forEach((failures) => delay(new Error('no'), failures))
    expect(asked).toEqual([
      { failures: 1, random: 0.75, previousMs: 0 },
      { failures: 2, random: 0.75, previousMs: 10 },
      { failures: 3, random: 0.75, previousMs: 20 },
      { failures: 1, random: 0.75, previousMs: 0 },
    ])
  })

  it('emits once and completes after the wait', () => {
    marbles(({ expectObservable }, scheduler) => {
      expectObservable(byBackoff(constant(4), { scheduler })('no', 1)).toBe('----(0|)', { 0: 0 })
    })
    expectTypeOf(byBackoff(constant(4))).toEqualTypeOf<(error: unknown, retryCount: number) => Observable<0>>()
  })

  it('refuses all that is wrong in one error', () => {
    const wrong = () => Reflect.apply(byBackoff, undefined, [{}, { random: 1, scheduler: { now: 2 } }])
    expect(wrong).toThrow(OptionsError)
    expect(wrong).toThrow(/^byBackoff: backoff should be a backoff.*random should be a function.*scheduler should be a scheduler/)
    expect(() => Reflect.apply(byBackoff, undefined, [])).toThrow('backoff should be a backoff, but is missing')
    expect(() => byBackoff(constant(1), { random: undefined, scheduler: undefined })).not.toThrow()
  })
})
