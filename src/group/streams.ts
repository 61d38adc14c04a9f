import { BehaviorSubject, Subject } from 'rxjs'
import type { Phase } from '../core/group-stats.js'
import type { Escalation } from '../supervision/escalation.js'

/** What a group tells those who look on; completed together when it has stopped. */
export class Streams {
  readonly escalations$ = new Subject<Escalation>()
  readonly status$ = new BehaviorSubject<Phase>('idle')
  readonly live$ = new BehaviorSubject(0)
  readonly changes$ = new Subject<void>()
  /** Emits once, when the group takes nothing any more. */
  readonly closing$ = new Subject<void>()

  status(phase: Phase): void {
    if (phase !== this.status$.value) this.status$.next(phase)
  }

  live(live: number): void {
    if (live !== this.live$.value) this.live$.next(live)
  }

  changed(): void {
    if (this.changes$.observed) this.changes$.next()
  }

  closing(): void {
    this.closing$.next()
    this.closing$.complete()
  }

  /** Resolves at the first change after which it holds, at once if it does. */
  when(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (holds()) return resolve()
      const watch = this.changes$.subscribe({ next: () => { if (holds()) watch.unsubscribe() } })
      watch.add(() => resolve())
    })
  }

  close(): void {
    for (const subject of [this.changes$, this.escalations$, this.live$, this.status$]) subject.complete()
  }
}
