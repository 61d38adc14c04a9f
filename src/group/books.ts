import { Subject } from 'rxjs'
import { lesser } from '../core/lesser.js'
import type { Envelope, Message } from '../core/message.js'
import type { Outcome } from '../core/outcome.js'
import { Dispatcher } from './dispatcher.js'
import { Ids } from './ids.js'
import { Intake, type IntakeHost } from './intake.js'
import { Item, type Home, type Sink } from './item.js'
import { Ledger, settledFacts } from './ledger.js'
import { Reorder } from './reorder.js'
import { Retries } from './retries.js'
import type { Settings } from './settings.js'

/** Told by the books, after they are right. */
export interface BooksHost {
  /** Something has changed. */
  onChange(): void
  /** The item of a group for one message has its outcome. */
  onOneTimeOver(): void
}

/**
 * Every accepted item of a group and where it is: taken in, in the line, open, between two tries, and settled once.
 * Running it is another's business.
 */
export class Books implements IntakeHost {
  readonly settings: Settings
  readonly ledger: Ledger
  readonly dispatcher: Dispatcher
  readonly intake: Intake
  readonly retries: Retries
  readonly outcomes$ = new Subject<Outcome>()
  /** Whether items in the line count as waiting for the policy, beside senders without room. */
  lineCounts = false
  readonly #host: BooksHost
  readonly #home: Home
  readonly #reorder: Reorder | undefined
  /** Items whose outcome everybody has been told: a group does not end before that is all. */
  told = 0
  #seq = 0
  /** The item being taken in, until anything is started. */
  #arriving: Item | undefined

  constructor(settings: Settings, host: BooksHost) {
    const { address, clock, window, batch } = settings
    this.settings = settings
    this.#host = host
    this.#home = { address, ids: new Ids(address), clock }
    this.ledger = new Ledger(clock.now())
    this.dispatcher = new Dispatcher(batch, clock)
    this.retries = new Retries(clock)
    this.intake = new Intake(this)
    this.#reorder = window === undefined ? undefined : new Reorder(window)
  }

  get name(): string {
    return this.settings.name
  }
  get capacity(): number {
    return this.settings.capacity
  }
  get waiting(): number {
    return this.dispatcher.line.waiting
  }
  get retrying(): number {
    return this.ledger.retrying
  }
  onWaiting(): void {
    this.#host.onChange()
  }
  /** Now, by the clock of the group. */
  now(): number {
    return this.settings.clock.now()
  }
  /** Now, as it is told outside. */
  epochMs(): number {
    return this.settings.clock.epochMs(this.now())
  }

  /** Whether any accepted item has no outcome yet, or anyone waits for room. */
  get open(): boolean {
    return this.ledger.received > this.ledger.settled || this.intake.crowded
  }

  /**
   * Since when the one who has waited longest, as a policy sees it, has waited.
   *
   * @param deserted - Whether no worker is wanted: then the line counts too, as nobody comes for it.
   */
  oldestMs(deserted: boolean): number | undefined {
    return lesser(this.intake.oldestMs(), this.lineCounts || deserted ? this.dispatcher.line.oldestMs() : undefined)
  }

  /** @param message - The item in its envelope, if it has come in one. */
  accept(raw: unknown, envelope: Envelope | undefined, sink: Sink | undefined, message?: Message): Item {
    const item = new Item(raw, envelope, sink, this.#seq + 1, this.now(), this.#home, message)
    item.key = this.settings.key === undefined ? envelope?.key : this.settings.key(raw, item.message)
    this.#seq += 1
    this.ledger.accepted()
    if (this.settings.instance === 'oneTime') this.intake.close()
    this.dispatcher.line.push(item)
    this.#arriving = item
    this.dispatcher.pump()
    this.#arriving = undefined
    this.#host.onChange()
    return item
  }

  /** The moment at which an item starts. One that finds a free worker starts as it comes: the clock is read once for both. */
  startMs(item: Item): number {
    const nowMs = item === this.#arriving ? item.acceptedMs : this.now()
    this.#arriving = undefined
    return nowMs
  }

  /** The next item to start. What has expired meanwhile ends here, or later if it is asked to keep them: then `expire` each. */
  next(kept?: Item[]): Item | undefined {
    const { line } = this.dispatcher
    for (let item = line.take(); item !== undefined; item = line.take()) {
      if (item.place === 'waiting') {
        item.sink?.onLeave(item)
        this.#reorder?.starts(item)
      }
      this.holdForOrder()
      const expiresAtMs = item.envelope?.expiresAtMs
      if (expiresAtMs === undefined || this.epochMs() < expiresAtMs) return item
      if (kept === undefined) this.expire(item)
      else kept.push(item)
    }
    return undefined
  }

  expire(item: Item): void {
    this.settle(item, { type: 'expired', ...this.facts(item) })
  }

  /** The item waits for another try, outside the line and without a worker. */
  retry(item: Item, delayMs: number): void {
    if (item.place === 'settled') return
    this.ledger.retries(item, this.now())
    this.retries.set(item, delayMs, () => {
      this.dispatcher.line.pushBack(item, this.now())
      this.dispatcher.pump()
      this.holdForOrder()
      this.#host.onChange()
    })
    this.#host.onChange()
  }

  /** An item's one outcome: the books first, then whoever waits for it. */
  settle(item: Item, outcome: Outcome, nowMs: number = this.now()): void {
    // Giving a worker's resource back calls its user, who may have ended the item meanwhile: the first end counts.
    if (item.place === 'settled') return
    const { line } = this.dispatcher
    this.ledger.ended(item, outcome.type, nowMs)
    item.extras?.teardown?.()
    this.retries.forget(item)
    // One whose handler still runs keeps its key until that is over, or given up.
    if (item.open) {
      if (item.current === undefined) line.release(item)
    } else {
      line.withdraw()
      item.sink?.onLeave(item)
    }
    if (this.#reorder === undefined) this.#tell(item, outcome)
    else this.#reorder.settle(item, outcome, () => this.#tell(item, outcome))
    this.holdForOrder()
    this.dispatcher.pump()
    this.intake.admit()
    this.#host.onChange()
    if (this.settings.instance === 'oneTime') this.#host.onOneTimeOver()
  }

  /** The handler of an item that has ended before is over, or given up: the next of its key may go. */
  freeKey(item: Item): void {
    this.dispatcher.line.release(item)
    this.dispatcher.pump()
  }

  facts(item: Item): { message: Item['message'] } & ReturnType<typeof settledFacts> {
    return { message: item.message, ...settledFacts(item, this.now()) }
  }

  /** What leaves in order is held in a bounded window: when it is full, only what was started before may start again. */
  holdForOrder(): void {
    if (this.#reorder !== undefined) this.dispatcher.hold('order', this.#reorder.full && !this.dispatcher.line.hasReturned)
  }

  close(): void {
    this.dispatcher.close()
    this.outcomes$.complete()
  }

  #tell(item: Item, outcome: Outcome): void {
    item.sink?.onOutcome(outcome, item)
    if (this.outcomes$.observed) this.outcomes$.next(outcome)
    this.told += 1
  }
}
