import { map, timer, type Observable } from 'rxjs'
import type { Job } from '../../src/core/job.js'
import type { Outcome, OutcomeType } from '../../src/core/outcome.js'
import type { VirtualTime } from '../support/virtual-time.js'

/** A handler that gives its input back after a span. */
export const echo = (clock: VirtualTime, ms: number) => <I>({ input }: Job<I>): Observable<I> => timer(ms, clock).pipe(map(() => input))

/** Settles after a span, whatever happens to its attempt meanwhile. */
export const wait = (clock: VirtualTime, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.schedule(() => resolve(), ms)
  })

/** Outcomes as they were told: what ended, how. */
export const told = (outcomes: readonly Outcome[]): readonly (readonly [unknown, OutcomeType])[] =>
  outcomes.map(({ message, type }) => [message.payload, type])

export const gone = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => 'resolved', (error: unknown) => error)
