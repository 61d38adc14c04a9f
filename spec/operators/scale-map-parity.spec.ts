import { concat, defer, EMPTY, finalize, from, map, mergeMap, NEVER, observable, of, range, Subject, take, throwError, timer } from 'rxjs'
import type { Observable, ObservableInput, ObservedValueOf, OperatorFunction } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import { scaleMap } from '../../src/operators/scale-map.js'

type Flatten = <T, O extends ObservableInput<unknown>>(project: (value: T, index: number) => O, limit: number) => OperatorFunction<T, ObservedValueOf<O>>

const members: readonly (readonly [string, Flatten])[] = [
  ['mergeMap', (project, limit) => mergeMap(project, limit)],
  ['scaleMap', (project, limit) => scaleMap(project, limit)],
]

const marbles = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected))

const all = <T>(output$: Observable<T>): Promise<(T | string)[]> =>
  new Promise((resolve) => {
    const seen: (T | string)[] = []
    output$.subscribe({
      next: (value) => seen.push(value),
      error: (error: unknown) => resolve([...seen, `error ${String(error)}`]),
      complete: () => resolve([...seen, 'complete']),
    })
  })

describe.each(members)('%s with a number', (_, flatten) => {
  it('merges inners of several values as they come', () => {
    marbles().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('-a---b---c-----|')
      const inner$ = cold('--x-y-|')
      expectObservable(source$.pipe(flatten((name) => inner$.pipe(map((value) => name + value)), Infinity))).toBe('---A-B-C-D-E-F-|', {
        A: 'ax', B: 'ay', C: 'bx', D: 'by', E: 'cx', F: 'cy',
      })
      expectSubscriptions(source$.subscriptions).toBe('^--------------!')
      expectSubscriptions(inner$.subscriptions).toBe(['-^-----!', '-----^-----!', '---------^-----!'])
    })
  })

  it('runs one inner after the other at 1', () => {
    marbles().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('-a--b-c-|')
      const inner$ = cold('--x--y|')
      expectObservable(source$.pipe(flatten(() => inner$, 1))).toBe('---x--y--x--y--x--y|')
      expectSubscriptions(source$.subscriptions).toBe('^-------!')
      expectSubscriptions(inner$.subscriptions).toBe(['-^-----!', '-------^-----!', '-------------^-----!'])
    })
  })

  it('runs two inners at once at 2, cold', () => {
    marbles().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('-a-b-c----|')
      const inner$ = cold('--x-----y|')
      expectObservable(source$.pipe(flatten(() => inner$, 2))).toBe('---x-x---y-yx-----y|')
      expectSubscriptions(inner$.subscriptions).toBe(['-^--------!', '---^--------!', '----------^--------!'])
    })
  })

  it('subscribes late to hot inners that had to wait', () => {
    marbles().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('-ab--|')
      const inners = { a: hot('x--1--|'), b: hot('-xxx---2-|') }
      const result$ = source$.pipe(flatten((name) => (name === 'a' ? inners.a : inners.b), 1))
      expectObservable(result$).toBe('---1---2-|')
      expectSubscriptions(inners.a.subscriptions).toBe('-^----!')
      expectSubscriptions(inners.b.subscriptions).toBe('------^--!')
    })
  })

  it('runs as many as there are when the limit is larger', () => {
    marbles().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const inner$ = cold('---x|')
      expectObservable(hot('abc|').pipe(flatten(() => inner$, 100))).toBe('---xxx|')
      expectSubscriptions(inner$.subscriptions).toBe(['^---!', '-^---!', '--^---!'])
    })
  })

  it('completes with the source when every inner has completed before', () => {
    marbles().run(({ cold, hot, expectObservable }) => {
      expectObservable(hot('-a-----|').pipe(flatten(() => cold('-x|'), 1))).toBe('--x----|')
    })
  })

  it('completes with the last inner when the source has completed before', () => {
    marbles().run(({ cold, hot, expectObservable }) => {
      expectObservable(hot('-a|').pipe(flatten(() => cold('-x---|'), 1))).toBe('--x---|')
    })
  })

  it('never completes while an inner or the source goes on', () => {
    marbles().run(({ cold, hot, expectObservable }) => {
      expectObservable(hot('a--|').pipe(flatten(() => cold('-x'), 2))).toBe('-x---')
      expectObservable(hot('a---').pipe(flatten(() => cold('-x|'), 2))).toBe('-x---')
      expectObservable(hot('----').pipe(flatten(() => cold('-x|'), 2))).toBe('-----')
    })
  })

  it('completes at once with an empty source', () => {
    marbles().run(({ cold, expectObservable }) => {
      expectObservable(cold('|').pipe(flatten(() => NEVER, 1))).toBe('|')
    })
  })

  it('passes an error of an inner on and unsubscribes from everything', () => {
    marbles().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('ab-c-----|')
      const bad$ = cold('-x--#')
      const good$ = cold('---y--y--y')
      expectObservable(source$.pipe(flatten((name) => (name === 'b' ? bad$ : good$), 3))).toBe('--xy-#')
      expectSubscriptions(source$.subscriptions).toBe('^----!')
      expectSubscriptions(good$.subscriptions).toBe(['^----!', '---^-!'])
      expectSubscriptions(bad$.subscriptions).toBe('-^---!')
    })
  })

  it('passes an error of the source on at once, whatever runs or waits', () => {
    marbles().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('ab---#')
      const inner$ = cold('--x-----|')
      expectObservable(source$.pipe(flatten(() => inner$, 1))).toBe('--x--#')
      expectSubscriptions(inner$.subscriptions).toBe('^----!')
    })
  })

  it('passes on what project throws, at once or for a value that waited', () => {
    marbles().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('ab------|')
      const inner$ = cold('--x-|')
      const project = (name: string): Observable<string> => {
        if (name === 'b') throw 'bad'
        return inner$
      }
      expectObservable(source$.pipe(flatten(project, 2))).toBe('-#', undefined, 'bad')
      expectObservable(source$.pipe(flatten(project, 1))).toBe('--x-#', undefined, 'bad')
      expectSubscriptions(source$.subscriptions).toBe(['^!', '^---!'])
    })
  })

  it('unsubscribes from the source and every inner', () => {
    marbles().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('abc---------')
      const inner$ = cold('---x---x')
      const result$ = source$.pipe(map((name) => name), flatten(() => inner$, 2), map((value) => value))
      expectObservable(result$, '------!').toBe('---xx--')
      expectSubscriptions(source$.subscriptions).toBe('^-----!')
      expectSubscriptions(inner$.subscriptions).toBe(['^-----!', '-^----!'])
    })
  })

  it('counts the values that were started, from 0', async () => {
    expect(await all(of('a', 'b', 'c').pipe(flatten((name, index) => timer(1).pipe(map(() => name + index)), 1)))).toEqual(['a0', 'b1', 'c2', 'complete'])
  })

  it('flattens arrays, strings, array-likes, iterables, generators and typed arrays', async () => {
    const inputs: readonly ObservableInput<unknown>[] = [['a', 'b'], 'cd', { length: 1, 0: 'e' }, new Set(['f']), new Map([['g', 1]]).keys(), new Uint8Array([1, 2])]
    expect(await all(from(inputs).pipe(flatten((input) => input, 1)))).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 1, 2, 'complete'])
  })

  it('flattens promises, thenables, async iterables and web streams, one after the other', async () => {
    async function* letters(): AsyncGenerator<string> {
      yield 'b'
      yield 'c'
    }
    const stream = (): ReadableStream<string> =>
      new ReadableStream({
        start: (controller) => {
          controller.enqueue('d')
          controller.close()
        },
      })
    // eslint-disable-next-line unicorn/no-thenable -- a thenable is what is tried
    const thenable: PromiseLike<string> = { then: (...listeners) => Promise.resolve('e').then(...listeners) }
    const makers: readonly (() => ObservableInput<string>)[] = [() => Promise.resolve('a'), letters, stream, () => thenable]
    expect(await all(from(makers).pipe(flatten((make) => make(), 1)))).toEqual(['a', 'b', 'c', 'd', 'e', 'complete'])
  })

  it('flattens an Observable of another library', async () => {
    const give = (): Observable<string> => of('x', 'y')
    const foreign: ObservableInput<string> = { [Symbol.observable]: give }
    Reflect.set(foreign, observable, give)
    expect(await all(of(1).pipe(flatten(() => foreign, 1)))).toEqual(['x', 'y', 'complete'])
  })

  it('errors when project gives what cannot be flattened', async () => {
    const project = (): ObservableInput<unknown> => JSON.parse('{}')
    const [error] = await all(of(1).pipe(flatten(project, 1)))
    expect(error).toMatch(/^error TypeError: You provided .* where a stream was expected/)
  })

  it('errors with the reason of a rejected promise, and starts no more', async () => {
    const started: number[] = []
    const project = (n: number): Promise<number> => {
      started.push(n)
      return n === 2 ? Promise.reject('no') : Promise.resolve(n)
    }
    expect(await all(of(1, 2, 3).pipe(flatten(project, 1)))).toEqual([1, 'error no'])
    expect(started).toEqual([1, 2])
  })

  it('lets promises resolve in any order', async () => {
    const waits = [3, 1, 2]
    const project = (ms: number): Promise<number> => new Promise((resolve) => timer(ms * 5).subscribe(() => resolve(ms)))
    expect(await all(from(waits).pipe(flatten(project, 3)))).toEqual([1, 2, 3, 'complete'])
  })

  it('lets go of an inner before it starts the next', () => {
    marbles().run(({ cold, flush }) => {
      const log: string[] = []
      const project = (n: number): Observable<string> =>
        defer(() => {
          log.push(`start ${n}`)
          return cold('-x|').pipe(finalize(() => log.push(`end ${n}`)))
        })
      of(1, 2, 3).pipe(flatten(project, 1)).subscribe()
      flush()
      expect(log).toEqual(['start 1', 'end 1', 'start 2', 'end 2', 'start 3', 'end 3'])
    })
  })

  it('stops an endless synchronous source or inner when nobody listens any more', () => {
    const seen: number[] = []
    range(0, Infinity).pipe(flatten((n) => of(n), 1), take(3)).subscribe((n) => seen.push(n))
    of(1).pipe(flatten(() => range(0, Infinity), 1), take(3)).subscribe((n) => seen.push(n))
    expect(seen).toEqual([0, 1, 2, 0, 1, 2])
  })

  it('stops an array or iterable inner in the middle when nobody listens any more', () => {
    const seen: string[] = []
    let drawn = 0
    function* endless(): Generator<string> {
      for (;;) yield `g${drawn++}`
    }
    of(1).pipe(flatten(() => ['a', 'b', 'c', 'd'], 1), take(2)).subscribe((value) => seen.push(value))
    of(1).pipe(flatten(endless, 1), take(2)).subscribe((value) => seen.push(value))
    expect([seen, drawn]).toEqual([['a', 'b', 'g0', 'g1'], 2])
  })

  it('starts a value that arrives while another is started within it, if there is room', () => {
    const source$ = new Subject<number>()
    const log: string[] = []
    const project = (n: number, index: number): Observable<string> => {
      log.push(`start ${n} as ${index}`)
      if (n === 1) source$.next(2)
      return of(`${n}a`, `${n}b`)
    }
    source$.pipe(flatten(project, 2)).subscribe((value) => {
      log.push(value)
      if (value === '1a') source$.next(3)
    })
    source$.next(1)
    expect(log).toEqual(['start 1 as 0', 'start 2 as 1', '2a', '2b', '1a', 'start 3 as 2', '3a', '3b', '1b'])
  })

  it('lets a value wait that arrives from within the only inner allowed', () => {
    const source$ = new Subject<number>()
    const log: string[] = []
    source$.pipe(flatten((n) => of(`${n}a`, `${n}b`), 1)).subscribe((value) => {
      log.push(value)
      if (value === '1a') source$.next(2)
      if (value === '2a') source$.complete()
    })
    source$.next(1)
    expect(log).toEqual(['1a', '1b', '2a', '2b'])
    expect(source$.isStopped).toBe(true)
  })

  it('starts a waiting value within the one that let another complete', () => {
    const source$ = new Subject<number>()
    const slow$ = new Subject<string>()
    const log: string[] = []
    const project = (n: number): Observable<string> => (n === 1 ? slow$ : n === 2 ? defer(() => { slow$.complete(); return of('2') }) : of(String(n)))
    const blocker$ = new Subject<string>()
    source$.pipe(flatten((n) => (n === 0 ? blocker$ : project(n)), 2)).subscribe((value) => log.push(value))
    for (const n of [0, 1, 2, 3, 4]) source$.next(n)
    blocker$.complete()
    expect(log).toEqual(['3', '4', '2'])
  })

  it('errors only once, and starts nothing from within the error', () => {
    const source$ = new Subject<number>()
    const log: string[] = []
    source$.pipe(flatten((n) => throwError(() => n), 2)).subscribe({ error: (error: unknown) => log.push(`error ${String(error)}`) })
    source$.next(1)
    source$.next(2)
    expect([log, source$.observed]).toEqual([['error 1'], false])
  })

  it('goes on after empty inners', async () => {
    expect(await all(of(1, 2, 3).pipe(flatten((n) => (n === 2 ? of(n) : EMPTY), 1)))).toEqual([2, 'complete'])
    expect(await all(of(1, 2, 3).pipe(flatten((n) => (n === 2 ? concat(of(n), EMPTY) : []), 1)))).toEqual([2, 'complete'])
  })
})
