import { Observable, type Subscriber } from 'rxjs'
import { describe } from '../core/describe.js'
import { whole } from '../core/options.js'
import { OptionsError } from '../core/options-error.js'
import type { Delivery } from './bus.js'
import type { MemoryGroup } from './memory-group.js'

const LIMIT = whole(0)

/** The deliveries of one member: it joins when subscribed to, takes as many as `limit$` says, and leaves when it ends. */
export const memberOf = (enter: () => MemoryGroup, exit: (group: MemoryGroup) => void, limit$: Observable<number>): Observable<Delivery> =>
  new Observable((subscriber: Subscriber<Delivery>) => {
    const group = enter()
    const member = group.join(subscriber)
    // Before the limit is subscribed to: its first value may bring deliveries, and one of them the end.
    subscriber.add(() => {
      group.leave(member)
      exit(group)
    })
    subscriber.add(
      limit$.subscribe({
        next: (limit) => (LIMIT.is(limit) ? group.limit(member, limit) : subscriber.error(wrong(limit))),
        error: (error: unknown) => subscriber.error(error),
      }),
    )
  })

const wrong = (limit: unknown): OptionsError => new OptionsError('deliveries', [{ path: 'limit$', got: describe(limit), expected: LIMIT.name }])
