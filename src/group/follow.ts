import { isObservable, Observable } from 'rxjs'
import type { ObservableInput, Subscriber, Subscription } from 'rxjs'
import { isAsyncIterable, isPromise, lastOf, type Result } from '../core/result.js'

/** Told the end of a result, once. */
export interface Follower<O> {
  /** What it returns, if anything, is awaited before the result counts as over. */
  onValue(value: O | undefined): PromiseLike<void> | undefined | void
  onError(error: unknown): void
}

/** How the end is awaited: over already, by a promise, or by a subscription that can be cut. */
export type Following<O> = undefined | PromiseLike<void> | Observable<O>

/**
 * Tells `follower` the last value of a result, or its error. A plain value is told before this returns. A promise or an
 * iterable cannot be cut; an Observable is handed back to be subscribed to, so that its owner can.
 */
export const follow = <O>(result: Result<O>, follower: Follower<O>): Following<O> => {
  if (typeof result !== 'object' || result === null) return tell(result, follower)
  if (isPromise(result)) return result.then((value) => follower.onValue(value), (error: unknown) => follower.onError(error))
  if (isObservable(result)) return result
  if (isAsyncIterable(result)) return lastOf(result).then((value) => follower.onValue(value), (error: unknown) => follower.onError(error))
  return tell(result, follower)
}

const tell = <O>(value: O, follower: Follower<O>): PromiseLike<void> | undefined => follower.onValue(value) ?? undefined

/** Completes the inner that occupies a worker's slot, once what it is still needed for is over. */
export const vacate = (slot: Subscriber<never>, until: PromiseLike<void> | undefined): void => {
  if (until === undefined) slot.complete()
  else void until.then(() => slot.complete())
}

/** Subscribes, and tells the last value on completion. */
export const observeLast = (source: Observable<unknown>, onValue: (last: unknown) => void, onError: (error: unknown) => void): Subscription => {
  let last: unknown
  return source.subscribe({ next: (value) => { last = value }, error: onError, complete: () => onValue(last) })
}

/** Calls a function of the user's and tells the end of what it returns; a throw is an error too. */
export const followCall = (call: () => unknown, onValue: (value: unknown) => void, onError: (error: unknown) => void): void => {
  try {
    const following = follow(call(), { onValue, onError })
    if (isObservable(following)) observeLast(following, onValue, onError)
  } catch (error) {
    onError(error)
  }
}

/** Resolves when what occupies a slot is over. It listens before it returns: what is over a turn later tells nobody again. */
export const drained = (slot: ObservableInput<unknown>): Promise<void> =>
  new Promise<void>((resolve) => {
    const over = (): void => resolve()
    if (slot instanceof Observable) slot.subscribe({ complete: over })
    else if ('then' in slot) void slot.then(over)
    else over()
  })
