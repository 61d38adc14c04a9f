import type { Subscription } from 'rxjs'
import type { DrainReport } from '../core/group-stats.js'
import type { OutcomeType } from '../core/outcome.js'
import type { Clock } from './group-clock.js'
import type { DrainCall } from './worker-group-contract.js'

/** What a shutdown asks of its group, in the order in which it does. */
export interface ShutdownHost {
  readonly clock: Clock
  readonly deadlineMs: number
  readonly graceMs: number
  readonly outcomes: Readonly<Record<OutcomeType, number>>
  zombies(): number
  /** Stops intake and scaling. */
  closeIntake(): void
  /** Hands back whatever has not started or waits for another try. */
  handBackWaiting(): void
  /** Whether a handler still runs that is not given up. */
  busy(): boolean
  /** Aborts every running attempt and ends its item; tells each before, since the last may end everything. */
  abortRunning(then: 'abort' | 'handBack', graceMs: number, onAbort: () => void): void
  /** Releases the workers. */
  closeCrew(): void
  crewQuiet(): boolean
  /** Publishes the last stats and completes the streams. */
  finish(): void
}

/** One drain, however often it is asked for: quiet, drain, abort, grace, release, finish. */
export class Shutdown {
  readonly #host: ShutdownHost
  readonly #timers: Subscription[] = []
  readonly done: Promise<DrainReport>
  #resolve: (report: DrainReport) => void = () => undefined
  #step: 'open' | 'draining' | 'aborting' | 'releasing' | 'over' = 'open'
  #dueMs = Infinity
  #before: Readonly<Record<OutcomeType, number>> | undefined
  #kept = false
  #aborted = 0
  #graceMs = 0

  constructor(host: ShutdownHost) {
    this.#host = host
    this.done = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get begun(): boolean {
    return this.#step !== 'open'
  }

  get over(): boolean {
    return this.#step === 'over'
  }

  /** Begins, or shortens what has begun. `keepWaiting` leaves the line to the caller, who hands it back and calls `letGo`; it does not end before. */
  begin({ deadlineMs = this.#host.deadlineMs, graceMs = this.#host.graceMs, then = 'abort' }: DrainCall = {}, keepWaiting = false): Promise<DrainReport> {
    if (this.#step === 'open') {
      this.#step = 'draining'
      this.#before = { ...this.#host.outcomes }
      this.#kept = keepWaiting
      this.#host.closeIntake()
      if (!keepWaiting) this.#host.handBackWaiting()
    }
    const dueMs = this.#host.clock.now() + deadlineMs
    if (this.#step === 'draining' && dueMs < this.#dueMs) {
      this.#dueMs = dueMs
      this.#graceMs = graceMs
      if (deadlineMs <= 0) this.#abort(then)
      else this.#after(deadlineMs, () => this.#abort(then))
    }
    this.check()
    return this.done
  }

  letGo(): void {
    this.#kept = false
    this.check()
  }

  /** Something has ended: goes on if that was the last. */
  check(): void {
    if (this.#kept) return
    if ((this.#step === 'draining' || this.#step === 'aborting') && !this.#host.busy()) this.#release()
    if (this.#step === 'releasing' && this.#host.crewQuiet()) this.#finish()
  }

  #abort(then: 'abort' | 'handBack'): void {
    if (this.#step !== 'draining') return
    this.#step = 'aborting'
    this.#host.abortRunning(then, this.#graceMs, () => { this.#aborted += 1 })
    if (this.#host.busy()) this.#after(this.#graceMs, () => this.#release())
    else this.check()
  }

  #release(): void {
    if (this.#step !== 'draining' && this.#step !== 'aborting') return
    this.#step = 'releasing'
    this.#host.closeCrew()
    if (this.#host.crewQuiet()) this.#finish()
    // A release that never ends must not hold up the end.
    else this.#after(Math.max(this.#graceMs, this.#host.graceMs), () => this.#finish())
  }

  #finish(): void {
    if (this.#step !== 'releasing') return
    this.#step = 'over'
    for (const timer of this.#timers) timer.unsubscribe()
    const report = this.#report()
    this.#host.finish()
    this.#resolve(report)
  }

  #after(delayMs: number, then: () => void): void {
    this.#timers.push(this.#host.clock.schedule(then, delayMs))
  }

  #report(): DrainReport {
    const since = (...types: readonly OutcomeType[]): number => types.reduce((sum, type) => sum + this.#host.outcomes[type] - (this.#before?.[type] ?? 0), 0)
    return {
      completed: since('completed'),
      failed: since('failed', 'timedOut', 'rejected', 'expired'),
      handedBack: since('handedBack'),
      aborted: this.#aborted,
      zombies: this.#host.zombies(),
    }
  }
}
