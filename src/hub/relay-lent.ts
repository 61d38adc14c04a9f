import type { Either } from 'fp-ts/lib/Either.js'
import type { Delivery, Settlement, Undecodable } from '../bus/bus.js'
import type { Message } from '../core/message.js'

/** A delivery of the bus, lent on to one local listener. `onEnd` is told once: what it was settled with, or nothing for a lost lease. */
export class Lent implements Delivery {
  readonly message: Either<Undecodable, Message>
  readonly attempt: number
  readonly #source: Delivery
  readonly #onEnd: (lent: Lent, settlement: Settlement | undefined) => Promise<boolean>
  #over = false
  readonly #onLost = (): void => void this.#end(undefined)

  constructor(source: Delivery, onEnd: (lent: Lent, settlement: Settlement | undefined) => Promise<boolean>) {
    this.message = source.message
    this.attempt = source.attempt
    this.#source = source
    this.#onEnd = onEnd
    source.lost.addEventListener('abort', this.#onLost, { once: true })
  }

  get lost(): AbortSignal {
    return this.#source.lost
  }

  settle(settlement: Settlement): Promise<boolean> {
    // A late one is the bus's to refuse and to count.
    return this.#over ? this.#source.settle(settlement) : this.#end(settlement)
  }

  extend(): Promise<boolean> {
    return this.#source.extend()
  }

  #end(settlement: Settlement | undefined): Promise<boolean> {
    this.#over = true
    this.#source.lost.removeEventListener('abort', this.#onLost)
    return this.#onEnd(this, settlement)
  }
}
