import type { Outcome } from '../core/outcome.js'
import type { Item } from './item.js'

/** What leaves in order: an outcome that is held, or a gap. */
type Slot = (() => void) | 'gap'

/**
 * Lets completed items leave in order of arrival. Other outcomes leave at once and become gaps, which nobody waits
 * for. The number held or started is bounded by whoever starts items: it asks `full`.
 */
export class Reorder {
  readonly #slots = new Map<number, Slot>()
  readonly #window: number
  /** Started, and not settled. */
  readonly #open = new Set<number>()
  #next = 1
  #held = 0
  #leaving = false

  constructor(window: number) {
    this.#window = window
  }

  /** While the oldest has not been started nothing is full: it could wait behind others for ever. */
  get full(): boolean {
    return this.#open.size - 1 + this.#held >= this.#window && this.#open.has(this.#next)
  }

  starts({ seq }: Item): void {
    this.#open.add(seq)
  }

  settle(item: Item, outcome: Outcome, tell: () => void): void {
    this.#open.delete(item.seq)
    if (outcome.type === 'completed') {
      this.#held += 1
      this.#slots.set(item.seq, tell)
    } else {
      this.#slots.set(item.seq, 'gap')
      tell()
    }
    this.#leave()
  }

  #leave(): void {
    if (this.#leaving) return
    this.#leaving = true
    for (let slot = this.#slots.get(this.#next); slot !== undefined; slot = this.#slots.get(this.#next)) {
      this.#slots.delete(this.#next)
      this.#next += 1
      if (slot === 'gap') continue
      this.#held -= 1
      slot()
    }
    this.#leaving = false
  }
}
