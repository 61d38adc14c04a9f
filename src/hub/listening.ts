import { defer, Observable, type SchedulerLike, Subject, type Subscription } from 'rxjs'
import type { Delivery } from '../bus/bus.js'
import type { Escalation } from '../supervision/escalation.js'
import type { SupervisionStrategy } from '../supervision/strategy.js'
import { supervise } from '../supervision/supervise.js'
import type { Join } from './relay.js'
import type { Listener, Member, Seat } from './relay-channel.js'

/** What all who listen in a hub share. */
export interface ListeningHost {
  readonly join: Join
  readonly scheduler: SchedulerLike
  readonly random: () => number
  /** What is done when the bus breaks off. */
  readonly consumption: SupervisionStrategy
  readonly tell: (escalation: Escalation) => void
}

/** Who listens: told of an end only if nothing more is done about it. */
export interface Ear extends Listener {
  readonly address: string
}

/**
 * A seat at the bus that is kept when the bus breaks off. Supervision is set up only then: most seats never need it, and
 * it weighs more than all the rest of one.
 */
export class Listening implements Listener {
  readonly #host: ListeningHost
  readonly #seat: Seat
  readonly #ear: Ear
  #limit: number
  #member: Member | undefined
  #supervised: Subscription | undefined
  #subscribing = true

  constructor(host: ListeningHost, seat: Seat, ear: Ear, limit: number) {
    this.#host = host
    this.#seat = seat
    this.#ear = ear
    this.#limit = limit
  }

  open(): void {
    this.#join(this)
    this.#subscribing = false
  }

  /** How much it may have from now on. */
  pace(limit: number): void {
    this.#limit = limit
    this.#member?.pace(limit)
  }

  close(): void {
    this.#supervised?.unsubscribe()
    this.#member?.leave()
  }

  next(delivery: Delivery): void {
    this.#ear.next(delivery)
  }

  error(error: unknown): void {
    const { scheduler, random, consumption, tell } = this.#host
    const escalations = { next: (escalation: Escalation) => tell({ ...escalation, failure: { ...escalation.failure, type: 'crashed' } }) }
    const first$ = new Subject<Delivery>()
    const sources = [first$]
    const again$ = new Observable<Delivery>((subscriber) => {
      const member = this.#join(subscriber)
      return () => member.leave()
    })
    // Told while it is subscribed to if it was so: a strategy answers that otherwise.
    if (this.#subscribing) first$.error(error)
    this.#supervised = defer(() => sources.pop() ?? again$).pipe(supervise(consumption, { escalations, scheduler, random, name: this.#ear.address })).subscribe(this.#ear)
    first$.error(error)
  }

  complete(): void {
    this.#ear.complete()
  }

  #join(listener: Listener): Member {
    const member = this.#host.join(this.#seat, listener)
    this.#member = member
    member.pace(this.#limit)
    member.listen()
    return member
  }
}
