import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { BehaviorSubject, config, firstValueFrom, lastValueFrom, NEVER, Observable, of, Subject, take, toArray } from 'rxjs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { scaleMap } from '../../src/operators/scale-map.js'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

interface Pending<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
}

const pending = <T>(): Pending<T> => {
  let resolve: (value: T) => void = () => undefined
  let reject: (reason: unknown) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

const logged = <T>(output$: Observable<T>) => {
  const log: unknown[] = []
  const subscription = output$.subscribe({ next: (value) => log.push(value), error: (error: unknown) => log.push({ error }), complete: () => log.push('complete') })
  return { log, subscription }
}

describe('scaleMap at its end', () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => {
    unhandled.push(reason)
  }
  beforeEach(() => {
    unhandled.length = 0
    process.on('unhandledRejection', note)
  })
  afterEach(() => {
    process.off('unhandledRejection', note)
  })

  it('ignores a promise that resolves after unsubscription, and starts nothing', async () => {
    const first = pending<string>()
    const started: number[] = []
    const { log, subscription } = logged(of(1, 2).pipe(scaleMap((n) => {
      started.push(n)
      return first.promise
    }, 1)))
    subscription.unsubscribe()
    first.resolve('late')
    await turn()
    expect([log, started]).toEqual([[], [1]])
  })

  it('ignores a promise that resolves after an error, and starts nothing', async () => {
    const [first, second] = [pending<string>(), pending<string>()]
    const started: number[] = []
    const { log } = logged(of(0, 1, 2).pipe(scaleMap((n) => {
      started.push(n)
      return n === 0 ? first.promise : second.promise
    }, 2)))
    first.reject('bad')
    await turn()
    second.resolve('late')
    await turn()
    expect([log, started, unhandled]).toEqual([[{ error: 'bad' }], [0, 1], []])
  })

  it('swallows a rejection that comes after the end', async () => {
    const [first, second, third] = [pending<string>(), pending<string>(), pending<string>()]
    const { log } = logged(of(first, second).pipe(scaleMap(({ promise }) => promise, 2)))
    const { subscription } = logged(of(third).pipe(scaleMap(({ promise }) => promise, 2)))
    first.reject('one')
    second.reject('two')
    subscription.unsubscribe()
    third.reject('three')
    await turn()
    expect([log, unhandled]).toEqual([[{ error: 'one' }], []])
  })

  it('swallows the rejection of a promise whose project ended everything', async () => {
    const source$ = new Subject<number>()
    const { log, subscription } = logged(source$.pipe(scaleMap(() => {
      subscription.unsubscribe()
      return Promise.reject(new Error('late'))
    }, 1)))
    source$.next(1)
    await turn()
    expect([log, unhandled]).toEqual([[], []])
  })

  it('gives the value of a promise in the very microtask in which it is known', async () => {
    const log: string[] = []
    of(1).pipe(scaleMap(() => Promise.resolve('value'), 1)).subscribe((value) => log.push(value))
    await Promise.resolve()
    expect(log).toEqual(['value'])
  })

  it('runs no more promises at once than the limit allows, and completes after the last', async () => {
    let running = 0
    let most = 0
    const handler = async (n: number): Promise<number> => {
      most = Math.max(most, ++running)
      await turn()
      running--
      return n * 2
    }
    const result = await lastValueFrom(of(1, 2, 3, 4, 5, 6, 7).pipe(scaleMap(handler, 3), toArray()))
    expect([result, most]).toEqual([[2, 4, 6, 8, 10, 12, 14], 3])
  })

  it('does not subscribe to the inner of a project that unsubscribed', () => {
    const source$ = new Subject<number>()
    let subscribed = 0
    const inner$ = new Observable<number>(() => {
      subscribed++
    })
    const { log, subscription } = logged(source$.pipe(scaleMap((n) => {
      subscription.unsubscribe()
      return n === 0 ? [1] : inner$
    }, 1)))
    source$.next(1)
    expect([subscribed, log, source$.observed]).toEqual([0, [], false])
  })

  it('emits nothing from the array of a project that unsubscribed', () => {
    const source$ = new Subject<number>()
    const { log, subscription } = logged(source$.pipe(scaleMap(() => {
      subscription.unsubscribe()
      return [1]
    }, 1)))
    source$.next(1)
    expect(log).toEqual([])
  })

  it('forgets what waits when it is unsubscribed from within a value', () => {
    const started: number[] = []
    const limit$ = new BehaviorSubject(0)
    const { log } = logged(of(1, 2, 3).pipe(scaleMap((n) => {
      started.push(n)
      return [n, -n]
    }, limit$), take(1)))
    limit$.next(1)
    expect([log, started, limit$.observed]).toEqual([[1, 'complete'], [1], false])
  })

  it('starts nothing from within the error that ends it', () => {
    const source$ = new Subject<number>()
    const limit$ = new BehaviorSubject(1)
    const inner$ = new Subject<number>()
    const started: number[] = []
    const log: unknown[] = []
    source$.pipe(scaleMap((n) => {
      started.push(n)
      return inner$
    }, limit$)).subscribe({
      error: (error: unknown) => {
        log.push(error)
        source$.next(3)
        limit$.next(5)
      },
    })
    source$.next(1)
    source$.next(2)
    inner$.error('bad')
    expect([log, started]).toEqual([['bad'], [1]])
    expect([source$.observed, limit$.observed, inner$.observed]).toEqual([false, false, false])
  })

  it('starts nothing from within a teardown of the source', () => {
    let feed: (n: number) => void = () => undefined
    const source$ = new Observable<number>((subscriber) => {
      feed = (n) => subscriber.next(n)
      return () => feed(2)
    })
    const started: number[] = []
    const { subscription } = logged(source$.pipe(scaleMap((n) => {
      started.push(n)
      return NEVER
    }, 5)))
    feed(1)
    subscription.unsubscribe()
    expect(started).toEqual([1])
  })

  it('runs every teardown, even if one throws, and then tells', () => {
    const log: string[] = []
    const torn = (name: string): Observable<never> =>
      new Observable(() => () => {
        log.push(name)
        if (name !== 'b') throw new Error(name)
      })
    const { subscription } = logged(of('a', 'b', 'c').pipe(scaleMap(torn, 3)))
    expect(() => subscription.unsubscribe()).toThrow('2 errors occurred')
    expect(log).toEqual(['a', 'b', 'c'])
  })

  it('frees the slot of an inner whose teardown throws when it completes', () => {
    const bad$ = new Subject<string>()
    const torn$ = new Observable<string>((subscriber) => {
      bad$.subscribe(subscriber)
      return () => {
        throw new Error('teardown')
      }
    })
    const { log } = logged(of(1, 2).pipe(scaleMap((n) => (n === 1 ? torn$ : ['next']), 1)))
    expect(() => bad$.complete()).toThrow('teardown')
    expect(log).toEqual(['next', 'complete'])
  })

  it('refers to no value that was started, nor to an inner that completed', async () => {
    setFlagsFromString('--expose_gc')
    const collectGarbage: () => void = runInNewContext('gc')
    const source$ = new Subject<object>()
    const gone: WeakRef<object>[] = []
    const release$ = new Subject<void>()
    const { subscription } = logged(source$.pipe(scaleMap((value) => {
      const inner$ = new Observable<never>((subscriber) => {
        const waiting = release$.subscribe(() => subscriber.complete())
        return () => waiting.unsubscribe()
      })
      gone.push(new WeakRef(value), new WeakRef(inner$))
      return inner$
    }, 1)))
    for (let i = 0; i < 5; i++) source$.next({})
    for (let i = 0; i < 3; i++) release$.next()
    await turn()
    collectGarbage()
    const [a, aInner, b, bInner, c, cInner, stillRunning] = gone.map((ref) => ref.deref())
    expect([a, aInner, b, bInner, c, cInner, stillRunning]).toEqual(Array.from({ length: 7 }, () => undefined))
    expect(gone).toHaveLength(8)
    subscription.unsubscribe()
  })

  it('lets what waits be collected once it ended, though someone still holds the subscription', async () => {
    setFlagsFromString('--expose_gc')
    const collectGarbage: () => void = runInNewContext('gc')
    const source$ = new Subject<object>()
    const { subscription } = logged(source$.pipe(scaleMap(() => NEVER, 0)))
    const waiting = ((): WeakRef<object> => {
      const value = {}
      source$.next(value)
      return new WeakRef(value)
    })()
    subscription.unsubscribe()
    await turn()
    collectGarbage()
    expect(waiting.deref()).toBe(undefined)
    expect(subscription.closed).toBe(true)
  })

  it('tells its subscriber nothing more after the end, not even what would be ignored', async () => {
    vi.useFakeTimers()
    const stopped: unknown[] = []
    config.onStoppedNotification = (notification) => stopped.push(notification)
    try {
      const [first, second, third] = [pending<string>(), pending<string>(), pending<string>()]
      of(first, second, third).pipe(scaleMap(({ promise }) => promise, 3), take(1)).subscribe()
      const late$ = new Subject<number>()
      of(1).pipe(scaleMap(() => ['a', 'b', 'c'], late$), take(1)).subscribe()
      late$.next(1)
      of(1).pipe(scaleMap(() => Promise.resolve('only'), 1), take(1)).subscribe()
      const limit$ = new BehaviorSubject(1)
      of(1).pipe(scaleMap(() => Promise.resolve('a'), limit$)).subscribe({ complete: () => limit$.next(2) })
      const failing$ = [new Subject<number>(), new Subject<number>()] as const
      of(...failing$).pipe(scaleMap((inner$) => inner$, 2)).subscribe({ error: () => failing$[1].error('second') })
      failing$[0].error('first')
      first.resolve('first')
      await first.promise
      second.resolve('late')
      third.reject('late')
      await Promise.allSettled([second.promise, third.promise])
      vi.runAllTimers()
      expect(stopped).toEqual([])
    } finally {
      config.onStoppedNotification = null
      vi.useRealTimers()
    }
  })

  it('gives its first value to a promise and ends', async () => {
    const inner$ = new Subject<number>()
    const first = firstValueFrom(of(1).pipe(scaleMap(() => inner$, 1)))
    inner$.next(7)
    expect(await first).toBe(7)
    expect(inner$.observed).toBe(false)
  })
})
