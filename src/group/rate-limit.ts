import { isObservable, type Observable, type Subscription } from 'rxjs'
import { Fifo } from '../core/fifo.js'
import { checkOptions, milliseconds, whole } from '../core/options.js'
import type { Clock } from './group-clock.js'
import type { RateOptions } from './group-options.js'

export const RATE_CODECS = { max: whole(1), perMs: milliseconds(Number.MIN_VALUE) }

/** At most `max` starts in any span of `perMs`: remembers the last `max` starts, and says when the next may come. */
export class RateLimit {
  readonly #starts = new Fifo<number>()
  readonly #clock: Clock
  readonly #onChange: () => void
  readonly #onError: (error: unknown) => void
  readonly #given: RateOptions | Observable<RateOptions>
  #rate: RateOptions | undefined
  #timer: Subscription | undefined
  #source: Subscription | undefined

  /** `onChange` is called when `open` may have changed for another reason than `started`. */
  constructor(rate: RateOptions | Observable<RateOptions>, clock: Clock, onChange: () => void, onError: (error: unknown) => void) {
    this.#clock = clock
    this.#onChange = onChange
    this.#onError = onError
    this.#given = rate
  }

  /** Begins; an Observable of rates is subscribed to. */
  follow(): void {
    if (isObservable(this.#given)) this.#source = this.#given.subscribe({ next: (next) => this.#take(next), error: this.#onError, complete: () => this.#ended() })
    else this.#rate = this.#given
  }

  /** Whether something may start now; nothing may before the first rate is known. */
  get open(): boolean {
    return this.#rate !== undefined && this.#starts.size < this.#rate.max
  }

  started(nowMs: number): void {
    this.#starts.push(nowMs)
    this.#arm()
  }

  close(): void {
    this.#timer?.unsubscribe()
    this.#source?.unsubscribe()
  }

  /** The last rate stays; with none nothing would ever start. */
  #ended(): void {
    if (this.#rate === undefined) this.#onError(new Error('the rate completed without a value'))
  }

  #take(next: RateOptions): void {
    try {
      checkOptions('rate', RATE_CODECS, next, undefined, ['max', 'perMs'])
    } catch (error) {
      this.#source?.unsubscribe()
      return this.#onError(error)
    }
    this.#rate = next
    this.#timer?.unsubscribe()
    this.#timer = undefined
    this.#forget()
  }

  #arm(): void {
    const oldest = this.#starts.peek()
    if (this.#timer !== undefined || oldest === undefined || this.#rate === undefined) return
    const delayMs = Math.max(0, oldest + this.#rate.perMs - this.#clock.now())
    this.#timer = this.#clock.schedule(() => {
      this.#timer = undefined
      this.#forget()
    }, delayMs)
  }

  #forget(): void {
    const perMs = this.#rate?.perMs ?? 0
    const beforeMs = this.#clock.now() - perMs
    for (let start = this.#starts.peek(); start !== undefined && start <= beforeMs; start = this.#starts.peek()) this.#starts.take()
    this.#arm()
    this.#onChange()
  }
}
