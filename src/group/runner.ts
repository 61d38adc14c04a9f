import { EMPTY, type ObservableInput } from 'rxjs'
import { TimeoutError, WorkerCrash, type Failure, type FailureType } from '../core/failure.js'
import type { Outcome } from '../core/outcome.js'
import { Attempt, type AttemptHost } from './attempt.js'
import { BatchRun } from './batch-run.js'
import type { Books } from './books.js'
import type { Crew } from './crew.js'
import { cancelDeadline, Deadlines } from './deadlines.js'
import type { Item } from './item.js'
import { RateLimit } from './rate-limit.js'

/** Where a completed value goes before its item counts as completed; false if it was refused. */
export type HandOver = (value: unknown, item: Item, signal: AbortSignal) => PromiseLike<boolean>

export interface RunnerHost {
  readonly crew: Crew
  /** Whether the group is stopping: then nothing is tried again. */
  readonly closing: boolean
  /** Sees to the worker of a failed attempt; what it returns is called once the item's fate is settled. */
  onFailure(failure: Failure, attempt: Attempt): () => void
  onZombie(failure: Failure, item: Item): void
  onChange(): void
}

/** Runs items on free workers, one attempt at a time each, and sees that every attempt has one end. */
export class Runner implements AttemptHost {
  readonly running = new Set<Attempt>()
  handOver: HandOver | undefined
  readonly #books: Books
  readonly #host: RunnerHost
  readonly #timeouts: Deadlines | undefined
  readonly #totals: Deadlines | undefined
  readonly #rate: RateLimit | undefined

  constructor(books: Books, host: RunnerHost, onError: (error: unknown) => void) {
    const { scheduler, timeoutMs, totalTimeoutMs, rate } = books.settings
    this.#books = books
    this.#host = host
    this.#timeouts = timeoutMs === undefined ? undefined : new Deadlines(timeoutMs, scheduler)
    this.#totals = totalTimeoutMs === undefined ? undefined : new Deadlines(totalTimeoutMs, scheduler)
    this.#rate = rate === undefined ? undefined : new RateLimit(rate, scheduler, () => this.#holdForRate(), onError)
    this.#holdForRate()
    const { batch } = books.settings
    books.dispatcher.connect(() => (batch === undefined ? this.#startOne() : this.#startBatch()), onError)
  }

  get address(): string {
    return this.#books.settings.address
  }
  get services(): unknown {
    return this.#books.settings.services
  }
  get transport(): AttemptHost['transport'] {
    return this.#books.settings.transport
  }

  /** Ends an item from outside, wherever it is; what runs is aborted. False if it has ended already. */
  withdraw(item: Item, outcome: Outcome, graceMs = this.#books.settings.graceMs): boolean {
    if (item.place === 'settled') return false
    const { current } = item
    this.#books.settle(item, outcome)
    if (current !== undefined) this.#abandon(current, new DOMException(`the item ended as ${outcome.type}`, 'AbortError'), graceMs)
    return true
  }

  /** Aborts a handler that is to end; after the grace it is a zombie. */
  #abandon(attempt: Attempt, reason: unknown, graceMs: number): void {
    if (attempt.batch === undefined && attempt.abort(reason)) return
    if (attempt.batch?.abort(reason, attempt) === true) return
    attempt.grace ??= this.#books.settings.scheduler.schedule(() => this.#zombie(attempt), graceMs)
  }

  onValue(attempt: Attempt, value: unknown): PromiseLike<void> | undefined {
    if (attempt.item.place === 'settled') this.#leave(attempt)
    else if (attempt.timedOutAfterMs !== undefined) this.fail(attempt, 'timedOut', new TimeoutError(attempt.timedOutAfterMs))
    else if (this.handOver !== undefined) return this.#pass(this.handOver, attempt, value)
    else this.#complete(attempt, value)
    return undefined
  }

  onError(attempt: Attempt, error: unknown): void {
    if (attempt.item.place === 'settled') this.#leave(attempt)
    else if (attempt.timedOutAfterMs !== undefined) this.fail(attempt, 'timedOut', new TimeoutError(attempt.timedOutAfterMs))
    else if (attempt.requeue) this.#requeue(attempt)
    else this.fail(attempt, error instanceof WorkerCrash ? 'crashed' : 'thrown', error)
  }

  onRejected(attempt: Attempt, reason: string): void {
    this.#leave(attempt)
    if (attempt.item.place !== 'settled') this.#books.settle(attempt.item, { type: 'rejected', ...this.#books.facts(attempt.item), reason })
  }

  /** Aborts what runs, for a restart of all workers: an attempt that ends by it is made again, and loses no try. */
  requeueAll(): void {
    for (const attempt of [...this.running]) {
      attempt.requeue = true
      this.#abandon(attempt, new DOMException('the workers are restarted', 'AbortError'), this.#books.settings.graceMs)
    }
  }

  /** An attempt has failed: the worker is seen to, then the item, then whoever is to be told. */
  fail(attempt: Attempt, type: FailureType, error: unknown): void {
    const { item } = attempt
    this.#close(attempt)
    this.#books.ledger.attemptFailed()
    const failure: Failure = { type, error, attempt: item.attempts, atMs: this.#books.now(), worker: attempt.owner.id }
    const again = this.#mayRetry(item, failure)
    const tell = attempt.batch === undefined ? this.#host.onFailure(failure, attempt) : attempt.batch.memberFailed(failure, attempt)
    if (again && this.#host.closing) this.#books.settle(item, { type: 'handedBack', ...this.#books.facts(item), to: 'source' })
    else if (again) this.#again(item)
    else this.#books.settle(item, { type: type === 'timedOut' ? 'timedOut' : 'failed', ...this.#books.facts(item), failure })
    tell()
  }

  close(): void {
    this.#timeouts?.close()
    this.#totals?.close()
    this.#rate?.close()
  }

  #startOne(): ObservableInput<unknown> {
    const item = this.#books.next()
    const worker = item === undefined ? undefined : this.#host.crew.take()
    if (item === undefined || worker === undefined) return EMPTY
    const attempt = new Attempt(item, worker, this)
    this.#begin(attempt)
    if (this.#timeouts !== undefined) attempt.deadline = this.#timeouts.set(item.attemptMs, () => this.#timeOut(attempt, this.#books.settings.timeoutMs))
    const slot = attempt.run(this.#books.settings.work)
    this.#books.intake.admit()
    return slot
  }

  #startBatch(): ObservableInput<unknown> {
    const { batch, timeoutMs } = this.#books.settings
    const items = batch === undefined ? [] : this.#books.dispatcher.takeBatch(() => this.#books.next())
    const worker = items.length === 0 ? undefined : this.#host.crew.take()
    if (batch === undefined || worker === undefined) return EMPTY
    const run = new BatchRun(items, worker, this, (failure, member) => this.#host.onFailure(failure, member), () => this.#host.crew.giveBack(worker, this.#books.now()))
    for (const member of run.members) this.#begin(member)
    const deadline = this.#timeouts?.set(this.#books.now(), () => run.members.forEach((member) => this.#timeOut(member, timeoutMs)))
    const slot = run.start(batch.handle, () => cancelDeadline(deadline))
    this.#books.intake.admit()
    return slot
  }

  #begin(attempt: Attempt): void {
    const { item } = attempt
    const nowMs = this.#books.now()
    this.#books.ledger.started(item, nowMs)
    item.current = attempt
    this.running.add(attempt)
    if (this.#rate !== undefined) {
      this.#rate.started(nowMs)
      this.#holdForRate()
    }
    if (this.#totals !== undefined && item.attempts === 1) this.#limitTotal(this.#totals, item, nowMs)
  }

  #limitTotal(totals: Deadlines, item: Item, nowMs: number): void {
    const { totalTimeoutMs } = this.#books.settings
    const deadline = totals.set(nowMs, () => {
      item.spent = true
      if (item.current !== undefined) this.#timeOut(item.current, totalTimeoutMs)
      else if (item.place === 'retrying') this.#books.settle(item, { type: 'timedOut', ...this.#books.facts(item), failure: this.#late(item, totalTimeoutMs ?? 0) })
    })
    const before = item.teardown
    item.teardown = () => {
      cancelDeadline(deadline)
      before?.()
    }
  }

  #timeOut(attempt: Attempt, afterMs = 0): void {
    if (attempt.over || attempt.timedOutAfterMs !== undefined) return
    attempt.timedOutAfterMs = afterMs
    this.#abandon(attempt, new TimeoutError(afterMs), this.#books.settings.graceMs)
  }

  #late(item: Item, afterMs: number): Failure {
    return { type: 'timedOut', error: new TimeoutError(afterMs, 'the item'), attempt: item.attempts, atMs: this.#books.now() }
  }

  #zombie(attempt: Attempt): void {
    const { item } = attempt
    attempt.zombie = true
    this.#books.ledger.zombies += 1
    const failure = { ...this.#late(item, attempt.timedOutAfterMs ?? this.#books.settings.graceMs), worker: attempt.owner.id }
    if (item.place !== 'settled') {
      this.#books.ledger.attemptFailed()
      this.#books.settle(item, { type: 'timedOut', ...this.#books.facts(item), failure })
    }
    this.#host.onZombie(failure, item)
    this.#host.onChange()
  }

  #complete(attempt: Attempt, value: unknown): void {
    this.#leave(attempt)
    this.#books.settle(attempt.item, { type: 'completed', ...this.#books.facts(attempt.item), value })
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
  #leave(attempt: Attempt): void {
    this.#close(attempt)
    const { crew } = this.#host
    if (attempt.batch !== undefined) attempt.batch.memberOver()
    else if (attempt.zombie) crew.replace(attempt.owner, 0)
    else crew.giveBack(attempt.owner, this.#books.now())
    this.#host.onChange()
  }

  #close(attempt: Attempt): void {
    this.running.delete(attempt)
    if (attempt.item.current === attempt) attempt.item.current = undefined
    cancelDeadline(attempt.deadline)
    attempt.grace?.unsubscribe()
    if (attempt.zombie) this.#books.ledger.zombies -= 1
  }

  #requeue(attempt: Attempt): void {
    attempt.item.attempts -= 1
    this.#books.retry(attempt.item, 0)
    this.#leave(attempt)
  }

  #mayRetry(item: Item, failure: Failure): boolean {
    const { maxAttempts, when } = this.#books.settings.retry
    return item.attempts < maxAttempts && !item.spent && when(failure)
  }

  #again(item: Item): void {
    const { retry, random } = this.#books.settings
    item.previousDelayMs = retry.backoff.delayMs({ failures: item.attempts, random: random(), previousMs: item.previousDelayMs })
    this.#books.retry(item, item.previousDelayMs)
  }

  #holdForRate(): void {
    this.#books.dispatcher.hold('rate', this.#rate !== undefined && !this.#rate.open)
  }
}
