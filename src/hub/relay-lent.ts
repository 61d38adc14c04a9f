import type { Either } from 'fp-ts/lib/Either.js'
import type { Delivery, LossListener, Settlement, Undecodable } from '../bus/bus.js'
import { heedLoss, Losable } from '../bus/losable.js'
import type { Line, Linked } from '../bus/memory-line.js'
import type { Message } from '../core/message.js'

/** Who lent it. */
export interface LentHost {
  /** Told once: what it was settled with, or nothing for a lost lease. */
  ended(lent: Lent, settlement: Settlement | undefined): Promise<boolean>
}

/** A delivery of the bus, lent on to one local listener. */
export class Lent extends Losable implements Delivery, Linked<Lent>, LossListener {
  line: Line<Lent> | undefined = undefined
  before: Lent | undefined = undefined
  after: Lent | undefined = undefined
  readonly message: Either<Undecodable, Message>
  readonly attempt: number
  readonly source: Delivery
  /** `over` from the beginning if its lease was lost before: it is not to be given to anybody, and has no end to tell of. */
  state: 'new' | 'lent' | 'over' = 'new'
  readonly #host: LentHost
  readonly #unheed: (() => void) | undefined

  constructor(source: Delivery, host: LentHost) {
    super()
    this.message = source.message
    this.attempt = source.attempt
    this.source = source
    this.#host = host
    this.#unheed = heedLoss(source, this)
    if (this.state === 'new') this.state = 'lent'
  }

  override get lost(): AbortSignal {
    return this.source.lost
  }

  settle(settlement: Settlement): Promise<boolean> {
    // A late one is the bus's to refuse and to count.
    return this.state === 'lent' ? this.#end(settlement) : this.source.settle(settlement)
  }

  extend(): Promise<boolean> {
    return this.source.extend()
  }

  onLost(reason: unknown): void {
    if (this.state === 'lent') void this.#end(undefined)
    this.state = 'over'
    this.loseFor(reason)
  }

  #end(settlement: Settlement | undefined): Promise<boolean> {
    this.state = 'over'
    this.#unheed?.()
    return this.#host.ended(this, settlement)
  }
}
