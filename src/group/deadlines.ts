import type { Subscription } from 'rxjs'
import { Fifo } from '../core/fifo.js'
import type { Clock } from './group-clock.js'

/** One armed moment; `cancel` forgets what it would have called. */
export interface Deadline {
  readonly dueMs: number
  fire: (() => void) | undefined
}

/**
 * Many deadlines of one constant span by a single timer: they fall due in the order in which they were set, so a queue
 * serves where a timer for each message would cost more than the message.
 */
export class Deadlines {
  readonly #queue = new Fifo<Deadline>()
  readonly #spanMs: number
  readonly #clock: Clock
  #timer: Subscription | undefined

  constructor(spanMs: number, clock: Clock) {
    this.#spanMs = spanMs
    this.#clock = clock
  }

  set(nowMs: number, fire: () => void): Deadline {
    const deadline = { dueMs: nowMs + this.#spanMs, fire }
    this.#dropCancelled()
    this.#queue.push(deadline)
    if (this.#timer === undefined) this.#arm(this.#spanMs)
    return deadline
  }

  close(): void {
    this.#timer?.unsubscribe()
    this.#timer = undefined
    this.#queue.clear()
  }

  #arm(delayMs: number): void {
    // What was set while others fell due is due last: the timer it armed would let those before it wait.
    this.#timer?.unsubscribe()
    this.#timer = this.#clock.schedule(() => this.#due(), delayMs)
  }

  #due(): void {
    this.#timer = undefined
    const nowMs = this.#clock.now()
    for (let head = this.#queue.peek(); head !== undefined && (head.fire === undefined || head.dueMs <= nowMs); head = this.#queue.peek()) {
      this.#queue.take()
      head.fire?.()
    }
    const next = this.#queue.peek()
    if (next !== undefined) this.#arm(Math.max(0, next.dueMs - nowMs))
  }

  #dropCancelled(): void {
    for (let head = this.#queue.peek(); head !== undefined && head.fire === undefined; head = this.#queue.peek()) this.#queue.take()
  }
}

export const cancelDeadline = (deadline: Deadline | undefined): void => {
  if (deadline !== undefined) deadline.fire = undefined
}
