import type { Either } from 'fp-ts/lib/Either.js'
import type { Message } from '../../core/message.js'
import type { Delivery, Settlement, Undecodable } from '../bus.js'
import { Losable } from '../losable.js'
import type { Lot } from './nats-lot.js'

/** Whoever lent a message out. */
export interface NatsLender {
  settle(delivery: NatsDelivery, settlement: Settlement): Promise<boolean>
  extend(delivery: NatsDelivery): Promise<boolean>
}

/** `burying`: its dead letter is on the way, and no other settlement is taken. */
export type DeliveryState = 'open' | 'burying' | 'settled' | 'lost'

/** A message lent to one listener until it settles it or its lease ends, by this process's own clock. */
export class NatsDelivery extends Losable implements Delivery {
  readonly message: Either<Undecodable, Message>
  readonly lot: Lot
  /** When it was handed out, in ms since the epoch. */
  readonly atMs: number
  state: DeliveryState = 'open'
  /** The end of its lease, on the clock that never goes back. */
  endMs: number
  readonly #lender: NatsLender

  constructor(lender: NatsLender, lot: Lot, message: Either<Undecodable, Message>, endMs: number, atMs: number) {
    super()
    this.#lender = lender
    this.lot = lot
    this.message = message
    this.endMs = endMs
    this.atMs = atMs
  }

  /** Whether it can still be extended. */
  get isUnsettled(): boolean {
    return this.state === 'open' || this.state === 'burying'
  }

  get attempt(): number {
    return this.lot.attempt
  }

  settle(settlement: Settlement): Promise<boolean> {
    return this.#lender.settle(this, settlement)
  }

  extend(): Promise<boolean> {
    return this.#lender.extend(this)
  }

  lose(why: string): void {
    this.state = 'lost'
    this.loseFor(new Error(why))
  }
}
