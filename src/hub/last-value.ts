import { concatMap, isObservable, last, type ObservableInput, of } from 'rxjs'
import type { Result } from '../core/result.js'

/**
 * A result whose last value has gone through `check`, which may throw or return a promise. An Observable stays one, so
 * that whoever runs it can still cut it.
 */
export const lastValue = (result: Result<unknown>, check: (value: unknown) => unknown): Result<unknown> => {
  if (typeof result !== 'object' || result === null) return check(result)
  if (isPromise(result)) return result.then(check)
  if (isObservable(result)) return result.pipe(last(undefined, undefined), concatMap((value) => later(check(value))))
  return isAsyncIterable(result) ? drained(result).then(check) : check(result)
}

const later = (checked: unknown): ObservableInput<unknown> => (isPromise(checked) ? checked : of(checked))

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

const isAsyncIterable = (value: object): value is AsyncIterable<unknown> => Symbol.asyncIterator in value

const drained = async (values: AsyncIterable<unknown>): Promise<unknown> => {
  let latest: unknown
  for await (const value of values) latest = value
  return latest
}
