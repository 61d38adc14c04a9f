import type { Subscription } from 'rxjs'
import type { Clock } from './group-clock.js'
import type { Item } from './item.js'

/** The items between two tries, each with the timer that brings it back. */
export class Retries {
  readonly #timers = new Map<Item, Subscription>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get items(): readonly Item[] {
    return [...this.#timers.keys()]
  }

  set(item: Item, delayMs: number, due: () => void): void {
    const fire = (): void => {
      this.#timers.delete(item)
      due()
    }
    this.#timers.set(item, this.#clock.schedule(fire, delayMs))
  }

  forget(item: Item): void {
    if (this.#timers.size === 0) return
    this.#timers.get(item)?.unsubscribe()
    this.#timers.delete(item)
  }
}
