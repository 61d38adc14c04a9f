import { BehaviorSubject, EMPTY, Observable, type ObservableInput, type Subscriber, type Subscription } from 'rxjs'
import { scaleMap } from '../operators/scale-map.js'
import type { Clock } from './group-clock.js'
import type { BatchOptions } from './group-options.js'
import type { Item } from './item.js'
import { Line } from './line.js'

/** Why nothing may start for a while, whatever the number of workers. */
export type Hold = 'notStarted' | 'paused' | 'gate' | 'rate' | 'order' | 'restarting' | 'stopped'

/**
 * The line and the operator that serves it. `scaleMap` runs what starts; its limit is the number of workers, or 0
 * while something holds the group. One turn is put to it for each start that the line could make.
 */
export class Dispatcher {
  readonly line = new Line()
  readonly holds = new Set<Hold>(['notStarted'])
  readonly #limit$ = new BehaviorSubject(0)
  /** Whoever takes the turns: told directly, since a Subject costs as much as `scaleMap` itself. */
  #turn: Subscriber<void> | undefined
  readonly #batch: BatchOptions | undefined
  readonly #clock: Clock
  #turns = 0
  #pumping = false
  #starved = false
  #limit = 0
  #flush = false
  #batchTimer: Subscription | undefined
  #subscription: Subscription | undefined

  constructor(batch: BatchOptions | undefined, clock: Clock) {
    this.#batch = batch
    this.#clock = clock
  }

  /** Begins to serve: `start` starts what the line offers next, and returns what occupies the slot. */
  connect(start: () => ObservableInput<unknown>, onError: (error: unknown) => void): void {
    const turn = (): ObservableInput<unknown> => {
      this.#turns -= 1
      return this.#ripe() > 0 ? start() : EMPTY
    }
    this.#subscription = new Observable<void>((turns) => { this.#turn = turns })
      .pipe(scaleMap(turn, this.#limit$))
      .subscribe({ error: onError })
  }

  setLimit(limit: number): void {
    this.#limit = limit
    this.publish()
    this.pump()
  }

  /** A turn came to nothing for want of a free worker: turns are put again when the limit is told next. */
  starve(): ObservableInput<never> {
    this.#starved = true
    return EMPTY
  }

  hold(reason: Hold, on: boolean): void {
    if (on === this.holds.has(reason)) return
    if (on) this.holds.add(reason)
    else this.holds.delete(reason)
    this.publish()
  }

  publish(): void {
    const limit = this.holds.size > 0 ? 0 : this.#limit
    if (limit !== this.#limit$.value) this.#limit$.next(limit)
  }

  /** Puts a turn for everything that could start; a call from within one is served by the outer. */
  pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    this.#starved = false
    while (!this.#starved && this.#turns < this.#ripe()) {
      this.#turns += 1
      this.#turn?.next()
    }
    this.#pumping = false
  }

  /** The next batch: as many as `next` gives and may go together. */
  takeBatch(next: () => Item | undefined): readonly Item[] {
    const items: Item[] = []
    for (let item = next(); item !== undefined; item = next()) if (items.push(item) === this.#batch?.max) break
    this.#flush = false
    this.#batchTimer?.unsubscribe()
    this.#batchTimer = undefined
    // Those left behind wait for company of their own.
    this.#ripe()
    return items
  }

  close(): void {
    this.#batchTimer?.unsubscribe()
    this.#subscription?.unsubscribe()
    this.#turn?.complete()
    this.#limit$.complete()
  }

  #ripe(): number {
    const { ready } = this.line
    if (this.#batch === undefined || ready === 0) return ready
    const { max, maxWaitMs } = this.#batch
    if (!this.#flush && this.#batchTimer === undefined) {
      const nowMs = this.#clock.now()
      const sinceMs = this.line.oldestMs() ?? nowMs
      this.#batchTimer = this.#clock.schedule(() => this.#aged(), Math.max(0, sinceMs + maxWaitMs - nowMs))
    }
    return Math.floor(ready / max) + (this.#flush && ready % max > 0 ? 1 : 0)
  }

  #aged(): void {
    this.#batchTimer = undefined
    this.#flush = true
    this.pump()
  }
}
