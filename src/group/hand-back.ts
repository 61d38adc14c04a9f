import type { Pending } from '../supervision/escalation.js'
import type { Books } from './books.js'
import type { Item } from './item.js'
import type { Runner } from './runner.js'

/** What a stopping group lets go: items that have not started, wait for another try, or are aborted. */
export class HandBack {
  readonly #books: Books
  readonly #runner: Runner

  constructor(books: Books, runner: Runner) {
    this.#books = books
    this.#runner = runner
  }

  /** Items without a running attempt, those between two tries first. */
  unstarted(): readonly Item[] {
    const { line } = this.#books.dispatcher
    return [...this.#books.retries.items, ...line.returned(), ...line.all()]
  }

  all(items: readonly Item[] = this.unstarted()): void {
    for (const item of items) this.#one(item, 'source')
  }

  /** The items as an escalation offers them. */
  pending(items: readonly Item[]): readonly Pending[] {
    return items.map((item) => ({ message: item.message, claim: () => this.#one(item, 'claimant') }))
  }

  /** Aborts every running attempt and ends its item; `onAbort` is called before each. */
  running(then: 'abort' | 'handBack', graceMs: number, onAbort: () => void): void {
    const attempts = [...this.#runner.running].filter(({ zombie }) => !zombie)
    for (const { item } of attempts) {
      onAbort()
      const facts = this.#books.facts(item)
      this.#runner.withdraw(item, then === 'abort' ? { type: 'cancelled', ...facts, reason: 'aborted' } : { type: 'handedBack', ...facts, to: 'source' }, graceMs)
    }
  }

  #one(item: Item, to: 'source' | 'claimant'): boolean {
    return item.place !== 'inFlight' && this.#runner.withdraw(item, { type: 'handedBack', ...this.#books.facts(item), to })
  }
}
