import type { ConsumeMessage } from 'amqplib'
import type { Either } from 'fp-ts/lib/Either.js'
import type { Message } from '../../core/message.js'
import type { Delivery, Settlement, Undecodable } from '../bus.js'
import { Losable } from '../losable.js'
import type { Line } from '../memory-line.js'
import { checkSettlement } from '../settlement.js'
import type { Timed } from './time-limit.js'

export type Passed = Exclude<Settlement, { readonly type: 'ack' }>

/** Whoever has the channel that it came on. */
export interface Lender {
  acknowledge(delivery: RabbitmqDelivery): Promise<boolean>
  /** Publishes what becomes of it, and acknowledges it after that; rejects if it could not be published. */
  pass(delivery: RabbitmqDelivery, settlement: Passed): Promise<boolean>
  extend(delivery: RabbitmqDelivery): void
}

/** A message as it came, and which delivery of it this is. */
export interface Arrival {
  readonly message: Either<Undecodable, Message>
  readonly raw: ConsumeMessage
  readonly attempt: number
  readonly firstAtMs: number
}

/** A message lent to one listener, until it is settled, its lease ends, or the channel it came on closes. */
export class RabbitmqDelivery extends Losable implements Delivery, Timed<RabbitmqDelivery> {
  line: Line<RabbitmqDelivery> | undefined = undefined
  before: RabbitmqDelivery | undefined = undefined
  after: RabbitmqDelivery | undefined = undefined
  dueMs = 0
  readonly message: Either<Undecodable, Message>
  readonly attempt: number
  readonly firstAtMs: number
  readonly raw: ConsumeMessage
  readonly #lender: Lender
  #state: 'open' | 'settling' | 'over' = 'open'

  constructor(lender: Lender, { message, raw, attempt, firstAtMs }: Arrival) {
    super()
    this.message = message
    this.raw = raw
    this.attempt = attempt
    this.firstAtMs = firstAtMs
    this.#lender = lender
  }

  settle(settlement: Settlement): Promise<boolean> {
    if (this.#state !== 'open') return NO
    if (settlement.type === 'ack') {
      this.#state = 'over'
      return this.#lender.acknowledge(this)
    }
    try {
      checkSettlement(settlement)
    } catch (error) {
      return Promise.reject(error)
    }
    this.#state = 'settling'
    return this.#lender.pass(this, settlement)
  }

  extend(): Promise<boolean> {
    if (this.#state !== 'open') return NO
    this.#lender.extend(this)
    return YES
  }

  /** It could not be settled: it is as it was. */
  reopen(): void {
    if (this.#state === 'settling') this.#state = 'open'
  }

  lose(why: string): void {
    this.#state = 'over'
    this.loseFor(new Error(why))
  }
}

const YES = Promise.resolve(true)
const NO = Promise.resolve(false)
