import { EMPTY, from, Subscriber, Subscription, type Observable, type ObservableInput, type ObservedValueOf } from 'rxjs'
import { describe } from '../core/describe.js'
import { Fifo } from '../core/fifo.js'
import { OptionsError } from '../core/options-error.js'
import { wholeOrInfinity } from '../core/options.js'
import { Inner, type Host } from './inner.js'

const LIMIT = wholeOrInfinity(0)

// A value that arrives while another is being started is started within it, as `mergeMap` does, which keeps the order
// of what comes out the same; from this depth on it waits until the stack has unwound.
const MAX_NESTING = 100

const NOTHING: unknown = EMPTY

/** Subscribes to `limit` and `source` and tells `subscriber` what the inners emit: all that `scaleMap` does. */
export const flatten = <T, O extends ObservableInput<unknown>>(
  source: Observable<T>,
  subscriber: Subscriber<ObservedValueOf<O>>,
  project: (value: T, index: number) => O,
  limit: number | Observable<number>,
): void => {
  const flattening = new Flattening(subscriber, project)
  const sourceObserver = new Subscriber<T>({
    next: (value) => flattening.accept(value),
    error: flattening.error,
    complete: () => flattening.sourceCompleted(),
  })
  const limitObserver = new Subscriber<number>({
    next: (value) => flattening.allow(value),
    error: flattening.error,
    complete: () => flattening.limitCompleted(),
  })
  subscriber.add(() => flattening.end())
  subscriber.add(sourceObserver)
  subscriber.add(() => flattening.unsubscribeInners())
  subscriber.add(limitObserver)
  if (typeof limit === 'number') flattening.allow(limit)
  else from(limit).subscribe(limitObserver)
  if (!flattening.ended) source.subscribe(sourceObserver)
}

/** One subscription: what runs, what waits, and how much is allowed. */
class Flattening<T, O extends ObservableInput<unknown>> implements Host<ObservedValueOf<O>> {
  ended = false
  readonly #subscriber: Subscriber<ObservedValueOf<O>>
  readonly #project: (value: T, index: number) => O
  readonly #waiting = new Fifo<T>()
  readonly #inners = new Set<Inner<ObservedValueOf<O>>>()
  // Nothing is less than NaN, so nothing starts before the first limit.
  #allowed = Number.NaN
  #running = 0
  #nesting = 0
  #index = 0
  #sourceCompleted = false

  constructor(subscriber: Subscriber<ObservedValueOf<O>>, project: (value: T, index: number) => O) {
    this.#subscriber = subscriber
    this.#project = project
  }

  accept(value: T): void {
    if (this.ended) return
    if (this.#waiting.size > 0 || !this.#hasRoom()) this.#waiting.push(value)
    else {
      this.#start(value)
      this.#startWaiting()
    }
  }

  sourceCompleted(): void {
    this.#sourceCompleted = true
    this.#startWaiting()
  }

  allow(limit: number): void {
    if (!LIMIT.is(limit)) return this.error(invalid(describe(limit)))
    this.#allowed = limit
    // While a value is being started, the loop that started it goes on with the new limit: arrival order is kept.
    if (this.#nesting === 0) this.#startWaiting()
  }

  limitCompleted(): void {
    if (Number.isNaN(this.#allowed)) this.error(invalid('an Observable that completed without a value'))
  }

  next(value: ObservedValueOf<O>): void {
    this.#subscriber.next(value)
  }

  // Here and below it is ended before the subscriber hears of it: what that one does meanwhile starts nothing.
  readonly error = (reason: unknown): void => {
    if (this.ended) return
    this.end()
    this.#subscriber.error(reason)
  }

  completed(inner: Inner<ObservedValueOf<O>>): void {
    this.#inners.delete(inner)
    this.#running--
    // One that completes while it is being started is followed by the loop that started it: the stack stays flat.
    if (!inner.starting) this.#startWaiting()
  }

  end(): void {
    this.ended = true
    this.#waiting.clear()
  }

  // A Subscription collects what teardowns throw, so that each of them is run.
  unsubscribeInners(): void {
    const all = new Subscription()
    for (const inner of this.#inners) all.add(inner)
    all.unsubscribe()
  }

  #hasRoom(): boolean {
    return this.#running < this.#allowed && this.#nesting < MAX_NESTING
  }

  #startWaiting(): void {
    while (this.#hasRoom() && this.#waiting.holdsAny()) this.#start(this.#waiting.take())
    if (this.ended || !this.#sourceCompleted || this.#running > 0 || this.#waiting.size > 0) return
    this.end()
    this.#subscriber.complete()
  }

  #start(value: T): void {
    this.#running++
    this.#nesting++
    try {
      const project = this.#project
      this.#run(project(value, this.#index++))
    } catch (reason) {
      this.error(reason)
    }
    this.#nesting--
  }

  #run(input: O): void {
    // Listened to even after the end: a rejection that nobody hears would be reported as unhandled.
    if (input instanceof Promise) input.then(this.#resolved, this.error)
    else if (this.ended || input === NOTHING) this.#running--
    else if (Array.isArray(input)) this.#emitAll(input)
    else if (isPromiseLike(input)) input.then(this.#resolved, this.error)
    else this.#subscribe(input)
  }

  readonly #resolved = (value: ObservedValueOf<O>): void => {
    if (this.ended) return
    this.#subscriber.next(value)
    this.#running--
    this.#startWaiting()
  }

  #emitAll(values: readonly ObservedValueOf<O>[]): void {
    for (const value of values) {
      if (this.ended) return
      this.#subscriber.next(value)
    }
    this.#running--
  }

  #subscribe(input: O): void {
    const inner = new Inner(this)
    this.#inners.add(inner)
    from(input).subscribe(inner)
    inner.starting = false
  }
}

const isPromiseLike = <O>(input: O): input is O & PromiseLike<never> => input instanceof Object && 'then' in input && typeof input.then === 'function'

const invalid = (got: string): OptionsError => new OptionsError('scaleMap', [{ path: 'limit', got, expected: LIMIT.name }])
