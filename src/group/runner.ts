import { EMPTY, type ObservableInput } from 'rxjs'
import { Chain } from '../core/chain.js'
import { TimeoutError, WorkerCrash, type Failure, type FailureType } from '../core/failure.js'
import type { Outcome } from '../core/outcome.js'
import { Attempt } from './attempt.js'
import type { AttemptHost } from './attempt-host.js'
import { startBatch } from './batch-start.js'
import type { Books } from './books.js'
import { cancelDeadline } from './deadlines.js'
import type { Item } from './item.js'
import { waitedMs } from './ledger.js'
import { Overtime } from './overtime.js'
import { abortError } from './report.js'
import { rateHold, type RateHold } from './rate-hold.js'
import { retryDelay } from './retry-rule.js'
import type { HandOver, RunnerHost } from './runner-host.js'
import type { Settings } from './settings.js'
import type { Slots } from './slot.js'

/** Runs items on free workers, one attempt at a time each, and sees that every attempt has one end. */
export class Runner implements AttemptHost {
  readonly settings: Settings
  readonly running = new Chain<Attempt>()
  readonly slots: Slots = []
  handOver: HandOver | undefined
  readonly #books: Books
  readonly #host: RunnerHost
  readonly #overtime: Overtime
  readonly #rate: RateHold | undefined

  constructor(books: Books, host: RunnerHost, onError: (error: unknown) => void) {
    const { settings, dispatcher } = books
    this.settings = settings
    this.#books = books
    this.#host = host
    this.#overtime = new Overtime(books, host)
    this.#rate = rateHold(settings, dispatcher, onError)
    const batches = { books, overtime: this.#overtime, host, owner: this, begin: (member: Attempt) => this.#begin(member) }
    dispatcher.connect(() => (settings.batch === undefined ? this.#startOne() : startBatch(batches)), onError)
  }

  start(): void {
    this.#rate?.start()
  }

  /** Whether a handler runs that is not given up. */
  get busy(): boolean {
    if (this.#books.ledger.inFlight > 0) return true
    for (const { zombie } of this.running) if (!zombie) return true
    return false
  }

  /** Ends an item from outside, wherever it is; what runs is aborted. False if it has ended already. */
  withdraw(item: Item, outcome: Outcome, graceMs = this.settings.graceMs): boolean {
    if (item.place === 'settled') return false
    const { current } = item
    this.#books.settle(item, outcome)
    if (current !== undefined) this.#overtime.abandon(current, abortError(`the item ended as ${outcome.type}`), graceMs)
    return true
  }

  onValue(attempt: Attempt, value: unknown): PromiseLike<void> | undefined {
    if (this.#overtaken(attempt)) return undefined
    if (this.handOver !== undefined) return this.#pass(this.handOver, attempt, value)
    this.#complete(attempt, value)
    return undefined
  }

  onError(attempt: Attempt, error: unknown): void {
    if (this.#overtaken(attempt)) return
    if (attempt.notes?.requeue === true) this.#requeue(attempt)
    else this.fail(attempt, error instanceof WorkerCrash ? 'crashed' : 'thrown', error)
  }

  onRejected(attempt: Attempt, reason: string): void {
    const { item } = attempt
    this.#leave(attempt)
    if (item.place !== 'settled') this.#books.settle(item, { type: 'rejected', ...this.#books.facts(item), reason })
  }

  /** Aborts what runs, for a restart of all workers: what ends by it is made again, and loses no try. */
  requeueAll(): void {
    // What waits for the next group has ended, and the others of a batch that has just thrown end as it does.
    for (const attempt of [...this.running].filter(({ over, batch }) => !over && batch?.over !== true)) {
      attempt.noted.requeue = true
      this.#overtime.abandon(attempt, abortError('the workers are restarted'), this.settings.graceMs)
    }
  }

  /** An attempt has failed: the worker is seen to, then the item, then whoever is to be told. */
  fail(attempt: Attempt, type: FailureType, error: unknown): void {
    const { item } = attempt
    this.#close(attempt)
    this.#books.ledger.attemptFailed()
    const failure: Failure = { type, error, attempt: item.attempts, atMs: this.#books.epochMs(), worker: attempt.owner.id }
    const againMs = retryDelay(item, failure, this.settings)
    const tell = attempt.batch === undefined ? this.#host.onFailure(failure, attempt) : attempt.batch.memberFailed(failure, attempt)
    if (againMs !== undefined && this.#host.closing()) this.#books.settle(item, { type: 'handedBack', ...this.#books.facts(item), to: 'source' })
    else if (againMs !== undefined) this.#books.retry(item, (item.own.previousDelayMs = againMs))
    else this.#books.settle(item, { type: type === 'timedOut' ? 'timedOut' : 'failed', ...this.#books.facts(item), failure })
    tell()
  }

  close(): void {
    this.#overtime.close()
    this.#rate?.close()
  }

  #startOne(): ObservableInput<unknown> {
    const { crew } = this.#host
    if (crew.free.length === 0) return this.#books.dispatcher.starve()
    const item = this.#books.next()
    const worker = item === undefined ? undefined : crew.take()
    if (item === undefined || worker === undefined) return EMPTY
    const attempt = new Attempt(item, worker, this)
    this.#begin(attempt)
    if (this.settings.timeoutMs !== undefined) attempt.deadline = this.#overtime.limit([attempt], item.attemptMs)
    const slot = attempt.run(this.settings.work)
    this.#books.intake.admit()
    return slot
  }

  /** Whether its end comes too late to count: the item has ended, or the attempt's time is up. */
  #overtaken(attempt: Attempt): boolean {
    if (attempt.item.place === 'settled') this.#leave(attempt)
    else {
      const afterMs = attempt.notes?.timedOutAfterMs
      if (afterMs === undefined) return false
      this.fail(attempt, 'timedOut', new TimeoutError(afterMs))
    }
    return true
  }

  #begin(attempt: Attempt): void {
    const { item } = attempt
    const nowMs = this.#books.startMs(item)
    this.#books.ledger.started(item, nowMs)
    item.current = attempt
    this.running.add(attempt)
    // A batch is one start, whatever its size.
    if (attempt.batch === undefined || attempt.batch.members[0] === attempt) this.#rate?.started(nowMs)
    this.#overtime.limitItem(item)
  }

  #complete(attempt: Attempt, value: unknown): void {
    const { item } = attempt
    const nowMs = this.#books.now()
    const { message, attempts, attemptMs } = item
    this.#leave(attempt, nowMs)
    this.#books.settle(item, { type: 'completed', message, attempts, waitMs: waitedMs(item, nowMs), serviceMs: nowMs - attemptMs, value }, nowMs)
  }

  /** The value goes to the next group first, and the worker is not free before it is taken there. */
  #pass(handOver: HandOver, attempt: Attempt, value: unknown): PromiseLike<void> {
    const { item } = attempt
    cancelDeadline(attempt.deadline)
    return handOver(value, item, attempt.signal).then((taken) => {
      if (item.place === 'settled') this.#leave(attempt)
      else if (taken) this.#complete(attempt, value)
      else {
        this.#leave(attempt)
        this.#books.settle(item, { type: 'handedBack', ...this.#books.facts(item), to: 'source' })
      }
    })
  }

  /** The attempt is over and its worker free. */
  #leave(attempt: Attempt, nowMs = this.#books.now()): void {
    this.#close(attempt)
    const { crew } = this.#host
    // A batch has its worker, and gives it back when its handler is over.
    if (attempt.batch === undefined) {
      if (attempt.zombie) crew.replace(attempt.owner, 0)
      else crew.giveBack(attempt.owner, nowMs)
    }
    // Whatever settles the item tells of the change; this is for attempts whose item has ended before.
    if (attempt.item.place !== 'settled') return
    if (!attempt.zombie) this.#books.freeKey(attempt.item)
    this.#host.onChange()
  }

  #close(attempt: Attempt): void {
    this.running.delete(attempt)
    if (attempt.item.current === attempt) attempt.item.current = undefined
    cancelDeadline(attempt.deadline)
    attempt.notes?.grace?.unsubscribe()
    if (attempt.notes?.counted === true) this.#books.ledger.zombies -= 1
  }

  #requeue(attempt: Attempt): void {
    attempt.item.attempts -= 1
    this.#leave(attempt)
    this.#books.retry(attempt.item, 0)
  }
}
