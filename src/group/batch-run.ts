import { EMPTY, Observable, type ObservableInput } from 'rxjs'
import type { Failure } from '../core/failure.js'
import { Attempt } from './attempt.js'
import type { AttemptHost } from './attempt-host.js'
import type { BatchJob, BatchMember } from './batch-job.js'
import type { Worker } from './crew.js'
import { follow, observeLast, vacate } from './follow.js'
import type { Item } from './item.js'
import type { AnyBatchHandler } from './settings.js'

/** A member of a batch, as the handler sees it: it may be ended before the others. */
class Member extends Attempt implements BatchMember<unknown, unknown, unknown, unknown> {
  readonly #batch: BatchRun

  constructor(item: Item, owner: Worker, host: AttemptHost, batch: BatchRun) {
    super(item, owner, host)
    this.#batch = batch
  }

  override get batch(): BatchRun {
    return this.#batch
  }

  complete(value: unknown): boolean {
    if (this.over) return false
    const passed = this.onValue(value)
    if (passed !== undefined) this.batch.await(passed)
    return true
  }

  fail(error: unknown): boolean {
    if (this.over) return false
    this.onError(error)
    return true
  }

  override abort(reason: unknown): boolean {
    return super.abort(reason) || this.batch.abandon(reason)
  }
}

/**
 * One run of a batch handler. Each member is an attempt of its own; the worker is seen to once, when the handler is
 * over: by supervision if it threw, and otherwise given back.
 */
export class BatchRun {
  readonly members: readonly Member[]
  readonly #controller = new AbortController()
  readonly #host: AttemptHost
  readonly #worker: Worker
  readonly #supervise: (failure: Failure, member: Attempt) => () => void
  readonly #giveBack: (zombie: boolean) => void
  #thrown = false
  #supervised = false
  #over = false
  /** Members whose value the next group has not taken yet. */
  readonly #passing: PromiseLike<void>[] = []

  constructor(items: readonly Item[], worker: Worker, host: AttemptHost, supervise: (failure: Failure, member: Attempt) => () => void, giveBack: (zombie: boolean) => void) {
    this.members = items.map((item) => new Member(item, worker, host, this))
    this.#host = host
    this.#worker = worker
    this.#supervise = supervise
    this.#giveBack = giveBack
  }

  start(handle: AnyBatchHandler, onOver: () => void): ObservableInput<unknown> {
    const onEnd = (end: () => void): PromiseLike<void> | undefined => {
      onOver()
      this.#over = true
      end()
      if (this.#passing.length > 0) return Promise.all(this.#passing).then(() => this.#free())
      return this.#free()
    }
    const follower = {
      onValue: (values: unknown) => onEnd(() => this.#completeRest(values)),
      onError: (error: unknown) => onEnd(() => this.#failRest(error)),
    }
    // What was told since its members were taken may have aborted it.
    if (this.#controller.signal.aborted) return follower.onError(this.#controller.signal.reason) ?? EMPTY
    try {
      const following = follow(handle(this.#job()), follower)
      if (following === undefined) return EMPTY
      return 'subscribe' in following ? occupy(following, follower, this.#controller.signal) : following
    } catch (error) {
      return follower.onError(error) ?? EMPTY
    }
  }

  /** Whether its handler has ended. */
  get over(): boolean {
    return this.#over
  }

  /** A member was aborted: the whole batch is when nobody is left in it. True if the handler is over, or goes on for others. */
  abandon(reason: unknown): boolean {
    if (this.#over || this.members.some(({ over, aborted }) => !over && !aborted)) return true
    if (!this.#controller.signal.aborted) this.#controller.abort(reason)
    return this.#over
  }

  /** A member has failed. The worker is supervised only if the handler threw or took too long, and then once. */
  memberFailed(failure: Failure, member: Attempt): () => void {
    if ((!this.#thrown && failure.type !== 'timedOut') || this.#supervised) return () => undefined
    this.#supervised = true
    return this.#supervise(failure, member)
  }

  /** The worker is not free before this is. */
  await(passed: PromiseLike<void>): void {
    this.#passing.push(passed)
  }

  #job(): BatchJob<unknown, unknown, unknown, unknown> {
    const { address, services } = this.#host.settings
    return { members: this.members, inputs: this.members.map(({ input }) => input), address, services, worker: this.#worker.resource, signal: this.#controller.signal }
  }

  #free(): undefined {
    if (!this.#supervised) this.#giveBack(this.members.some(({ zombie }) => zombie))
  }

  #completeRest(values: unknown): void {
    const each = Array.isArray(values) && values.length === this.members.length ? values : []
    this.members.forEach((member, index) => member.complete(each[index]))
  }

  #failRest(error: unknown): void {
    this.#thrown = true
    for (const member of this.members) member.fail(error)
  }
}

type Ends = { readonly [End in 'onValue' | 'onError']: (what: unknown) => PromiseLike<void> | undefined }

const occupy = (source: Observable<unknown>, follower: Ends, signal: AbortSignal): Observable<never> =>
  new Observable<never>((slot) => {
    const subscription = observeLast(source, (last) => vacate(slot, follower.onValue(last)), (error) => vacate(slot, follower.onError(error)))
    const cut = (): void => {
      if (subscription.closed) return
      subscription.unsubscribe()
      vacate(slot, follower.onError(signal.reason))
    }
    signal.addEventListener('abort', cut, { once: true })
    return subscription
  })
