import type { Delivery, LossListener } from '../bus/bus.js'
import type { Kept } from '../bus/lease-keeper.js'
import { heedLoss } from '../bus/losable.js'
import type { Line } from '../bus/memory-line.js'
import type { Message } from '../core/message.js'
import type { Outcome } from '../core/outcome.js'
import type { Entrance, Guest } from '../group/entrance.js'
import type { Item } from '../group/item.js'
import { callSafely } from '../group/report.js'

/** Who sends errands; told of each once: its outcome, or that the group does not take it, or, when its lease is lost, that it is another's. */
export interface ErrandHost {
  ended(errand: Errand, outcome: Outcome): void
  refused(errand: Errand): void
  forget(errand: Errand): void
}

/**
 * One delivery on its way through a group: the one object by which the keeper of leases, the group and the bus know it,
 * since one of its own for each of them would cost more than what they do with it.
 */
export class Errand implements Kept, Guest, LossListener {
  line: Line<Kept> | undefined = undefined
  before: Kept | undefined = undefined
  after: Kept | undefined = undefined
  dueMs = 0
  untilMs = 0
  item: Item | undefined = undefined
  leave: (() => void) | undefined = undefined
  readonly delivery: Delivery
  readonly message: Message
  /** Its lease was lost: whoever has the message now answers for it. */
  isWithdrawn = false
  readonly #host: ErrandHost
  readonly #entrance: Entrance
  #unheed: (() => void) | undefined = undefined

  constructor(host: ErrandHost, entrance: Entrance, delivery: Delivery, message: Message) {
    this.#host = host
    this.#entrance = entrance
    this.delivery = delivery
    this.message = message
  }

  run(): void {
    this.#unheed = heedLoss(this.delivery, this)
    if (!this.isWithdrawn) this.#entrance.enter(this.message, this)
  }

  extend(): Promise<boolean> {
    return this.delivery.extend()
  }

  onLetGo(): void {}

  onLeave(): void {}

  onLost(): void {
    this.isWithdrawn = true
    this.#host.forget(this)
    this.#entrance.withdraw(this)
  }

  onOutcome(outcome: Outcome): void {
    this.#unheed?.()
    if (!this.isWithdrawn) callSafely(() => this.#host.ended(this, outcome))
  }

  onRefused(): void {
    this.#unheed?.()
    // Later: a bus that brings it again at once would go round in circles with a group that is closed.
    queueMicrotask(() => {
      if (!this.isWithdrawn) this.#host.refused(this)
    })
  }
}
