import type { Either } from 'fp-ts/lib/Either.js'
import { isRight, right } from '../core/either.js'
import type { Message } from '../core/message.js'
import { copyMessage } from '../core/wire.js'
import type { Delivery, Settlement, Undecodable } from './bus.js'
import { Losable } from './losable.js'
import type { Entry, Stored } from './memory-entry.js'

/** Whoever lent a message out. */
export interface Lender {
  settle(delivery: MemoryDelivery, entry: Entry, settlement: Settlement): Promise<boolean>
  extend(delivery: MemoryDelivery, entry: Entry): Promise<boolean>
}

/** A message lent to one listener: its own copy, and its own right to settle it, which ends with the lease. */
export class MemoryDelivery extends Losable implements Delivery {
  readonly message: Either<Undecodable, Message>
  readonly attempt: number
  readonly #lender: Lender
  readonly #entry: Entry

  constructor(lender: Lender, entry: Entry) {
    super()
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

  settle(settlement: Settlement): Promise<boolean> {
    return this.#lender.settle(this, this.#entry, settlement)
  }

  extend(): Promise<boolean> {
    return this.#lender.extend(this, this.#entry)
  }

  lose(why: string): void {
    this.loseFor(new Error(why))
  }
}
