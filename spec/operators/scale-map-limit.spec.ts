import { BehaviorSubject, concat, EMPTY, NEVER, Observable, of, Subject, throwError } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { scaleMap } from '../../src/operators/scale-map.js'

const marbles = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected))

const LIMITS = { 0: 0, 1: 1, 2: 2, 3: 3 }

const errorOf = (output$: Observable<unknown>): unknown => {
  let caught: unknown
  output$.subscribe({ error: (error: unknown) => (caught = error) })
  return caught
}

describe('scaleMap with a moving limit', () => {
  it('starts nothing before there is a limit', () => {
    marbles().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('ab---------|')
      const limit$ = hot('-----2-----', LIMITS)
      const inner$ = cold('     --x|')
      const inners = ['-----^--!', '-----^--!']
      expectObservable(source$.pipe(scaleMap(() => inner$, limit$))).toBe('-------(xx)|')
      expectSubscriptions(inner$.subscriptions).toBe(inners)
      expectSubscriptions(limit$.subscriptions).toBe('^----------!')
    })
  })

  it('starts waiting values in the tick in which the limit rises, oldest first', () => {
    marbles().run(({ cold, hot, expectObservable }) => {
      const source$ = hot('(abcd)|')
      const limit$ = hot('1----3----', LIMITS)
      const result$ = source$.pipe(scaleMap((name) => concat(of(name), cold('----------|')), limit$))
      expectObservable(result$).toBe('a----(bc)-d---------|')
    })
  })

  it('stops nothing when the limit falls, and starts nothing until fewer run than it allows', () => {
    marbles().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('(abcde)|')
      const limit$ = hot('3-1-----------------', LIMITS)
      const lengths: Record<string, number> = { a: 4, b: 6, c: 8, d: 3, e: 2 }
      const inners = Object.fromEntries(Object.entries(lengths).map(([name, length]) => [name, cold(`${'-'.repeat(length - 1)}${name}|`)]))
      expectObservable(source$.pipe(scaleMap((name) => inners[name] ?? EMPTY, limit$))).toBe('---a-b-c--d-e|')
      expectSubscriptions(inners['a']?.subscriptions ?? []).toBe('^---!')
      expectSubscriptions(inners['b']?.subscriptions ?? []).toBe('^-----!')
      expectSubscriptions(inners['c']?.subscriptions ?? []).toBe('^-------!')
      expectSubscriptions(inners['d']?.subscriptions ?? []).toBe('--------^--!')
      expectSubscriptions(inners['e']?.subscriptions ?? []).toBe('-----------^-!')
    })
  })

  it('pauses at 0 and goes on when the limit rises again', () => {
    marbles().run(({ hot, expectObservable }) => {
      const source$ = hot('-a-b-c------d|')
      const limit$ = hot('1-0---1---', LIMITS)
      expectObservable(source$.pipe(scaleMap((name) => of(name), limit$))).toBe('-a----(bc)--d|')
    })
  })

  it('accepts Infinity and starts all that waits', () => {
    const limit$ = new BehaviorSubject(0)
    const seen: number[] = []
    of(1, 2, 3).pipe(scaleMap((n) => concat(of(n), NEVER), limit$)).subscribe((n) => seen.push(n))
    expect(seen).toEqual([])
    limit$.next(Number.POSITIVE_INFINITY)
    expect(seen).toEqual([1, 2, 3])
  })

  it('keeps the last limit after limit$ completed', () => {
    marbles().run(({ cold, hot, expectObservable }) => {
      const source$ = hot('abc--------|')
      const limit$ = cold('(1|)', LIMITS)
      expectObservable(source$.pipe(scaleMap((name) => cold(`--(${name}|)`), limit$))).toBe('--a-b-c----|')
    })
  })

  it('stays paused for ever, without an error, after limit$ completed with 0', () => {
    marbles().run(({ hot, expectObservable }) => {
      expectObservable(hot('ab|').pipe(scaleMap((name) => of(name), of(0)))).toBe('---')
    })
  })

  it('completes with a source without values although no limit ever came', () => {
    marbles().run(({ hot, expectObservable, expectSubscriptions }) => {
      const limit$ = hot('------', LIMITS)
      expectObservable(hot('--|').pipe(scaleMap(() => of(1), limit$))).toBe('--|')
      expectSubscriptions(limit$.subscriptions).toBe('^-!')
    })
  })

  it('errors when limit$ completes without a value, for nothing could ever start', () => {
    const error = errorOf(NEVER.pipe(scaleMap(() => of(1), EMPTY)))
    expect(error).toBeInstanceOf(OptionsError)
    expect(error).toHaveProperty('where', 'scaleMap')
    expect(error).toHaveProperty('problems', [
      { path: 'limit', got: 'an Observable that completed without a value', expected: 'a whole number, 0 or more, or Infinity' },
    ])
  })

  it('does not even subscribe to the source when limit$ fails at once', () => {
    let subscribed = 0
    const source$ = new Observable<number>(() => {
      subscribed++
    })
    expect(errorOf(source$.pipe(scaleMap(() => of(1), EMPTY)))).toBeInstanceOf(OptionsError)
    expect(errorOf(source$.pipe(scaleMap(() => of(1), throwError(() => 'no limit'))))).toBe('no limit')
    expect(subscribed).toBe(0)
  })

  it('passes an error of limit$ on, and unsubscribes from the source and every inner', () => {
    marbles().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('ab---------|')
      const limit$ = hot('2---#', LIMITS)
      const inner$ = cold('---------x|')
      expectObservable(source$.pipe(scaleMap(() => inner$, limit$))).toBe('----#')
      expectSubscriptions(source$.subscriptions).toBe('^---!')
      expectSubscriptions(limit$.subscriptions).toBe('^---!')
      expectSubscriptions(inner$.subscriptions).toBe(['^---!', '-^--!'])
    })
  })

  it.each([-1, Number.NaN, 1.5, Number.NEGATIVE_INFINITY, 2 ** 53])('errors when limit$ emits %s, and leaves nothing subscribed', (wrong) => {
    const limit$ = new BehaviorSubject(1)
    const source$ = new Subject<number>()
    const inner$ = new Subject<number>()
    let caught: unknown
    source$.pipe(scaleMap(() => inner$, limit$)).subscribe({ error: (error: unknown) => (caught = error) })
    source$.next(1)
    limit$.next(wrong)
    expect(caught).toBeInstanceOf(OptionsError)
    expect(caught).toHaveProperty('message', `scaleMap: limit should be a whole number, 0 or more, or Infinity, but is ${wrong}`)
    expect([source$.observed, inner$.observed, limit$.observed]).toEqual([false, false, false])
  })

  it.each([-1, Number.NaN, 0.5, Number.NEGATIVE_INFINITY])('refuses the number %s where the operator is made', (wrong) => {
    expect(() => scaleMap(() => of(1), wrong)).toThrow(OptionsError)
    expect(() => scaleMap(() => of(1), wrong)).toThrow(`scaleMap: limit should be a whole number, 0 or more, or Infinity, or an Observable, but is ${wrong}`)
  })

  it.each([
    ['the limit', [() => of(1), undefined], 'limit'],
    ['the project function', [undefined, 1], 'project'],
    ['a limit that is no number', [() => of(1), '3'], 'limit'],
  ] as const)('refuses %s that is missing or of another kind', (_, given, path) => {
    expect(() => Reflect.apply(scaleMap, undefined, given)).toThrow(OptionsError)
    expect(() => Reflect.apply(scaleMap, undefined, given)).toThrow(path)
  })

  it.each([0, -0])('pauses for ever with the number %s', (limit) => {
    marbles().run(({ hot, expectObservable }) => {
      expectObservable(hot('ab|').pipe(scaleMap((name) => of(name), limit))).toBe('---')
    })
  })

  it('goes on with a limit that was raised while a value was being started, in arrival order', () => {
    const limit$ = new BehaviorSubject(0)
    const log: string[] = []
    const project = (name: string): Observable<string> => {
      log.push(`start ${name}`)
      if (name === 'a') limit$.next(3)
      return concat(of(name), NEVER)
    }
    of('a', 'b', 'c', 'd').pipe(scaleMap(project, limit$)).subscribe((name) => log.push(name))
    limit$.next(1)
    expect(log).toEqual(['start a', 'a', 'start b', 'b', 'start c', 'c'])
  })

  it('heeds a limit that was cut while a value was being started', () => {
    const limit$ = new BehaviorSubject(0)
    const log: string[] = []
    const project = (name: string): Observable<string> => {
      log.push(name)
      if (name === 'b') limit$.next(1)
      return NEVER
    }
    of('a', 'b', 'c', 'd').pipe(scaleMap(project, limit$)).subscribe()
    limit$.next(4)
    expect(log).toEqual(['a', 'b'])
  })

  it('gives a limit to each subscription of its own', () => {
    const limit$ = new BehaviorSubject(1)
    const output$ = of('a', 'b').pipe(scaleMap((name) => concat(of(name), NEVER), limit$))
    const seen: string[][] = [[], []]
    output$.subscribe((name) => seen[0]?.push(name))
    output$.subscribe((name) => seen[1]?.push(name))
    limit$.next(2)
    expect(seen).toEqual([['a', 'b'], ['a', 'b']])
  })

  it('unsubscribes from the source, then the inners, then the limit', () => {
    const log: string[] = []
    const tracked = (name: string): Observable<number> =>
      new Observable((subscriber) => {
        subscriber.next(2)
        return () => log.push(name)
      })
    tracked('source').pipe(scaleMap(() => tracked('inner'), tracked('limit'))).subscribe().unsubscribe()
    expect(log).toEqual(['source', 'inner', 'limit'])
  })
})
