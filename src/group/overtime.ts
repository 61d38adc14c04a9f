import { TimeoutError, type Failure } from '../core/failure.js'
import type { Attempt } from './attempt.js'
import type { Books } from './books.js'
import { cancelDeadline, Deadlines, type Deadline } from './deadlines.js'
import type { Item } from './item.js'

export interface OvertimeHost {
  onZombie(failure: Failure, item: Item): void
}

/** What takes too long: attempts, items with all their attempts, and handlers that do not heed their abort. */
export class Overtime {
  readonly #books: Books
  readonly #host: OvertimeHost
  readonly #attempts: Deadlines | undefined
  readonly #items: Deadlines | undefined

  constructor(books: Books, host: OvertimeHost) {
    const { timeoutMs, totalTimeoutMs, clock } = books.settings
    this.#books = books
    this.#host = host
    this.#attempts = timeoutMs === undefined ? undefined : new Deadlines(timeoutMs, clock)
    this.#items = totalTimeoutMs === undefined ? undefined : new Deadlines(totalTimeoutMs, clock)
  }

  /** Limits attempts that start together, now; undefined without a timeout. */
  limit(attempts: readonly Attempt[], nowMs: number): Deadline | undefined {
    const { timeoutMs = 0 } = this.#books.settings
    return this.#attempts?.set(nowMs, () => this.#timeOut(attempts, timeoutMs))
  }

  /** Limits an item that starts for the first time. */
  limitItem(item: Item): void {
    if (this.#items === undefined || item.attempts > 1) return
    const deadline = this.#items.set(item.attemptMs, () => this.#expireItem(item))
    const { own } = item
    const before = own.teardown
    own.teardown = () => {
      cancelDeadline(deadline)
      before?.()
    }
  }

  /** Aborts a handler that is to end; after the grace it is a zombie. */
  abandon(attempt: Attempt, reason: unknown, graceMs: number): void {
    if (!attempt.abort(reason)) attempt.noted.grace ??= this.#books.settings.clock.schedule(() => this.#zombie(attempt), graceMs)
  }

  close(): void {
    this.#attempts?.close()
    this.#items?.close()
  }

  #expireItem(item: Item): void {
    const { totalTimeoutMs = 0, graceMs } = this.#books.settings
    item.own.spent = true
    const { current } = item
    if (current?.over === false && current.batch === undefined) return this.#timeOut([current], totalTimeoutMs)
    // Between two tries, done and waiting for room in the next group, or one of a batch that goes on without it.
    const failure = this.#failure(item, totalTimeoutMs)
    this.#books.settle(item, { type: 'timedOut', ...this.#books.facts(item), failure })
    if (current !== undefined) this.abandon(current, failure.error, graceMs)
  }

  #timeOut(attempts: readonly Attempt[], afterMs: number): void {
    const late = attempts.filter(({ over, notes }) => !over && notes?.timedOutAfterMs === undefined)
    // All are marked first: a batch that heeds its abort ends them together.
    for (const attempt of late) attempt.noted.timedOutAfterMs = afterMs
    for (const attempt of late) this.abandon(attempt, new TimeoutError(afterMs), this.#books.settings.graceMs)
  }

  #failure(item: Item, afterMs: number): Failure {
    return { type: 'timedOut', error: new TimeoutError(afterMs, 'the item'), attempt: item.attempts, atMs: this.#books.epochMs() }
  }

  #zombie(attempt: Attempt): void {
    if (attempt.zombie) return
    const { settings, ledger } = this.#books
    const failure = { ...this.#failure(attempt.item, attempt.notes?.timedOutAfterMs ?? settings.graceMs), worker: attempt.owner.id }
    const attempts = attempt.batch?.members.filter(({ over }) => !over) ?? [attempt]
    // One handler is one zombie, however many items it was given.
    attempt.noted.counted = true
    ledger.zombies += 1
    for (const one of attempts) one.noted.zombie = true
    for (const { item } of attempts) this.#giveUp(item, failure)
    this.#host.onZombie(failure, attempt.item)
  }

  #giveUp(item: Item, failure: Failure): void {
    if (item.place !== 'settled') {
      this.#books.ledger.attemptFailed()
      this.#books.settle(item, { type: 'timedOut', ...this.#books.facts(item), failure: { ...failure, attempt: item.attempts } })
    }
    this.#books.freeKey(item)
  }
}
