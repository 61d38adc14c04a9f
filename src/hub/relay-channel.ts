import type { Subscription } from 'rxjs'
import type { Delivery, DeliveryOptions, MessageBus, Settlement } from '../bus/bus.js'
import { Line } from '../bus/memory-line.js'
import { retry } from '../bus/settlement.js'
import { callSafely } from '../group/report.js'
import { Level } from './level.js'
import type { Lent } from './relay-lent.js'

/** Whoever is told of the deliveries of a channel, and of its end. */
export interface Listener {
  next(delivery: Delivery): void
  error(error: unknown): void
  complete(): void
}

/** One local listener of a channel. */
export class Member {
  readonly listener: Listener
  /** What it has and nobody else. */
  readonly held = new Line<Lent>()
  limit = 0
  /** Whether it is still one of the channel's. */
  isHere = true
  readonly #channel: Channel

  constructor(channel: Channel, listener: Listener) {
    this.#channel = channel
    this.listener = listener
  }

  get hasRoom(): boolean {
    return this.isHere && this.held.size < this.limit
  }

  /** How much it may have from now on. */
  pace(limit: number): void {
    this.limit = limit
    this.#channel.refresh()
  }

  /** From now on the bus is listened to, at the latest. */
  listen(): void {
    this.#channel.subscribe()
  }

  leave(): void {
    this.#channel.leave(this)
  }

  give(delivery: Delivery): void {
    try {
      this.listener.next(delivery)
    } catch (error) {
      callSafely(() => { throw error })
    }
  }
}

/** How a channel treats its members: each message goes to one of them, or to all. */
export interface Sharing {
  /** What the bus may have unsettled with this channel. */
  limit(members: readonly Member[]): number
  /** A delivery has come. */
  accept(delivery: Delivery, members: readonly Member[]): void
  /** A member has room, or is new. */
  onRoom(members: readonly Member[]): void
  onLeave(member: Member): void
}

/** Settles what nobody awaits: the bus that refuses it lends the message again, by itself. */
export const settleQuietly = (delivery: Delivery, settlement: Settlement = retry(0)): void => {
  delivery.settle(settlement).catch(() => undefined)
}

export type Seat = Pick<DeliveryOptions, 'topic' | 'group'>

/** One subscription of the bus and the local listeners that share it; what the bus tells, it is told itself. */
export class Channel implements Listener {
  /** What the relay knows it by. */
  readonly key: string
  readonly #bus: Pick<MessageBus, 'deliveries'>
  readonly #seat: Seat
  readonly #sharing: Sharing
  readonly #onEmpty: (channel: Channel) => void
  /** Another list whenever one joins or leaves, so that whoever goes through it sees none change. */
  #members: readonly Member[] = []
  readonly #limit$ = new Level(0)
  #subscription: Subscription | undefined
  #state: 'new' | 'subscribed' | 'empty' = 'new'

  constructor(bus: Pick<MessageBus, 'deliveries'>, seat: Seat, key: string, sharing: (channel: Channel) => Sharing, onEmpty: (channel: Channel) => void) {
    this.key = key
    this.#bus = bus
    this.#seat = seat
    this.#sharing = sharing(this)
    this.#onEmpty = onEmpty
  }

  /** A member that may have nothing yet. */
  join(listener: Listener): Member {
    const member = new Member(this, listener)
    this.#members = [...this.#members, member]
    return member
  }

  subscribe(): void {
    if (this.#state !== 'new') return
    this.#state = 'subscribed'
    this.#subscription = this.#bus.deliveries({ ...this.#seat, limit$: this.#limit$ }).subscribe(this)
    // The last of them may have left meanwhile.
    if (this.#members.length === 0) this.#subscription.unsubscribe()
  }

  next(delivery: Delivery): void {
    this.#sharing.accept(delivery, this.#members)
  }

  error(error: unknown): void {
    this.#end((listener) => listener.error(error))
  }

  complete(): void {
    this.#end((listener) => listener.complete())
  }

  refresh(): void {
    const members = this.#members
    this.#sharing.onRoom(members)
    this.#limit$.set(members.length === 0 ? 0 : this.#sharing.limit(members))
  }

  leave(member: Member): void {
    if (!member.isHere) return
    member.isHere = false
    this.#members = this.#members.filter((other) => other !== member)
    if (this.#members.length > 0) {
      this.#sharing.onLeave(member)
      this.refresh()
      return
    }
    this.#empty()
    // What is unsettled comes again: closing says so for all of it.
    this.#subscription?.unsubscribe()
  }

  #end(tell: (listener: Listener) => void): void {
    const members = this.#members
    // Emptied first: whoever is told may subscribe again, and that is a new channel.
    this.#members = []
    for (const member of members) member.isHere = false
    this.#empty()
    for (const { listener } of members) tell(listener)
  }

  #empty(): void {
    this.#state = 'empty'
    this.#onEmpty(this)
  }
}
