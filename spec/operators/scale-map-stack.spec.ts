import { BehaviorSubject, EMPTY, from, map, mergeMap, NEVER, Observable, of, range, Subject, type ObservableInput } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { scaleMap } from '../../src/operators/scale-map.js'

const MANY = 100_000

const synchronous: readonly (readonly [string, (n: number) => ObservableInput<number>])[] = [
  ['of', (n) => of(n)],
  ['arrays', (n) => [n]],
  ['sets', (n) => new Set([n])],
  ['Observables that complete while they are subscribed to', (n) => of(n).pipe(map((m) => m))],
]

const stackDepth = (): number => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = Infinity
  const depth = (new Error('depth').stack ?? '').split('\n').length
  Error.stackTraceLimit = limit
  return depth
}

describe('scaleMap and the stack', () => {
  it.each(synchronous)('flattens 100,000 %s at 1', (_, project) => {
    let sum = 0
    let completed = false
    range(0, MANY).pipe(scaleMap(project, 1)).subscribe({ next: (n) => (sum += n), complete: () => (completed = true) })
    expect([sum, completed]).toEqual([(MANY * (MANY - 1)) / 2, true])
  })

  it('skips 100,000 empty inners', () => {
    let completed = false
    range(0, MANY).pipe(scaleMap(() => EMPTY, 1)).subscribe({ complete: () => (completed = true) })
    expect(completed).toBe(true)
  })

  it.each(synchronous)('lets 100,000 %s follow one slow head, in order and on a flat stack', (_, project) => {
    const head$ = new Subject<number>()
    const depths = new Set<number>()
    const seen: number[] = []
    let completed = false
    range(0, MANY).pipe(scaleMap((n) => (n === 0 ? head$ : project(n)), 1)).subscribe({
      next: (n) => {
        seen.push(n)
        if (n % 10_000 === 1) depths.add(stackDepth())
      },
      complete: () => (completed = true),
    })
    head$.complete()
    expect(seen).toEqual(Array.from({ length: MANY - 1 }, (__, i) => i + 1))
    expect([depths.size, completed]).toEqual([1, true])
  })

  it('lets 100,000 synchronous inners start when the limit comes late', () => {
    const limit$ = new Subject<number>()
    let sum = 0
    range(0, MANY).pipe(scaleMap((n) => of(n), limit$)).subscribe((n) => (sum += n))
    expect(sum).toBe(0)
    limit$.next(1)
    expect(sum).toBe((MANY * (MANY - 1)) / 2)
  })

  it.each([1, 2, 7, Infinity])('lets a subscriber feed the source 100,000 times from within, at %s', (limit) => {
    const source$ = new Subject<number>()
    let count = 0
    let completed = false
    source$.pipe(scaleMap((n) => of(n), limit)).subscribe({
      next: (n) => {
        count++
        if (n < MANY) source$.next(n + 1)
        else source$.complete()
      },
      complete: () => (completed = true),
    })
    source$.next(1)
    expect([count, completed]).toEqual([MANY, true])
  })

  it.each([1, 2, 7, Infinity])('lets project feed the source 100,000 times from within, at %s', (limit) => {
    const source$ = new Subject<number>()
    const started: number[] = []
    source$.pipe(scaleMap((n) => {
      started.push(n)
      if (n < MANY) source$.next(n + 1)
      return EMPTY
    }, limit)).subscribe()
    source$.next(1)
    expect(started).toEqual(Array.from({ length: MANY }, (_, i) => i + 1))
  })

  it('leaves no value waiting that arrived too deep within others, though no inner ever completes', () => {
    const source$ = new Subject<number>()
    const started: number[] = []
    source$.pipe(scaleMap((n) => {
      started.push(n)
      if (n < 1_000) source$.next(n + 1)
      return NEVER
    }, Infinity)).subscribe()
    source$.next(1)
    expect(started).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1))
  })

  it('nests a hundred deep as mergeMap does', () => {
    const run = (flatten: typeof scaleMap): string[] => {
      const source$ = new Subject<number>()
      const log: string[] = []
      source$.pipe(flatten((n: number) => of(`${n}a`, `${n}b`), Infinity)).subscribe((value) => {
        log.push(value)
        const n = Number.parseInt(value, 10)
        if (value.endsWith('a') && n < 100) source$.next(n + 1)
      })
      source$.next(1)
      return log
    }
    expect(run(scaleMap)).toEqual(run((project, limit) => mergeMap(project, Number(limit))))
  })

  it('keeps to the limit when the subscriber feeds the source from within at 2', () => {
    const source$ = new Subject<number>()
    let running = 0
    let most = 0
    const project = (n: number): Observable<number> =>
      new Observable((subscriber) => {
        most = Math.max(most, ++running)
        subscriber.next(n)
        running--
        subscriber.complete()
      })
    source$.pipe(scaleMap(project, 2)).subscribe((n) => n < 1_000 && source$.next(n + 1))
    source$.next(1)
    expect(most).toBe(2)
  })

  it('keeps the order of arrival when a value arrives while others wait though there is room', () => {
    const limit$ = new BehaviorSubject(0)
    const source$ = new Subject<string>()
    const started: string[] = []
    source$.pipe(scaleMap((name) => {
      started.push(name)
      if (name === 'a') source$.next('d')
      return NEVER
    }, limit$)).subscribe()
    for (const name of ['a', 'b', 'c']) source$.next(name)
    limit$.next(10)
    expect(started).toEqual(['a', 'b', 'c', 'd'])
  })

  it('completes when the source completes within the last inner', () => {
    const source$ = new Subject<number>()
    const log: string[] = []
    source$.pipe(scaleMap((n) => {
      source$.complete()
      return [n]
    }, 1)).subscribe({ next: (n) => log.push(String(n)), complete: () => log.push('complete') })
    source$.next(1)
    expect(log).toEqual(['1', 'complete'])
  })

  it('has room for 200,000 inners at once, and lets go of them in any order', () => {
    const subjects = Array.from({ length: 200_000 }, () => new Subject<number>())
    let completed = false
    from(subjects).pipe(scaleMap((subject) => subject, Infinity)).subscribe({ complete: () => (completed = true) })
    for (const subject of subjects) subject.complete()
    expect(completed).toBe(true)
  })
})
