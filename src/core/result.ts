import type { Observable } from 'rxjs'

/**
 * What a handler may return: a value, a promise, an Observable or an async iterable. Of several values the last one is
 * the result; of none, `undefined`. Arrays and strings are single values.
 */
export type Result<O> = O | PromiseLike<O> | Observable<O> | AsyncIterable<O>

export const isPromise = <O>(result: Result<O> & object): result is PromiseLike<O> & object => 'then' in result && typeof result.then === 'function'

export const isAsyncIterable = <O>(result: Result<O> & object): result is AsyncIterable<O> & object => Symbol.asyncIterator in result

/** The last value of an async iterable; `undefined` if it has none. */
export const lastOf = async <O>(values: AsyncIterable<O>): Promise<O | undefined> => {
  let last: O | undefined
  for await (const value of values) last = value
  return last
}
