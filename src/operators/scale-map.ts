import { Observable, type ObservableInput, type ObservedValueOf, type OperatorFunction } from 'rxjs'
import { anyFunction, checkOptions, either, observable, wholeOrInfinity } from '../core/options.js'
import { flatten } from './flatten.js'

const CODECS = { project: anyFunction, limit: either(wholeOrInfinity(0), observable) }

/**
 * `mergeMap` whose concurrency may move: projects each value to an inner Observable, promise or iterable, runs at most
 * `limit` of them at once, and merges what they emit. Values beyond the limit wait, without bound, in arrival order.
 *
 * `limit` is a whole number from 0, or `Infinity`; a plain number behaves as in `mergeMap(project, limit)`. As an
 * Observable: nothing starts before its first value; when it rises, waiting values start in the same tick; when it
 * falls, nothing is stopped, and nothing starts until fewer run than it allows; 0 pauses; after it completed, its last
 * value stays. Starting is iterative: neither many synchronous inners nor values that arrive while others start grow
 * the stack, and a value costs the same however many wait.
 *
 * - Completes when the source has, and nothing waits or runs.
 * - Errors with what `project`, the source, an inner or `limit` fails with, and with an `OptionsError` when `limit`
 *   emits anything but such a number or completes without having emitted. A plain number that is none throws at once.
 * - Unsubscribing unsubscribes from the source, every inner and `limit`, and forgets what waits; promises that are
 *   still pending are not listened to any more.
 *
 * ```ts
 * urls$.pipe(scaleMap((url) => fetch(url), live$))
 * ```
 */
export const scaleMap = <T, O extends ObservableInput<unknown>>(
  project: (value: T, index: number) => O,
  limit: number | Observable<number>,
): OperatorFunction<T, ObservedValueOf<O>> => {
  checkOptions('scaleMap', CODECS, { project, limit }, undefined, ['project', 'limit'])
  return (source) => new Observable((subscriber) => flatten(source, subscriber, project, limit))
}
