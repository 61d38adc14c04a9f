import { Subject, type Observable, type SchedulerLike, type Subscription } from 'rxjs'
import type { LoadSample } from '../core/load.js'
import type { Wake } from '../scaling/policy.js'

/** What the sampler looks at to know when a policy should be asked. */
export interface SamplerHost {
  sample(nowMs: number): LoadSample
  /** Since when the one who has waited longest has waited. */
  oldestMs(): number | undefined
  /** Since when the worker that has been idle longest has been idle; `undefined` if none could be given up. */
  idlestMs(): number | undefined
  /** Whether anything is waiting, running or retrying. */
  active(): boolean
}

/**
 * Load samples at the moments that matter: regularly while there is work, when someone has waited a policy's span, and
 * when a worker has been idle for one. One timer at a time, and none while nothing can change.
 */
export class Sampler {
  readonly #load$ = new Subject<LoadSample>()
  readonly load$: Observable<LoadSample> = this.#load$.asObservable()
  readonly #everyMs: number
  readonly #wake: Wake
  readonly #scheduler: SchedulerLike
  readonly #host: SamplerHost
  #timer: Subscription | undefined
  #dueMs = Infinity
  #lastMs = 0
  #lastWaitMs = -Infinity
  #lastIdleMs = -Infinity
  #running = false
  #sawWait = false
  #sawIdle = false
  #sawWork = false

  constructor(everyMs: number, wake: Wake | undefined, scheduler: SchedulerLike, host: SamplerHost) {
    this.#everyMs = everyMs
    this.#wake = wake ?? {}
    this.#scheduler = scheduler
    this.#host = host
  }

  start(): void {
    this.#running = true
    this.sample()
  }

  close(): void {
    this.#running = false
    this.#timer?.unsubscribe()
    this.#load$.complete()
  }

  sample(): void {
    this.#lastMs = this.#scheduler.now()
    this.#sawWork = this.#host.active()
    this.#load$.next(this.#host.sample(this.#lastMs))
    this.touch()
  }

  /** Something may have begun to wait or to be idle: arms the timer if a moment comes before the armed one. */
  touch(): void {
    if (!this.#running || this.#covered()) return
    const dueMs = this.#nextMs()
    if (dueMs >= this.#dueMs) return
    this.#timer?.unsubscribe()
    this.#dueMs = dueMs
    this.#sawWait = this.#host.oldestMs() !== undefined
    this.#sawIdle = this.#host.idlestMs() !== undefined
    this.#timer = this.#scheduler.schedule(() => this.#fire(), Math.max(0, dueMs - this.#scheduler.now()))
  }

  #fire(): void {
    this.#timer = undefined
    this.#dueMs = Infinity
    const nowMs = this.#scheduler.now()
    const waited = this.#waitDueMs() <= nowMs
    const idled = this.#idleDueMs() <= nowMs
    if (waited) this.#lastWaitMs = nowMs
    if (idled) this.#lastIdleMs = nowMs
    if (waited || idled || this.#regularMs() <= nowMs) this.sample()
    else this.touch()
  }

  /** Whether the armed timer comes in time for all that waits or idles: who came later is due later. */
  #covered(): boolean {
    if (this.#timer === undefined) return false
    const { waitedMs, idledMs } = this.#wake
    return (waitedMs === undefined || this.#sawWait || this.#host.oldestMs() === undefined) && (idledMs === undefined || this.#sawIdle || this.#host.idlestMs() === undefined)
  }

  #nextMs(): number {
    return Math.min(this.#regularMs(), this.#waitDueMs(), this.#idleDueMs())
  }

  #regularMs(): number {
    const owed = this.#host.active() || (this.#sawWork && this.#wake.afterWork === true)
    return owed ? this.#lastMs + this.#everyMs : Infinity
  }

  /** Again a span after it was told: one more worker for each span at most. */
  #waitDueMs(): number {
    const { waitedMs = Infinity } = this.#wake
    return Math.max(this.#host.oldestMs() ?? Infinity, this.#lastWaitMs) + waitedMs
  }

  /** A worker that the policy keeps although it was told is told of again a span later, not at once. */
  #idleDueMs(): number {
    const { idledMs = Infinity } = this.#wake
    const dueMs = (this.#host.idlestMs() ?? Infinity) + idledMs
    return dueMs > this.#lastIdleMs ? dueMs : this.#lastIdleMs + Math.max(idledMs, 1)
  }
}
