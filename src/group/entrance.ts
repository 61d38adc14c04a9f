import type { Message } from '../core/message.js'
import type { Item, Sink } from './item.js'
import type { Shell } from './shell.js'
import { cancelItem } from './source-items.js'
import { shellOf } from './worker-group.js'

/** One message on its way into a group and out of it; told by calls. */
export interface Guest extends Sink {
  /** What it has become in the group; written by the entrance. */
  item: Item | undefined
  /** Gives up its place among those who wait for room; written by the entrance. */
  leave: (() => void) | undefined
  /** Its sender has taken it back. */
  readonly isWithdrawn: boolean
  /** The group is closed, or its key function threw. */
  onRefused(error: unknown): void
}

/**
 * The way into a group for whoever brings it every message of a topic: what `offer` with `waits: 'line'` does, without
 * the promise, the signal and the second envelope that it has for each.
 */
export class Entrance {
  readonly #shell: Shell

  /** @param group - As `workerGroup` made it. */
  constructor(group: object) {
    const shell = shellOf(group)
    if (shell === undefined) throw new Error('an entrance needs a worker group')
    this.#shell = shell
  }

  /** Waits for room, then puts it into the line. */
  enter(message: Message, guest: Guest): void {
    const { books } = this.#shell
    this.#shell.start()
    books.lineCounts = true
    if (books.intake.letsIn) return this.#admit(message, guest)
    guest.leave = books.intake.wait(() => this.#admit(message, guest), (error) => guest.onRefused(error))
  }

  /** Takes it out again, wherever it is. */
  withdraw({ item, leave }: Guest): void {
    leave?.()
    if (item !== undefined) cancelItem(this.#shell, item, 'withdrawn by its sender')
  }

  #admit(message: Message, guest: Guest): void {
    guest.leave = undefined
    try {
      guest.item = this.#shell.books.accept(message.payload, message, guest, message)
    } catch (error) {
      return guest.onRefused(error)
    }
    // While it was taken in, when there was nothing yet to take out.
    if (guest.isWithdrawn) this.withdraw(guest)
  }
}
