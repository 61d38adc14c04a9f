import { Observable, type Subscription } from 'rxjs'
import type { GroupStats } from '../core/group-stats.js'
import type { Shell } from './shell.js'

/**
 * The stats of a group: at once, then at most one per `statsEveryMs` and only after a change; the last when the group
 * has stopped, and then it completes. Nobody subscribed costs nothing; unsubscribing leaves the group as it is.
 */
export const statsStream = (shell: Shell): Observable<GroupStats> =>
  new Observable((subscriber) => {
    const { clock, statsEveryMs } = shell.settings
    let timer: Subscription | undefined
    let stop: () => void = () => undefined
    let nextMs = clock.now() + statsEveryMs
    const emit = (): void => {
      timer = undefined
      nextMs = clock.now() + statsEveryMs
      watch()
      subscriber.next(shell.stats())
    }
    // Watches for the first change only: until the timer has run, another tells nothing new.
    const changed = (): void => {
      stop()
      stop = shell.streams.watch(undefined, end)
      timer = clock.schedule(emit, Math.max(0, nextMs - clock.now()))
    }
    const end = (): void => {
      subscriber.next(shell.stats())
      subscriber.complete()
    }
    const watch = (): void => {
      stop()
      stop = shell.streams.watch(changed, end)
    }
    // Of a group that has stopped there is only the last, which `watch` tells.
    if (!shell.shutdown.over) subscriber.next(shell.stats())
    watch()
    return () => {
      timer?.unsubscribe()
      stop()
    }
  })
