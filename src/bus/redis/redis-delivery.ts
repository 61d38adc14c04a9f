import type { Either } from 'fp-ts/lib/Either.js'
import type { Message } from '../../core/message.js'
import type { Delivery, Settlement, Undecodable } from '../bus.js'
import type { Line, Linked } from '../memory-line.js'

/** Whoever lent a message out. */
export interface RedisLender {
  settle(delivery: RedisDelivery, settlement: Settlement): Promise<boolean>
  extend(delivery: RedisDelivery): Promise<boolean>
}

/** A message that one consumer holds until it is settled or its lease ends. */
export class RedisDelivery implements Delivery, Linked<RedisDelivery> {
  line: Line<RedisDelivery> | undefined = undefined
  before: RedisDelivery | undefined = undefined
  after: RedisDelivery | undefined = undefined
  readonly id: string
  readonly message: Either<Undecodable, Message>
  readonly attempt: number
  /** When its lease ends unless it is renewed, on this process's clock. */
  dueMs: number
  readonly #lender: RedisLender
  #controller: AbortController | undefined = undefined
  #lostBy: string | undefined = undefined

  constructor(lender: RedisLender, id: string, message: Either<Undecodable, Message>, attempt: number, dueMs: number) {
    this.#lender = lender
    this.id = id
    this.message = message
    this.attempt = attempt
    this.dueMs = dueMs
  }

  // Made when first asked for: most deliveries are settled without.
  get lost(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#lostBy !== undefined) this.#controller.abort(new Error(this.#lostBy))
    }
    return this.#controller.signal
  }

  settle(settlement: Settlement): Promise<boolean> {
    return this.#lender.settle(this, settlement)
  }

  extend(): Promise<boolean> {
    return this.#lender.extend(this)
  }

  lose(why: string): void {
    this.#lostBy = why
    this.#controller?.abort(new Error(why))
  }
}
