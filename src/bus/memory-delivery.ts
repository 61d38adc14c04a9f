import type { Either } from 'fp-ts/lib/Either.js'
import { isRight, right } from '../core/either.js'
import type { Message } from '../core/message.js'
import { copyMessage } from '../core/wire.js'
import type { Delivery, Settlement, Undecodable } from './bus.js'
import type { Entry, Stored } from './memory-entry.js'

/** Whoever lent a message out. */
export interface Lender {
  settle(delivery: MemoryDelivery, entry: Entry, settlement: Settlement): Promise<boolean>
  extend(delivery: MemoryDelivery, entry: Entry): Promise<boolean>
}

/** A message lent to one listener: its own copy, and its own right to settle it, which ends with the lease. */
export class MemoryDelivery implements Delivery {
  readonly message: Either<Undecodable, Message>
  readonly attempt: number
  readonly #lender: Lender
  readonly #entry: Entry
  #controller: AbortController | undefined = undefined
  #lostBy: string | undefined = undefined

  constructor(lender: Lender, entry: Entry) {
    const { message } = entry.stored
    this.message = isRight(message) ? right(copyMessage(message.right)) : message
    this.attempt = entry.attempt
    this.#lender = lender
    this.#entry = entry
  }

  /** What was lent. */
  get stored(): Stored {
    return this.#entry.stored
  }

  // Made when first asked for: most deliveries are settled without, and a controller costs more than all the rest.
  get lost(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#lostBy !== undefined) this.#controller.abort(new Error(this.#lostBy))
    }
    return this.#controller.signal
  }

  settle(settlement: Settlement): Promise<boolean> {
    return this.#lender.settle(this, this.#entry, settlement)
  }

  extend(): Promise<boolean> {
    return this.#lender.extend(this, this.#entry)
  }

  lose(why: string): void {
    this.#lostBy = why
    this.#controller?.abort(new Error(why))
  }
}
