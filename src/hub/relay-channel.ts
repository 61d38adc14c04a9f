import { Observable, type Subscriber, type Subscription } from 'rxjs'
import type { Delivery, DeliveryOptions, MessageBus } from '../bus/bus.js'
import { Line } from '../bus/memory-line.js'
import { callSafely } from '../group/report.js'
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
  #limit = 0
  /** Who is told the limit: a BehaviorSubject for it would weigh three times as much, and there may be thousands of channels. */
  #followers: readonly Subscriber<number>[] = []
  #subscription: Subscription | undefined
  #subscribed = false

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
    if (this.#subscribed || this.#members.length === 0) return
    this.#subscribed = true
    const limit$ = new Observable<number>((follower) => {
      this.#followers = [...this.#followers.filter(({ closed }) => !closed), follower]
      follower.next(this.#limit)
    })
    this.#subscription = this.#bus.deliveries({ ...this.#seat, limit$ }).subscribe(this)
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
    const limit = members.length === 0 ? 0 : this.#sharing.limit(members)
    if (limit === this.#limit) return
    this.#limit = limit
    for (const follower of this.#followers) follower.next(limit)
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
    this.#onEmpty(this)
    // What is unsettled comes again: closing says so for all of it.
    this.#subscription?.unsubscribe()
  }

  #end(tell: (listener: Listener) => void): void {
    const members = this.#members
    if (members.length === 0) return
    // Emptied first: whoever is told may subscribe again, and that is a new channel.
    this.#members = []
    for (const member of members) member.isHere = false
    this.#onEmpty(this)
    for (const { listener } of members) tell(listener)
  }
}
