import { type SchedulerLike, VirtualTimeScheduler } from 'rxjs'
import { anyFunction, checkOptions, milliseconds, whole } from '../core/options.js'
import { delayFor } from './delay-for.js'
import { settleAll } from './settle-all.js'

export interface VirtualTimeOptions {
  /** What the clock shows at the start, in ms: 0 or more, default 0. */
  readonly startMs?: number | undefined
  /** Actions at one moment before it is taken for something that goes on for ever: 1 or more, default 10,000. */
  readonly mostAtOnce?: number | undefined
  /**
   * Waits until nothing is left to do without time passing; default lets every promise settle whose end is already
   * decided, however long the chain, and needs a `MessageChannel` (Node, browsers; not jsdom). Give another where a
   * handler does real I/O: it then waits for that too.
   */
  readonly settle?: (() => Promise<void>) | undefined
}

export interface RunCall {
  /** How far the clock may go, in ms of virtual time: 0 or more, default 3,600,000 (an hour). */
  readonly withinMs?: number | undefined
}

/** A clock that moves only when it is told to, and then at once. */
export interface VirtualTime {
  /** To be given to whatever takes a scheduler: groups, hubs, buses, operators. */
  readonly scheduler: SchedulerLike
  /** What the clock shows, in ms. */
  readonly nowMs: number
  /** Actions that are scheduled and not cancelled. */
  readonly scheduled: number
  /** Lets everything happen that needs no time to pass. */
  settle(): Promise<void>
  /** Moves the clock by a span, in ms; what falls due on the way runs at its moment, and promises settle between two actions. */
  advance(ms: number): Promise<void>
  /** Moves the clock to a moment, in ms, as `advance` does; a moment that has passed moves nothing. */
  advanceTo(atMs: number): Promise<void>
  /** Moves the clock on, from action to action, until the promise has settled, and passes on how. Rejects when nothing is scheduled any more that could settle it, or when it takes too long. */
  run<T>(promise: PromiseLike<T>, call?: RunCall): Promise<T>
  /** Moves the clock until nothing is scheduled any more. Rejects when that takes too long, as with a timer that renews itself. */
  runAll(call?: RunCall): Promise<void>
  /** Moves the clock by a span, in ms, within this call: for what has no promise in it. */
  jump(ms: number): void
  /** `delayFor` on this clock: what a handler waits with. */
  delay(ms: number, signal?: AbortSignal): Promise<void>
}

const OPTIONS = { startMs: milliseconds(), mostAtOnce: whole(1), settle: anyFunction }

const HOUR_MS = 3_600_000

/**
 * A clock for tests that drives promises too. Between two scheduled actions every promise settles that can, so a handler
 * that is an `async` function is watched as closely as one that returns an Observable; nothing waits for real time.
 *
 * It drives what takes its time from `scheduler`. What calls timers by itself, reads the system's clock, or does real I/O
 * is outside of it: give a `settle` that waits for the I/O, or put a stand-in there. Actions of one moment run in the
 * order in which they were scheduled. What an action throws rejects the call that moved the clock. One call at a time:
 * the next one begins after the one before has resolved.
 *
 * @throws {OptionsError}
 * @example
 * const time = virtualTime()
 * const group = workerGroup({ action: ({ signal }) => time.delay(500, signal), scheduler: time.scheduler })
 * await time.run(group.submit('a')) // at once; time.nowMs is 500
 */
export const virtualTime = (options: VirtualTimeOptions = {}): VirtualTime => {
  checkOptions('virtualTime', OPTIONS, options)
  const { startMs = 0, mostAtOnce = 10_000, settle = settleAll } = options
  return new VirtualClock(startMs, mostAtOnce, settle)
}

class VirtualClock implements VirtualTime {
  readonly #steps: SteppedScheduler
  readonly settle: () => Promise<void>

  constructor(startMs: number, mostAtOnce: number, settle: () => Promise<void>) {
    this.#steps = new SteppedScheduler(startMs, mostAtOnce)
    this.settle = settle
  }

  get scheduler(): SchedulerLike {
    return this.#steps
  }

  get nowMs(): number {
    return this.#steps.frame
  }

  get scheduled(): number {
    return this.#steps.actions.filter(({ closed }) => !closed).length
  }

  async advance(ms: number): Promise<void> {
    checkOptions('advance', { ms: milliseconds() }, { ms }, undefined, ['ms'])
    await this.advanceTo(this.nowMs + ms)
  }

  async advanceTo(atMs: number): Promise<void> {
    await this.#until(() => false, atMs)
    this.#steps.frame = Math.max(this.nowMs, atMs)
  }

  async run<T>(promise: PromiseLike<T>, { withinMs = HOUR_MS }: RunCall = {}): Promise<T> {
    let settled = false
    const over = (): void => {
      settled = true
    }
    promise.then(over, over)
    await this.#until(() => settled, this.nowMs + withinMs)
    if (!settled) throw new Error(`at ${this.nowMs} ms the promise has not settled: ${this.#left(withinMs)}`)
    return promise
  }

  async runAll({ withinMs = HOUR_MS }: RunCall = {}): Promise<void> {
    await this.#until(() => false, this.nowMs + withinMs)
    if (this.scheduled > 0) throw new Error(`at ${this.nowMs} ms it is not quiet: ${this.#left(withinMs)}`)
  }

  jump(ms: number): void {
    checkOptions('jump', { ms: milliseconds() }, { ms }, undefined, ['ms'])
    const untilMs = this.nowMs + ms
    while (this.#steps.step(untilMs));
    this.#steps.frame = untilMs
  }

  delay(ms: number, signal?: AbortSignal): Promise<void> {
    return delayFor(ms, { scheduler: this.scheduler, signal })
  }

  async #until(over: () => boolean, untilMs: number): Promise<void> {
    await this.settle()
    // One after the other: what an action brings about happens before the next.
    // oxlint-disable-next-line no-await-in-loop
    while (!over() && this.#steps.step(untilMs)) await this.settle()
  }

  #left(withinMs: number): string {
    return this.scheduled === 0 ? 'nothing is scheduled on this clock that could' : `${this.scheduled} actions lie more than ${withinMs} ms ahead of the start`
  }
}

/** RxJS's virtual time, one action at a time; actions that were cancelled take no time. */
class SteppedScheduler extends VirtualTimeScheduler {
  readonly #mostAtOnce: number
  #atOnce = 0

  constructor(startMs: number, mostAtOnce: number) {
    super()
    this.frame = startMs
    this.#mostAtOnce = mostAtOnce
  }

  /** Runs the next action that is due by then; false if there is none. */
  step(untilMs: number): boolean {
    for (let action = this.actions[0]; action !== undefined && action.delay <= untilMs; action = this.actions[0]) {
      this.actions.shift()
      if (action.closed) continue
      if (action.delay > this.frame) this.#atOnce = 0
      this.#atOnce += 1
      if (this.#atOnce > this.#mostAtOnce) throw new Error(`more than ${this.#mostAtOnce} actions at ${this.frame} ms: something goes on for ever`)
      this.frame = action.delay
      const error: unknown = action.execute(action.state, action.delay)
      if (error !== undefined) throw error
      return true
    }
    return false
  }
}
