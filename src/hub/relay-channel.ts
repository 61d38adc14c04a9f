import { BehaviorSubject, type Observable, type Subscriber, Subscription } from 'rxjs'
import type { Delivery, Settlement } from '../bus/bus.js'
import { Line } from '../bus/memory-line.js'
import { retry } from '../bus/settlement.js'
import type { Lent } from './relay-lent.js'

/** One local listener of a channel. */
export class Member {
  readonly subscriber: Subscriber<Delivery>
  /** What it has and nobody else. */
  readonly held = new Line<Lent>()
  limit = 0

  constructor(subscriber: Subscriber<Delivery>) {
    this.subscriber = subscriber
  }

  get hasRoom(): boolean {
    return this.held.size < this.limit && !this.subscriber.closed
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

/** One subscription of the bus and the local listeners that share it. */
export class Channel {
  readonly #open: (limit$: Observable<number>) => Observable<Delivery>
  readonly #sharing: Sharing
  readonly #onEmpty: () => void
  /** Another list whenever one joins or leaves, so that whoever goes through it sees none change. */
  #members: readonly Member[] = []
  readonly #limit$ = new BehaviorSubject(0)
  readonly #subscription = new Subscription()
  #subscribed = false

  constructor(open: (limit$: Observable<number>) => Observable<Delivery>, sharing: (refresh: () => void) => Sharing, onEmpty: () => void) {
    this.#open = open
    this.#sharing = sharing(() => this.#refresh())
    this.#onEmpty = onEmpty
  }

  join(subscriber: Subscriber<Delivery>, limit$: Observable<number>): void {
    const member = new Member(subscriber)
    this.#members = [...this.#members, member]
    subscriber.add(() => this.#leave(member))
    subscriber.add(limit$.subscribe({
      next: (limit) => {
        member.limit = limit
        this.#refresh()
      },
      error: (error: unknown) => subscriber.error(error),
    }))
    if (!this.#subscribed && this.#members.length > 0) this.#subscribe()
  }

  #subscribe(): void {
    this.#subscribed = true
    const end = (tell: (subscriber: Subscriber<Delivery>) => void): void => {
      const members = this.#members
      // Emptied first: whoever is told may subscribe again, and that is a new channel.
      this.#members = []
      this.#onEmpty()
      for (const { subscriber } of members) tell(subscriber)
    }
    this.#subscription.add(this.#open(this.#limit$).subscribe({
      next: (delivery) => this.#sharing.accept(delivery, this.#members),
      error: (error: unknown) => end((subscriber) => subscriber.error(error)),
      complete: () => end((subscriber) => subscriber.complete()),
    }))
  }

  #refresh(): void {
    const members = this.#members
    this.#sharing.onRoom(members)
    const limit = members.length === 0 ? 0 : this.#sharing.limit(members)
    if (limit !== this.#limit$.value) this.#limit$.next(limit)
  }

  #leave(member: Member): void {
    if (!this.#members.includes(member)) return
    this.#members = this.#members.filter((other) => other !== member)
    if (this.#members.length > 0) {
      this.#sharing.onLeave(member)
      this.#refresh()
      return
    }
    this.#onEmpty()
    // What is unsettled comes again: closing says so for all of it.
    this.#subscription.unsubscribe()
  }
}
