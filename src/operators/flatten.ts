import { EMPTY, from, Subscriber, Subscription, type Observable, type ObservableInput, type ObservedValueOf } from 'rxjs'
import { describe } from '../core/describe.js'
import { Fifo } from '../core/fifo.js'
import { OptionsError } from '../core/options-error.js'
import { wholeOrInfinity } from '../core/options.js'
import { Inner } from './inner.js'

const LIMIT = wholeOrInfinity(0)

// A value that arrives while another is being started is started within it, as `mergeMap` does, which keeps the order
// of what comes out the same; from this depth on it waits until the stack has unwound.
const MAX_NESTING = 100

const NOTHING: unknown = EMPTY

/** One subscription to `scaleMap`: what runs, what waits, and how much is allowed. */
export const flatten = <T, O extends ObservableInput<unknown>>(
  source: Observable<T>,
  subscriber: Subscriber<ObservedValueOf<O>>,
  project: (value: T, index: number) => O,
  limit: number | Observable<number>,
): void => {
  type R = ObservedValueOf<O>
  const waiting = new Fifo<T>()
  const inners = new Set<Subscription>()
  // Nothing is less than NaN, so nothing starts before the first limit.
  let allowed = typeof limit === 'number' ? limit : Number.NaN
  let running = 0
  let nesting = 0
  let index = 0
  let sourceCompleted = false
  let ended = false

  const end = (): void => {
    ended = true
    waiting.clear()
  }

  // Ended before the subscriber hears of it: what it does meanwhile starts nothing.
  const error = (reason: unknown): void => {
    end()
    subscriber.error(reason)
  }

  const start = (value: T): void => {
    running++
    nesting++
    try {
      run(project(value, index++))
    } catch (reason) {
      error(reason)
    }
    nesting--
  }

  const run = (input: O): void => {
    // Listened to even after the end: a rejection that nobody hears would be reported as unhandled.
    if (input instanceof Promise) input.then(onValue, onReason)
    else if (ended || input === NOTHING) running--
    else if (Array.isArray(input)) emitAll(input)
    else subscribe(input)
  }

  const emitAll = (values: readonly R[]): void => {
    for (const value of values) {
      if (ended) return
      subscriber.next(value)
    }
    running--
  }

  const subscribe = (input: O): void => {
    const inner = new Inner<R>(host)
    inners.add(inner)
    from(input).subscribe(inner)
    inner.starting = false
  }

  const host = {
    next: (value: R): void => subscriber.next(value),
    error,
    completed: (inner: Inner<R>): void => {
      inners.delete(inner)
      running--
      // One that completes while it is being started is followed by the loop that started it: the stack stays flat.
      if (!inner.starting) startWaiting()
    },
  }

  const onValue = (value: R): void => {
    if (ended) return
    subscriber.next(value)
    running--
    startWaiting()
  }

  const onReason = (reason: unknown): void => {
    if (!ended) error(reason)
  }

  const hasRoom = (): boolean => running < allowed && nesting < MAX_NESTING

  const startWaiting = (): void => {
    while (hasRoom() && waiting.holdsAny()) start(waiting.take())
    if (sourceCompleted && running === 0 && waiting.size === 0) subscriber.complete()
  }

  const sourceObserver = new Subscriber<T>({
    next: (value) => {
      if (ended) return
      if (hasRoom() && waiting.size === 0) {
        start(value)
        startWaiting()
      } else waiting.push(value)
    },
    error,
    complete: () => {
      sourceCompleted = true
      startWaiting()
    },
  })

  const limitObserver = new Subscriber<number>({
    next: (value) => {
      if (!LIMIT.is(value)) return error(invalid(describe(value)))
      allowed = value
      // While a value is being started, the loop that started it goes on with the new limit: arrival order is kept.
      if (nesting === 0) startWaiting()
    },
    error,
    complete: () => {
      if (Number.isNaN(allowed)) error(invalid('an Observable that completed without a value'))
    },
  })

  subscriber.add(end)
  subscriber.add(sourceObserver)
  subscriber.add(() => unsubscribeAll(inners))
  subscriber.add(limitObserver)
  if (typeof limit !== 'number') from(limit).subscribe(limitObserver)
  if (!ended) source.subscribe(sourceObserver)
}

const invalid = (got: string): OptionsError => new OptionsError('scaleMap', [{ path: 'limit', got, expected: LIMIT.name }])

// A Subscription collects what teardowns throw, so that each of them is run.
const unsubscribeAll = (inners: ReadonlySet<Subscription>): void => {
  const all = new Subscription()
  for (const inner of inners) all.add(inner)
  all.unsubscribe()
}
