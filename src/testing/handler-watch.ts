import { isObservable, Observable } from 'rxjs'
import type { Handler } from '../core/action.js'
import type { Message } from '../core/message.js'
import { isAsyncIterable, isPromise, type Result } from '../core/result.js'

/** Told when an attempt begins and when it is over: it has its result, or was unsubscribed. */
export interface AttemptObserver {
  began(message: Message, attempt: number): void
  over(message: Message): void
}

/** The same handler, seen. */
export const watched = <I, O, W, S>(handle: Handler<I, O, W, S>, observer: AttemptObserver): Handler<I, O, W, S> => (job) => {
  const { message, attempt } = job
  let open = true
  const over = (): void => {
    if (open) observer.over(message)
    open = false
  }
  observer.began(message, attempt)
  try {
    return followed(handle(job), over)
  } catch (error) {
    over()
    throw error
  }
}

const followed = <O>(result: Result<O>, over: () => void): Result<O> => {
  if (typeof result === 'object' && result !== null) {
    if (isObservable(result)) return observed(result, over)
    if (isPromise(result)) return awaited(result, over)
    if (isAsyncIterable(result)) return drawn(result, over)
  }
  over()
  return result
}

const observed = <O>(source: Observable<O>, over: () => void): Observable<O> =>
  new Observable((subscriber) => {
    const inner = source.subscribe({
      next: (value) => subscriber.next(value),
      error: (error: unknown) => {
        over()
        subscriber.error(error)
      },
      complete: () => {
        over()
        subscriber.complete()
      },
    })
    return () => {
      over()
      inner.unsubscribe()
    }
  })

const awaited = async <O>(result: PromiseLike<O>, over: () => void): Promise<O> => {
  try {
    return await result
  } finally {
    over()
  }
}

async function* drawn<O>(values: AsyncIterable<O>, over: () => void): AsyncIterable<O> {
  try {
    yield* values
  } finally {
    over()
  }
}
