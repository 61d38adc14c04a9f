import { Subject, type Observable, type SchedulerLike, type Subscription } from 'rxjs'
import type { LoadSample } from '../core/load.js'
import { SampleMoments, type SampledGroup } from '../core/sample-moments.js'
import type { Wake } from '../scaling/policy.js'

/** What the sampler looks at to know when a policy should be asked. */
export interface SamplerHost extends SampledGroup {
  sample(nowMs: number): LoadSample
}

/**
 * Load samples at the moments that matter: regularly while there is work, when someone has waited a policy's span, and
 * when a worker has been idle for one. One timer at a time, and none while nothing can change.
 */
export class Sampler {
  readonly #load$ = new Subject<LoadSample>()
  readonly load$: Observable<LoadSample> = this.#load$.asObservable()
  readonly #moments: SampleMoments
  readonly #scheduler: SchedulerLike
  readonly #host: SamplerHost
  #timer: Subscription | undefined
  #running = false

  constructor(everyMs: number, wake: Wake | undefined, scheduler: SchedulerLike, host: SamplerHost) {
    this.#moments = new SampleMoments(everyMs, wake, host)
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
    const nowMs = this.#scheduler.now()
    this.#moments.sampled(nowMs)
    this.#load$.next(this.#host.sample(nowMs))
    this.touch()
  }

  /** Something may have begun to wait or to be idle: arms the timer if a moment comes before the armed one. */
  touch(): void {
    if (!this.#running || !this.#moments.moved()) return
    this.#timer?.unsubscribe()
    this.#timer = this.#scheduler.schedule(() => this.#fire(), Math.max(0, this.#moments.dueMs - this.#scheduler.now()))
  }

  #fire(): void {
    this.#timer = undefined
    if (this.#moments.fired(this.#scheduler.now())) this.sample()
    else this.touch()
  }
}
