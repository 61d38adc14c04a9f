import type { Observable } from 'rxjs'

/**
 * What a handler may return: a value, a promise, an Observable or an async iterable. Of several values the last one is
 * the result; of none, `undefined`. Arrays and strings are single values.
 */
export type Result<O> = O | PromiseLike<O> | Observable<O> | AsyncIterable<O>
