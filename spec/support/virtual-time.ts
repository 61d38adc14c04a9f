import { VirtualTimeScheduler } from 'rxjs'

const MOST_AT_ONCE = 10_000

/**
 * A clock that moves only when it is told to. Between two scheduled actions every promise that can settle does, so
 * groups whose handlers are promises can be watched as closely as those whose handlers are Observables.
 */
export class VirtualTime extends VirtualTimeScheduler {
  #steps = 0

  /** Lets every promise settle that needs no time to pass. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** Moves the clock by a span, running what falls due on the way, both ends included. */
  async advance(ms: number): Promise<void> {
    await this.runUntil(this.frame + ms)
  }

  /** Moves the clock to a moment, running what falls due on the way, both ends included. */
  async runUntil(atMs: number): Promise<void> {
    await this.settle()
    while (this.step(atMs)) await this.settle()
    this.frame = Math.max(this.frame, atMs)
  }

  /** Runs until nothing is scheduled any more; fails when something goes on for ever. */
  async runAll(most = 10_000): Promise<void> {
    await this.settle()
    for (let left = most; this.step(Number.POSITIVE_INFINITY); left -= 1) {
      if (left === 0) throw new Error(`still not quiet after ${most} actions, at ${this.frame} ms`)
      await this.settle()
    }
  }

  /** What is scheduled and not cancelled. */
  get scheduled(): number {
    return this.actions.filter((action) => !action.closed).length
  }

  /** Runs the next action that is due by `untilMs`; false if there is none. Cancelled actions take no time. */
  step(untilMs: number): boolean {
    for (let action = this.actions[0]; action !== undefined && action.delay <= untilMs; action = this.actions[0]) {
      this.actions.shift()
      if (action.closed) continue
      if (action.delay > this.frame) this.#steps = 0
      // A machine that reschedules itself for no time would hang the spec: it is told instead.
      if (++this.#steps > MOST_AT_ONCE) throw new Error(`more than ${MOST_AT_ONCE} actions at ${this.frame} ms`)
      this.frame = action.delay
      const error: unknown = action.execute(action.state, action.delay)
      if (error !== undefined) throw error
      return true
    }
    return false
  }

  /** Runs all of a span at once, for what has no promise in it. */
  jump(ms: number): void {
    const untilMs = this.frame + ms
    while (this.step(untilMs)) if (this.frame > untilMs) return
    this.frame = untilMs
  }
}
