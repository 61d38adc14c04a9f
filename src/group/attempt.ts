import { EMPTY, Observable, type ObservableInput, type Subscriber, type Subscription } from 'rxjs'
import type { Action } from '../core/action.js'
import type { Link } from '../core/chain.js'
import type { Job } from '../core/job.js'
import type { Message } from '../core/message.js'
import { replier, sender, type AttemptHost, type Work } from './attempt-host.js'
import type { BatchRun } from './batch-run.js'
import type { Worker } from './crew.js'
import type { Deadline } from './deadlines.js'
import { drained, follow, observeLast, vacate } from './follow.js'
import type { Item } from './item.js'
import { callSafely } from './report.js'
import { Slot } from './slot.js'

/**
 * One try at one item by one worker; it is the job that the handler sees. The host is told one end: a value, an error
 * or a rejection. What it returns from `run` is over when the handler is, so it is what occupies the worker's slot.
 */
export class Attempt implements Job<unknown, unknown, unknown>, Link<Attempt> {
  readonly #item: Item
  readonly #owner: Worker
  readonly #host: AttemptHost
  #controller: AbortController | undefined
  #abort: { readonly reason: unknown } | undefined
  #slot: Subscriber<never> | undefined
  #source: Subscription | undefined
  #over = false
  /** Its neighbours among the running attempts. */
  before: Attempt | undefined = undefined
  after: Attempt | undefined = undefined
  /** The group's notes on this attempt. */
  deadline: Deadline | undefined = undefined
  timedOutAfterMs: number | undefined = undefined
  grace: Subscription | undefined = undefined
  zombie = false
  /** Whether it stands for its handler in the number of zombies: of a batch, one does. */
  counted = false
  /** Its abort is no failure of the item: it is tried again. */
  requeue = false
  /** The batch it is a member of: that has the worker. */
  readonly batch: BatchRun | undefined

  constructor(item: Item, owner: Worker, host: AttemptHost, batch?: BatchRun) {
    this.#item = item
    this.#owner = owner
    this.#host = host
    this.batch = batch
  }

  get item(): Item {
    return this.#item
  }
  get owner(): Worker {
    return this.#owner
  }
  get message(): Message {
    return this.#item.message
  }
  get input(): unknown {
    return this.#item.input
  }
  get attempt(): number {
    return this.#item.attempts
  }
  get address(): string {
    return this.#host.settings.address
  }
  get worker(): unknown {
    return this.#owner.resource
  }
  get services(): unknown {
    return this.#host.settings.services
  }
  get over(): boolean {
    return this.#over
  }
  get aborted(): boolean {
    return this.#abort !== undefined
  }

  /** Made when first asked for: most handlers never look, and a controller costs more than the rest of the attempt. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#abort !== undefined) this.#controller.abort(this.#abort.reason)
    return this.#controller.signal
  }

  get send(): Job['send'] {
    return sender(this.#host)
  }
  get reply(): Job['reply'] {
    return replier(this.#host, this.message)
  }

  run(work: Work): ObservableInput<unknown> {
    try {
      return work.decode === undefined || this.#item.decoded ? this.#handle(work) : this.#decode(work, work.decode(this.#item.raw))
    } catch (error) {
      this.onError(error)
      return EMPTY
    }
  }

  /** Aborts the signal; an Observable is cut, which ends it at once. Returns whether the handler is over, or goes on for others. */
  abort(reason: unknown): boolean {
    this.#abort = { reason }
    this.#controller?.abort(reason)
    if (this.#source !== undefined && !this.#over) {
      const source = this.#source
      // What a teardown throws must not keep the item from its end.
      callSafely(() => source.unsubscribe())
      this.onError(reason)
      this.#slot?.complete()
    }
    return this.#over
  }

  onValue(value: unknown): PromiseLike<void> | undefined {
    return this.#finish() ? this.#host.onValue(this, value) : undefined
  }

  onError(error: unknown): void {
    if (this.#finish()) this.#host.onError(this, error)
  }

  #handle(work: Work): ObservableInput<unknown> {
    const result = work.handle(this)
    // Followed by hand: a derived promise for each message, and a turn of the queue more, cost a quarter of an attempt.
    if (result instanceof Promise) return this.#await(result)
    const following = follow(result, this)
    if (following === undefined) return EMPTY
    return 'subscribe' in following ? this.#occupy(following) : following
  }

  #await(result: Promise<unknown>): ObservableInput<unknown> {
    const slot = new Slot()
    result.then(
      (value) => {
        const passed = this.onValue(value)
        if (passed === undefined) slot.end()
        else passed.then(() => slot.end())
      },
      (error: unknown) => {
        this.onError(error)
        slot.end()
      },
    )
    return slot
  }

  #decode(work: Work, decoded: ReturnType<Action['decode']>): ObservableInput<unknown> {
    if (!('then' in decoded)) return this.#decoded(work, decoded)
    return decoded.then(
      async (either) => {
        const slot = this.#decoded(work, either)
        await drained(slot)
      },
      (error: unknown) => this.onError(error),
    )
  }

  #decoded(work: Work, either: Awaited<ReturnType<Action['decode']>>): ObservableInput<unknown> {
    if (either._tag === 'Left') {
      if (this.#finish()) this.#host.onRejected(this, either.left)
      return EMPTY
    }
    if (this.#abort !== undefined) {
      this.onError(this.#abort.reason)
      return EMPTY
    }
    this.#item.input = either.right
    this.#item.decoded = true
    return this.run(work)
  }

  /** An inner that is over when the handler's Observable is, or when it is cut. */
  #occupy(source: Observable<unknown>): Observable<never> {
    return new Observable<never>((slot) => {
      this.#slot = slot
      this.#source = observeLast(source, (last) => vacate(slot, this.onValue(last)), (error) => {
        this.onError(error)
        slot.complete()
      })
      // Aborted before or while it was subscribed to: it could not be cut then.
      if (this.#abort !== undefined) this.abort(this.#abort.reason)
      return this.#source
    })
  }

  #finish(): boolean {
    if (this.#over) return false
    this.#over = true
    return true
  }
}
