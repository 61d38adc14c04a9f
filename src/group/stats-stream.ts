import { Observable, type Subscription } from 'rxjs'
import type { GroupStats } from '../core/group-stats.js'
import type { Shell } from './shell.js'

/**
 * The stats of a group: at once, then at most one per `statsEveryMs` and only after a change; the last when the group
 * has stopped, and then it completes. Nobody subscribed costs nothing; unsubscribing leaves the group as it is.
 */
export const statsStream = (shell: Shell): Observable<GroupStats> =>
  new Observable((subscriber) => {
    const { scheduler, statsEveryMs } = shell.settings
    let timer: Subscription | undefined
    let nextMs = scheduler.now() + statsEveryMs
    const emit = (): void => {
      timer = undefined
      nextMs = scheduler.now() + statsEveryMs
      subscriber.next(shell.stats())
    }
    subscriber.next(shell.stats())
    const changes = shell.streams.changes$.subscribe({
      next: () => {
        timer ??= scheduler.schedule(emit, Math.max(0, nextMs - scheduler.now()))
      },
      complete: () => {
        timer?.unsubscribe()
        subscriber.next(shell.stats())
        subscriber.complete()
      },
    })
    return () => {
      timer?.unsubscribe()
      changes.unsubscribe()
    }
  })
