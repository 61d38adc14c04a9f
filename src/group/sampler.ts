import { Subject, type Observable, type Subscription } from 'rxjs'
import type { LoadSample } from '../core/load.js'
import { SampleMoments, type SampledGroup } from '../core/sample-moments.js'
import type { Wake } from '../scaling/policy.js'
import type { Clock } from './group-clock.js'

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
  readonly #clock: Clock
  readonly #host: SamplerHost
  #timer: Subscription | undefined
  #running = false

  constructor(everyMs: number, wake: Wake | undefined, clock: Clock, host: SamplerHost) {
    this.#moments = new SampleMoments(everyMs, wake, host)
    this.#clock = clock
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
    const nowMs = this.#clock.now()
    this.#moments.sampled(nowMs)
    this.#load$.next(this.#host.sample(nowMs))
    this.touch()
  }

  /** Something may have begun to wait or to be idle: arms the timer if a moment comes before the armed one. */
  touch(): void {
    if (!this.#running || !this.#moments.moved()) return
    this.#timer?.unsubscribe()
    this.#timer = this.#clock.schedule(() => this.#fire(), Math.max(0, this.#moments.dueMs - this.#clock.now()))
  }

  #fire(): void {
    this.#timer = undefined
    if (this.#moments.fired(this.#clock.now())) this.sample()
    else this.touch()
  }
}
