import type { Subscription } from 'rxjs'
import type { Crew } from './crew.js'
import type { Dispatcher } from './dispatcher.js'
import type { Clock } from './group-clock.js'
import type { Runner } from './runner.js'

export interface GroupRestartHost {
  readonly crew: Crew
  readonly dispatcher: Dispatcher
  readonly runner: Runner
  readonly clock: Clock
  /** The old workers are gone: begins anew with the fewest allowed. */
  onOver(): void
}

/**
 * A restart of all workers: nothing starts, what runs ends (or is aborted and made again), all workers are released,
 * and after the backoff the fewest allowed are acquired. What waits stays in the line.
 */
export class GroupRestart {
  readonly #host: GroupRestartHost
  #delayMs: number | undefined
  #timer: Subscription | undefined

  constructor(host: GroupRestartHost) {
    this.#host = host
  }

  get active(): boolean {
    return this.#delayMs !== undefined
  }

  begin(delayMs: number, abort: boolean): void {
    this.#delayMs = delayMs
    this.#host.dispatcher.hold('restarting', true)
    if (abort) this.#host.runner.requeueAll()
  }

  /** Goes on once every worker is out of work. */
  proceed(): void {
    if (this.#delayMs === undefined || this.#timer !== undefined || this.#host.runner.busy) return
    this.#timer = this.#host.clock.schedule(() => this.#end(), this.#delayMs)
    this.#host.crew.releaseAll()
  }

  cancel(): void {
    this.#timer?.unsubscribe()
    this.#timer = undefined
    this.#delayMs = undefined
  }

  #end(): void {
    this.cancel()
    this.#host.onOver()
    this.#host.dispatcher.hold('restarting', false)
  }
}
