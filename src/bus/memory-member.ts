import type { Observer, Subscriber } from 'rxjs'
import { describe } from '../core/describe.js'
import { whole } from '../core/options.js'
import { OptionsError } from '../core/options-error.js'
import type { Delivery } from './bus.js'
import type { Line, Linked } from './memory-line.js'

/** Where a member is one of several. */
interface Membership {
  limit(member: MemoryMember, limit: number): void
  leave(member: MemoryMember): void
}

const LIMIT = whole(0)

/** One listener: how many deliveries it may have, and has. It is told its limit as an observer, and leaves as what its subscriber unsubscribes: no function of its own for either. */
export class MemoryMember implements Linked<MemoryMember>, Observer<number> {
  line: Line<MemoryMember> | undefined = undefined
  before: MemoryMember | undefined = undefined
  after: MemoryMember | undefined = undefined
  readonly subscriber: Subscriber<Delivery>
  allowed = 0
  unsettled = 0
  readonly #group: Membership

  constructor(group: Membership, subscriber: Subscriber<Delivery>) {
    this.#group = group
    this.subscriber = subscriber
  }

  get hasCredit(): boolean {
    return this.unsettled < this.allowed && !this.subscriber.closed
  }

  next(limit: number): void {
    if (LIMIT.is(limit)) this.#group.limit(this, limit)
    else this.subscriber.error(new OptionsError('deliveries', [{ path: 'limit$', got: describe(limit), expected: LIMIT.name }]))
  }

  error(error: unknown): void {
    this.subscriber.error(error)
  }

  complete(): void {}

  unsubscribe(): void {
    this.#group.leave(this)
  }
}
