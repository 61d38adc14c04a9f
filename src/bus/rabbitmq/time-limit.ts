import type { SchedulerLike } from 'rxjs'
import { Alarm } from '../memory-alarm.js'
import { Line, type Linked } from '../memory-line.js'

/** What must be over in time. */
export interface Timed<T extends Timed<T>> extends Linked<T> {
  dueMs: number
}

/** The same span for many things at once, with one timer. */
export class TimeLimit<T extends Timed<T>> {
  readonly #line = new Line<T>()
  readonly #alarm: Alarm
  readonly #scheduler: SchedulerLike
  readonly #spanMs: number
  readonly #over: (item: T) => void

  /** @param over - Told of each when its time is over; it is out by then. */
  constructor(scheduler: SchedulerLike, spanMs: number, over: (item: T) => void) {
    this.#scheduler = scheduler
    this.#spanMs = spanMs
    this.#over = over
    this.#alarm = new Alarm(scheduler, () => this.#ring())
  }

  get isEmpty(): boolean {
    return this.#line.head === undefined
  }

  /** From now on, or anew. */
  add(item: T): void {
    this.#line.remove(item)
    item.dueMs = this.#scheduler.now() + this.#spanMs
    this.#line.push(item)
    // Later ones are due later: only the first of all needs the timer set.
    if (this.#line.head === item) this.#alarm.set(item.dueMs)
  }

  remove(item: T): void {
    this.#line.remove(item)
    if (this.#line.head === undefined) this.#alarm.set(undefined)
  }

  /** Takes out everything, oldest first. */
  clear(): readonly T[] {
    const all: T[] = []
    for (let item = this.#line.shift(); item !== undefined; item = this.#line.shift()) all.push(item)
    this.#alarm.set(undefined)
    return all
  }

  #ring(): void {
    const nowMs = this.#scheduler.now()
    for (let item = this.#line.head; item !== undefined && item.dueMs <= nowMs; item = this.#line.head) {
      this.#line.remove(item)
      this.#over(item)
    }
    this.#alarm.set(this.#line.head?.dueMs)
  }
}
