import { EMPTY, NEVER, Observable, Subject, concat, defer, of, throwError } from 'rxjs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { constant } from '../../src/supervision/constant.js'
import type { Escalation } from '../../src/supervision/escalation.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import type { SupervisionStrategy } from '../../src/supervision/strategy.js'
import { supervise } from '../../src/supervision/supervise.js'
import { marbles, seenOf } from './marbles.js'

const backoff = constant(3)
const recorder = () => {
  const told: Escalation[] = []
  return { told, escalations: { next: (escalation: Escalation) => told.push(escalation) } }
}

describe('supervise', () => {
  it('passes values on, and completes with the source', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      expectObservable(cold('a-b|').pipe(supervise(restartOne(), { scheduler }))).toBe('a-b|')
      expectObservable(EMPTY.pipe(supervise(restartOne(), { scheduler }))).toBe('|')
    })
    expectTypeOf(of(1).pipe(supervise(resume()))).toEqualTypeOf<Observable<number>>()
  })

  it('leaves the source when unsubscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('a-b-c')
      expectObservable(source$.pipe(supervise(restartOne(), { scheduler })), '^--!').toBe('a-b')
      expectSubscriptions(source$.subscriptions).toBe('^--!')
    })
  })

  it('counts for each subscription on its own', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const source$ = cold('a#')
      const out$ = source$.pipe(supervise(restartOne({ backoff, maxRestarts: 1 }), { scheduler }))
      expectObservable(out$).toBe('a---a#')
      expectObservable(out$).toBe('a---a#')
    })
  })
})

describe('supervise with resume', () => {
  it('subscribes again at once, any number of times, and tells nothing', () => {
    const { told, escalations } = recorder()
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('-a#')
      expectObservable(source$.pipe(supervise(resume(), { scheduler, escalations })), '^--------!').toBe('-a-a-a-a-')
      expectSubscriptions(source$.subscriptions).toBe(['^-!', '--^-!', '----^-!', '------^-!', '--------^!'])
    })
    expect(told).toEqual([])
  })

  it('misses nothing of a hot source', () => {
    const hot$ = new Subject<number>()
    const source$ = new Observable<number>((subscriber) => hot$.subscribe((value) => (value < 0 ? subscriber.error(value) : subscriber.next(value))))
    const seen = seenOf(source$.pipe(supervise(resume())))
    ;[1, -1, 2, -2, 3].forEach((value) => hot$.next(value))
    expect(seen).toEqual([1, 2, 3])
  })

  it('does not count against the intensity of a restart', () => {
    const strategy: SupervisionStrategy = { name: 'mixed', decide: (failure) => (failure.attempt < 4 ? resume() : restartOne({ backoff, maxRestarts: 1 })).decide(failure) }
    const { told, escalations } = recorder()
    marbles(({ cold, expectObservable }, scheduler) => {
      expectObservable(cold('-#').pipe(supervise(strategy, { scheduler, escalations }))).toBe('--------#')
    })
    expect(told.map(({ restarts, failure }) => [restarts, failure.attempt])).toEqual([
      [1, 4],
      [2, 5],
    ])
  })

  it('neither hangs nor grows the stack when the source always fails while it is subscribed to', () => {
    let subscriptions = 0
    const source$ = defer(() => {
      subscriptions += 1
      return subscriptions > 20_000 ? of('at last') : throwError(() => 'at once')
    })
    marbles(({ expectObservable }, scheduler) => {
      expectObservable(source$.pipe(supervise(resume(), { scheduler }))).toBe('(a|)', { a: 'at last' })
      expect(subscriptions).toBe(0)
    })
    expect(subscriptions).toBe(20_001)
  })

  it('yields after a failure while it was subscribed to, so that it can be left', () => {
    let subscriptions = 0
    const source$ = defer(() => {
      subscriptions += 1
      return concat(of('a'), throwError(() => 'at once'))
    })
    const seen: string[] = []
    const subscription = source$.pipe(supervise(resume())).subscribe((value) => seen.push(value))
    expect(seen).toEqual(['a'])
    subscription.unsubscribe()
    expect(subscriptions).toBe(1)
  })
})

describe.each([
  ['restartOne', restartOne],
  ['restartAll', restartAll],
])('supervise with %s', (_name, restart) => {
  it('subscribes again after the backoff, and tells each restart', () => {
    const { told, escalations } = recorder()
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('a-#')
      expectObservable(source$.pipe(supervise(restart({ backoff }), { scheduler, escalations, name: 'feed' })), '^-------!').toBe('a----a--')
      expectSubscriptions(source$.subscriptions).toBe(['^-!', '-----^-!'])
    })
    const failure = { type: 'thrown', error: 'error', attempt: 1, atMs: 2 }
    expect(told).toEqual([
      { group: 'feed', failure, protocol: 'restart', offending: undefined, pending: [], restarts: 1, atMs: 2 },
      { group: 'feed', failure: { ...failure, attempt: 2, atMs: 7 }, protocol: 'restart', offending: undefined, pending: [], restarts: 2, atMs: 7 },
    ])
  })

  it('stops beyond the intensity, tells it, and passes the error on', () => {
    const { told, escalations } = recorder()
    marbles(({ cold, expectObservable }, scheduler) => {
      const source$ = cold('a#', {}, 'broken')
      expectObservable(source$.pipe(supervise(restart({ backoff, maxRestarts: 2, withinMs: 100 }), { scheduler, escalations }))).toBe('a---a---a#', {}, 'broken')
    })
    expect(told.map(({ protocol, restarts, atMs, group }) => [protocol, restarts, atMs, group])).toEqual([
      ['restart', 1, 1, 'supervise'],
      ['restart', 2, 5, 'supervise'],
      ['killAndEscalate', 3, 9, 'supervise'],
    ])
  })

  it('goes on for ever when restarts are rare enough', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const out$ = cold('a#').pipe(supervise(restart({ backoff, maxRestarts: 1, withinMs: 3 }), { scheduler }))
      expectObservable(out$, '^-------------!').toBe('a---a---a---a-')
    })
  })

  it('cancels the wait when unsubscribed in it', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('a#')
      expectObservable(source$.pipe(supervise(restart({ backoff }), { scheduler })), '^-!').toBe('a--')
      expectSubscriptions(source$.subscriptions).toBe('^!')
    })
  })

  it('waits longer after each failure in a row, drawing from the chance it was given', () => {
    const asked: (readonly number[])[] = []
    const spy = {
      name: 'spy',
      resetAfterMs: 4,
      delayMs: (step: { failures: number; random: number; previousMs: number }) => {
        asked.push([step.failures, step.random, step.previousMs])
        return step.failures
      },
    }
    marbles(({ cold, expectObservable }, scheduler) => {
      const source$ = concatOf([cold('#'), cold('-#'), cold('-----#'), cold('|')])
      expectObservable(source$.pipe(supervise(restart({ backoff: spy }), { scheduler, random: () => 0.25 }))).toBe('----------|')
    })
    expect(asked).toEqual([
      [1, 0.25, 0],
      [2, 0.25, 1],
      [1, 0.25, 0],
    ])
  })
})

describe('supervise with stopAndEscalate', () => {
  it('tells it and passes the error on', () => {
    const { told, escalations } = recorder()
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source$ = cold('a-#', {}, 'broken')
      expectObservable(source$.pipe(supervise(stopAndEscalate(), { scheduler, escalations }))).toBe('a-#', {}, 'broken')
      expectSubscriptions(source$.subscriptions).toBe('^-!')
    })
    const failure = { type: 'thrown', error: 'broken', attempt: 1, atMs: 2 }
    expect(told).toEqual([{ group: 'supervise', failure, protocol: 'killAndEscalate', offending: undefined, pending: [], restarts: 0, atMs: 2 }])
  })

  it('needs nobody to tell', () => {
    expect(seenOf(throwError(() => 'broken').pipe(supervise(stopAndEscalate())))).toEqual(['broken'])
    expect(seenOf(NEVER.pipe(supervise(stopAndEscalate(), { escalations: {} })))).toEqual([])
  })
})

/** Another source for each subscription. */
const concatOf = <T>(sources: readonly Observable<T>[]): Observable<T> => {
  let next = 0
  return defer(() => {
    const source$ = sources[next] ?? EMPTY
    next += 1
    return source$
  })
}
