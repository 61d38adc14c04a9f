import { EMPTY, Observable, type ObservableInput, type Subscriber, type Subscription } from 'rxjs'
import type { Action } from '../core/action.js'
import type { Link } from '../core/chain.js'
import type { Job } from '../core/job.js'
import { LateSignal } from '../core/late-signal.js'
import type { Message } from '../core/message.js'
import { replier, sender, type AttemptHost, type Work } from './attempt-host.js'
import type { BatchRun } from './batch-run.js'
import type { Worker } from './crew.js'
import type { Deadline } from './deadlines.js'
import { drained, follow, observeLast, vacate } from './follow.js'
import type { Item } from './item.js'
import { callSafely } from './report.js'
import { occupySlot } from './slot.js'

/** What it takes to end an attempt before its time: made when first needed, since most need none of it. */
class Cut extends LateSignal {
  slot: Subscriber<never> | undefined = undefined
  source: Subscription | undefined = undefined
}

/** What the group notes on an attempt that does not simply end. */
export interface Notes {
  timedOutAfterMs?: number
  grace?: Subscription
  zombie?: boolean
  /** Whether it stands for its handler in the number of zombies: of a batch, one does. */
  counted?: boolean
  /** Its abort is no failure of the item: it is tried again. */
  requeue?: boolean
}

/**
 * One try at one item by one worker; it is the job that the handler sees. The host is told one end: a value, an error
 * or a rejection. What it returns from `run` is over when the handler is, so it is what occupies the worker's slot.
 */
export class Attempt implements Job<unknown, unknown, unknown>, Link<Attempt> {
  readonly #item: Item
  readonly #owner: Worker
  readonly #host: AttemptHost
  #cut: Cut | undefined
  #over = false
  /** Its neighbours among the running attempts. */
  before: Attempt | undefined = undefined
  after: Attempt | undefined = undefined
  deadline: Deadline | undefined = undefined
  notes: Notes | undefined = undefined

  constructor(item: Item, owner: Worker, host: AttemptHost) {
    this.#item = item
    this.#owner = owner
    this.#host = host
  }

  /** The batch it is a member of: that has the worker. */
  get batch(): BatchRun | undefined {
    return undefined
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
    return this.#cut?.aborted !== undefined
  }
  get zombie(): boolean {
    return this.notes?.zombie === true
  }
  /** The notes on it, to be written to. */
  get noted(): Notes {
    return (this.notes ??= {})
  }

  get signal(): AbortSignal {
    return (this.#cut ??= new Cut()).signal
  }

  get send(): Job['send'] {
    return sender(this.#host)
  }
  get reply(): Job['reply'] {
    return replier(this.#host, this.message)
  }

  run(work: Work): ObservableInput<unknown> {
    try {
      return work.decode === undefined || this.#item.isDecoded ? this.#handle(work) : this.#decode(work, work.decode(this.#item.raw))
    } catch (error) {
      this.onError(error)
      return EMPTY
    }
  }

  /** Aborts the signal; an Observable is cut, which ends it at once. Returns whether the handler is over, or goes on for others. */
  abort(reason: unknown): boolean {
    const cut = (this.#cut ??= new Cut())
    cut.abort(reason)
    const { source, slot } = cut
    if (source !== undefined && !this.#over) {
      // What a teardown throws must not keep the item from its end.
      callSafely(() => source.unsubscribe())
      this.onError(reason)
      slot?.complete()
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
    if (result instanceof Promise) return occupySlot(this.#host.slots, result, this)
    const following = follow(result, this)
    if (following === undefined) return EMPTY
    return 'subscribe' in following ? this.#occupy(following) : following
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
    const aborted = this.#cut?.aborted
    if (aborted !== undefined) {
      this.onError(aborted.reason)
      return EMPTY
    }
    this.#item.decodedAs(either.right)
    return this.run(work)
  }

  /** An inner that is over when the handler's Observable is, or when it is cut. */
  #occupy(source: Observable<unknown>): Observable<never> {
    return new Observable<never>((slot) => {
      const cut = (this.#cut ??= new Cut())
      cut.slot = slot
      cut.source = observeLast(source, (last) => vacate(slot, this.onValue(last)), (error) => {
        this.onError(error)
        slot.complete()
      })
      // Aborted before or while it was subscribed to: it could not be cut then.
      if (cut.aborted !== undefined) this.abort(cut.aborted.reason)
      return cut.source
    })
  }

  #finish(): boolean {
    if (this.#over) return false
    this.#over = true
    return true
  }
}
