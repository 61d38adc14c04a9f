import type { Either } from 'fp-ts/lib/Either.js'
import type { Message } from '../../core/message.js'
import type { Delivery, Settlement, Undecodable } from '../bus.js'
import { Losable } from '../losable.js'
import type { Line, Linked } from '../memory-line.js'

/** Whoever lent a message out. */
export interface RedisLender {
  settle(delivery: RedisDelivery, settlement: Settlement): Promise<boolean>
  extend(delivery: RedisDelivery): Promise<boolean>
}

/** A message that one consumer holds until it is settled or its lease ends. */
export class RedisDelivery extends Losable implements Delivery, Linked<RedisDelivery> {
  line: Line<RedisDelivery> | undefined = undefined
  before: RedisDelivery | undefined = undefined
  after: RedisDelivery | undefined = undefined
  readonly id: string
  readonly message: Either<Undecodable, Message>
  readonly attempt: number
  /** When its lease ends unless it is renewed, on this process's clock. */
  dueMs: number
  readonly #lender: RedisLender

  constructor(lender: RedisLender, id: string, message: Either<Undecodable, Message>, attempt: number, dueMs: number) {
    super()
    this.#lender = lender
    this.id = id
    this.message = message
    this.attempt = attempt
    this.dueMs = dueMs
  }

  settle(settlement: Settlement): Promise<boolean> {
    return this.#lender.settle(this, settlement)
  }

  extend(): Promise<boolean> {
    return this.#lender.extend(this)
  }

  lose(why: string): void {
    this.loseFor(new Error(why))
  }
}
