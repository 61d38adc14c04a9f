import type { Either } from 'fp-ts/lib/Either.js'
import type { Message } from '../../core/message.js'
import type { Delivery, Settlement, Undecodable } from '../bus.js'
import type { Held } from './partition.js'

/** A delivery of a partition that may go to another member meanwhile: then its settlement comes too late. */
export class KafkaDelivery implements Delivery {
  readonly message: Either<Undecodable, Message>
  readonly attempt: number
  readonly #inner: Delivery
  readonly #held: Held

  constructor(inner: Delivery, held: Held) {
    this.message = inner.message
    this.attempt = inner.attempt
    this.#inner = inner
    this.#held = held
  }

  get lost(): AbortSignal {
    return this.#inner.lost
  }

  async settle(settlement: Settlement): Promise<boolean> {
    const won = await this.#inner.settle(settlement)
    // Its dead letter is on its way.
    await this.#held.burial
    return won && !this.#held.partition.isLost
  }

  async extend(): Promise<boolean> {
    return !this.#held.partition.isLost && this.#inner.extend()
  }
}
