import type { Subscriber } from 'rxjs'
import { Chain } from '../core/chain.js'
import type { Outcome } from '../core/outcome.js'
import type { Item, Sink } from './item.js'
import type { Shell } from './shell.js'

const REASON = 'its source was unsubscribed'

/** The items that one source has brought into a group, and what is told back to its subscriber. */
export class SourceItems implements Sink {
  /** Accepted from this source, not started. */
  waiting = 0
  readonly #open = new Chain<Item>()
  /** Items accepted whose outcome has not been told. */
  #untold = 0
  #ended = false
  #error: { readonly error: unknown } | undefined
  readonly #shell: Shell
  readonly #subscriber: Subscriber<Outcome>

  constructor(shell: Shell, subscriber: Subscriber<Outcome>) {
    this.#shell = shell
    this.#subscriber = subscriber
  }

  accept(value: unknown): Item {
    const { ledger } = this.#shell.books
    const before = ledger.received
    this.waiting += 1
    this.#untold += 1
    try {
      const item = this.#shell.books.accept(value, undefined, this)
      if (item.place !== 'settled') this.#open.add(item)
      return item
    } catch (error) {
      if (ledger.received === before) {
        this.waiting -= 1
        this.#untold -= 1
      }
      throw error
    }
  }

  onLeave(): void {
    this.waiting -= 1
  }

  onOutcome(outcome: Outcome, item: Item): void {
    this.#open.delete(item)
    this.#untold -= 1
    this.#subscriber.next(outcome)
    this.#endIfDone()
  }

  /** Nothing more comes: completes, or errors, after the last outcome. */
  end(error?: { readonly error: unknown }): void {
    this.#ended = true
    this.#error ??= error
    this.#endIfDone()
  }

  withdrawAll(): void {
    // The newest first, and of these what waits: a worker that becomes free must not start what is withdrawn next.
    const items = [...this.#open].toReversed()
    for (const item of items) if (item.place === 'waiting') cancelItem(this.#shell, item, REASON)
    for (const item of items) cancelItem(this.#shell, item, REASON)
  }

  #endIfDone(): void {
    if (!this.#ended || this.#untold > 0) return
    if (this.#error === undefined) this.#subscriber.complete()
    else this.#subscriber.error(this.#error.error)
  }
}

/** Cancels an item wherever it is, also in a later group of a pipeline. */
export const cancelItem = ({ books, runner }: Shell, item: Item, reason: string): void => {
  runner.withdraw(item, { type: 'cancelled', ...books.facts(item), reason })
  // The next group may have taken it although this one has not heard of it yet.
  item.extras?.withdrawNext?.(reason)
}
