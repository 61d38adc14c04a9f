import type { SchedulerLike, Subscription } from 'rxjs'

/** One timer for the earliest of many moments. It may ring early, never late; unset, it keeps no process alive. */
export class Alarm {
  readonly #scheduler: SchedulerLike
  readonly #ring: () => void
  #timer: Subscription | undefined = undefined
  #atMs = 0

  constructor(scheduler: SchedulerLike, ring: () => void) {
    this.#scheduler = scheduler
    this.#ring = ring
  }

  set(atMs: number | undefined): void {
    // A timer that rings too early is cheaper than a new one each time the earliest moment moves away.
    if (this.#timer !== undefined && atMs !== undefined && this.#atMs <= atMs) return
    this.#timer?.unsubscribe()
    this.#timer = undefined
    if (atMs === undefined) return
    this.#atMs = atMs
    this.#timer = this.#scheduler.schedule(() => this.#onTime(), Math.max(0, atMs - this.#scheduler.now()))
  }

  #onTime(): void {
    this.#timer = undefined
    this.#ring()
  }
}
