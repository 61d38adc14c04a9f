import type { Subscription } from 'rxjs'
import type { CrewHost } from './crew-host.js'
import type { Clock } from './group-clock.js'
import type { WorkerOptions } from './group-options.js'
import { followCall } from './follow.js'

/** A worker: alive from the moment its resource is acquired. */
export interface Worker {
  readonly id: number
  readonly resource: unknown
  /** Items it has handled. */
  handled: number
  idleSinceMs: number
}

const NO_RESOURCE: WorkerOptions<unknown> = { acquire: () => undefined }

/**
 * The workers of one group: started, reused, replaced and released, so that as many are alive as are wanted. The free
 * one used last is used first: a trickle of work then keeps as few workers as it needs, and the rest grow idle.
 */
export class Crew {
  /** Free workers, the one that has been idle longest first. */
  #free: Worker[] = []
  #wanted = 0
  #nextId = 1
  #closed = false
  readonly #pending = new Set<{ readonly cancel: () => void }>()
  /** Workers being started or waiting out a backoff. */
  starting = 0
  releasing = 0
  live = 0
  created = 0
  stopped = 0
  idled = 0
  readonly #options: WorkerOptions<unknown>
  readonly #clock: Clock
  readonly #host: CrewHost

  constructor(options: WorkerOptions<unknown> | undefined, clock: Clock, host: CrewHost) {
    this.#options = options ?? NO_RESOURCE
    this.#clock = clock
    this.#host = host
  }

  get wanted(): number {
    return this.#wanted
  }

  get free(): readonly Worker[] {
    return this.#free
  }

  /** How many items may run at once: the live workers, less those about to leave. */
  get limit(): number {
    return Math.min(this.live, this.#wanted)
  }

  get quiet(): boolean {
    return this.starting === 0 && this.releasing === 0
  }

  setWanted(wanted: number): void {
    if (this.#closed || wanted === this.#wanted) return
    this.#wanted = wanted
    // Counted, since one that cannot be acquired may be given up at once, and then nothing is on its way.
    for (let missing = wanted - this.live - this.starting; missing > 0 && this.live + this.starting < this.#wanted; missing -= 1) this.#start(0)
    this.#shed()
    while (this.live + this.starting > wanted && this.#free.length > 0) this.#retireIdlest()
    this.#host.onLimit()
  }

  /** The free worker used last, for so many items. */
  take(items = 1): Worker | undefined {
    const worker = this.#free.pop()
    if (worker !== undefined) worker.handled += items
    return worker
  }

  /** A worker is done with its item. */
  giveBack(worker: Worker, nowMs = this.#clock.now()): void {
    const { recycleAfter } = this.#options
    this.#shed()
    if (this.#closed || this.live + this.starting > this.#wanted) this.#retire(worker)
    else if (recycleAfter !== undefined && worker.handled >= recycleAfter) this.replace(worker, 0)
    else {
      worker.idleSinceMs = nowMs
      this.#free.push(worker)
      return
    }
    this.#host.onLimit()
  }

  /** Releases a busy worker and, after a wait, acquires another in its place. */
  replace(worker: Worker, delayMs: number): void {
    if (this.#closed || this.live + this.starting > this.#wanted) this.#retire(worker)
    else {
      this.#retire(worker)
      this.#start(delayMs)
    }
    this.#host.onLimit()
  }

  /** Releases every free worker; none is started until `setWanted`. */
  releaseAll(): void {
    this.#wanted = 0
    for (const job of [...this.#pending]) job.cancel()
    for (const worker of this.#free.splice(0)) this.#retire(worker)
    this.#host.onLimit()
  }

  close(): void {
    this.#closed = true
    this.releaseAll()
  }

  /** Gives up starts that are not wanted any more: a live worker is worth more than one that waits out a backoff. */
  #shed(): void {
    if (this.#pending.size === 0) return
    for (const job of [...this.#pending].reverse()) if (this.live + this.starting > this.#wanted) job.cancel()
  }

  #retireIdlest(): void {
    const worker = this.#free.shift()
    if (worker === undefined) return
    this.idled += 1
    this.#retire(worker)
  }

  #retire(worker: Worker): void {
    this.live -= 1
    this.stopped += 1
    this.#release(worker.resource)
  }

  #release(resource: unknown): void {
    const { release } = this.#options
    if (release === undefined) return this.#host.onLimit()
    this.releasing += 1
    // Told first: releasing calls the user, who may offer more than the workers left can take.
    this.#host.onLimit()
    const done = (): void => {
      this.releasing -= 1
      if (this.quiet) this.#host.onQuiet()
    }
    followCall(() => release(resource), done, done)
  }

  #start(delayMs: number, attempt = 1, id = this.#nextId++): void {
    this.starting += 1
    if (delayMs <= 0) return this.#acquire(attempt, id)
    let timer: Subscription | undefined
    const job = { cancel: () => this.#end(job, () => timer?.unsubscribe()) }
    this.#pending.add(job)
    timer = this.#clock.schedule(() => this.#end(job, () => this.#start(0, attempt, id)), delayMs)
  }

  #acquire(attempt: number, id: number): void {
    if (this.#options === NO_RESOURCE) return this.#join({ id, resource: undefined, handled: 0, idleSinceMs: this.#clock.now() })
    const controller = new AbortController()
    let over = false
    const job = { cancel: () => this.#end(job, () => { over = true; controller.abort() }) }
    this.#pending.add(job)
    followCall(
      () => this.#options.acquire({ worker: id, signal: controller.signal }),
      (resource) => (over ? this.#release(resource) : this.#end(job, () => this.#enter(resource, id))),
      (error) => (over ? undefined : this.#end(job, () => this.#failed(error, attempt, id))),
    )
  }

  /** The start of a worker is over, in one way or another; `then` may begin the next. */
  #end(job: { readonly cancel: () => void }, then: () => void): void {
    if (!this.#pending.delete(job)) return
    this.starting -= 1
    then()
    if (this.quiet) this.#host.onQuiet()
  }

  #enter(resource: unknown, id: number): void {
    this.starting += 1
    this.#join({ id, resource, handled: 0, idleSinceMs: this.#clock.now() })
  }

  #join(worker: Worker): void {
    this.starting -= 1
    this.live += 1
    this.created += 1
    this.#shed()
    if (this.#closed || this.live + this.starting > this.#wanted) this.#retire(worker)
    else this.#free.push(worker)
    this.#host.onLimit()
  }

  #failed(error: unknown, attempt: number, id: number): void {
    const delayMs = this.#host.onAcquireFailure(error, attempt, id)
    if (delayMs === undefined || this.#closed || this.live + this.starting >= this.#wanted) return this.#host.onLimit()
    this.#start(Math.max(delayMs, 1), attempt + 1, id)
  }
}
