import type { Observable } from 'rxjs'
import { type RunHelpers, TestScheduler } from 'rxjs/testing'
import { expect } from 'vitest'

/** Runs marbles in virtual time. */
export const marbles = <T>(work: (helpers: RunHelpers, scheduler: TestScheduler) => T): T => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected))
  return scheduler.run((helpers) => work(helpers, scheduler))
}

/** All that it emits, then how it ended. */
export const seenOf = <T>(source$: Observable<T>): readonly unknown[] => {
  const seen: unknown[] = []
  source$.subscribe({ next: (value) => seen.push(value), error: (error: unknown) => seen.push(error), complete: () => seen.push('complete') })
  return seen
}
