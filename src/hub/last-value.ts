import { concatMap, isObservable, last, type ObservableInput, of } from 'rxjs'
import { isAsyncIterable, isPromise, lastOf, type Result } from '../core/result.js'

/**
 * A result whose last value has gone through `check`, which may throw or return a promise. An Observable stays one, so
 * that whoever runs it can still cut it.
 */
export const lastValue = (result: Result<unknown>, check: (value: unknown) => unknown): Result<unknown> => {
  if (typeof result !== 'object' || result === null) return check(result)
  if (isPromise(result)) return result.then(check)
  if (isObservable(result)) return result.pipe(last(undefined, undefined), concatMap((value) => later(check(value))))
  return isAsyncIterable(result) ? lastOf(result).then(check) : check(result)
}

const later = (checked: unknown): ObservableInput<unknown> => (typeof checked === 'object' && checked !== null && isPromise(checked) ? checked : of(checked))
