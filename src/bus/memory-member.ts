import type { Subscriber } from 'rxjs'
import type { Delivery } from './bus.js'
import type { Line, Linked } from './memory-line.js'

/** One listener: how many deliveries it may have, and has. */
export class MemoryMember implements Linked<MemoryMember> {
  line: Line<MemoryMember> | undefined = undefined
  before: MemoryMember | undefined = undefined
  after: MemoryMember | undefined = undefined
  readonly subscriber: Subscriber<Delivery>
  limit = 0
  unsettled = 0

  constructor(subscriber: Subscriber<Delivery>) {
    this.subscriber = subscriber
  }

  get hasCredit(): boolean {
    return this.unsettled < this.limit && !this.subscriber.closed
  }
}
