import { ReplaySubject, Subject } from 'rxjs'
import type { Phase } from '../core/group-stats.js'
import type { Escalation } from '../supervision/escalation.js'

/** What a group tells those who look on; completed together when it has stopped. */
export class Streams {
  readonly escalations$ = new Subject<Escalation>()
  // Late subscribers are told the latest also after the end, which a BehaviorSubject would not.
  readonly status$ = new ReplaySubject<Phase>(1)
  readonly live$ = new ReplaySubject<number>(1)
  #phase: Phase | undefined
  #live: number | undefined
  /** Emits once, when the group takes nothing any more. */
  readonly closing$ = new Subject<void>()
  /** Called at every change; a plain set, since a Subject costs more than the rest of a message. */
  readonly #watchers = new Set<() => void>()
  readonly #onClose = new Set<() => void>()
  #closed = false

  constructor() {
    this.status('idle')
    this.live(0)
  }

  status(phase: Phase): void {
    if (phase === this.#phase) return
    this.#phase = phase
    this.status$.next(phase)
  }

  live(live: number): void {
    if (live === this.#live) return
    this.#live = live
    this.live$.next(live)
  }

  changed(): void {
    if (this.#watchers.size > 0) for (const watcher of [...this.#watchers]) watcher()
  }

  /** Calls `onChange` at every change until it is told to stop, and `onClose` at the end; returns what stops it. */
  watch(onChange: (() => void) | undefined, onClose: () => void): () => void {
    if (this.#closed) {
      onClose()
      return () => undefined
    }
    if (onChange !== undefined) this.#watchers.add(onChange)
    this.#onClose.add(onClose)
    return () => {
      if (onChange !== undefined) this.#watchers.delete(onChange)
      this.#onClose.delete(onClose)
    }
  }

  closing(): void {
    this.closing$.next()
    this.closing$.complete()
  }

  /** Resolves at the first change after which it holds, at once if it does, and at the end in any case. */
  when(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (holds()) return resolve()
      const stop = this.watch(() => {
        if (!holds()) return
        stop()
        resolve()
      }, resolve)
    })
  }

  close(): void {
    this.#closed = true
    const ends = [...this.#onClose]
    this.#watchers.clear()
    this.#onClose.clear()
    for (const end of ends) end()
    for (const subject of [this.escalations$, this.live$, this.status$]) subject.complete()
  }
}
