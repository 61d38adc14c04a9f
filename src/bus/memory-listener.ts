import { Observable } from 'rxjs'
import type { Delivery } from './bus.js'
import type { MemoryGroup } from './memory-group.js'

/** The deliveries of one member: it joins when subscribed to, takes as many as `limit$` says, and leaves when it ends. */
export const memberOf = (enter: () => MemoryGroup, limit$: Observable<number>): Observable<Delivery> =>
  new Observable((subscriber) => {
    const member = enter().join(subscriber)
    // Before the limit is subscribed to: its first value may bring deliveries, and one of them the end.
    subscriber.add(member)
    subscriber.add(limit$.subscribe(member))
  })
