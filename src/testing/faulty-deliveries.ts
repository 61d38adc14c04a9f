import { type BehaviorSubject, distinctUntilChanged, EMPTY, finalize, Observable, ReplaySubject, type SchedulerLike, type Subject, type Subscriber, type Subscription, switchMap, tap } from 'rxjs'
import type { BusStatus, Delivery, DeliveryOptions, MessageBus } from '../bus/bus.js'
import type { FaultOccasion, InjectedFault } from './bus-faults.js'
import { ConnectionLostError, InjectedError } from './injected-error.js'

/** The bus under faults, as its deliveries see it. */
export interface FaultyHost {
  readonly bus: MessageBus
  readonly scheduler: SchedulerLike
  readonly connection$: BehaviorSubject<BusStatus>
  /** Tells each connection that is lost with an error. */
  readonly broken$: Subject<void>
  fault(on: FaultOccasion): InjectedFault | undefined
  disconnect(forMs: number): void
  breakOff(forMs: number): void
}

/** Deliveries of the bus within for as long as there is a connection, and those of the next connection after it. */
export const faultyDeliveries = (host: FaultyHost, wanted: DeliveryOptions): Observable<Delivery> => {
  // Wrong options are refused at once, as the bus within would.
  host.bus.deliveries(wanted)
  return new Observable((subscriber) => {
    const limits$ = new ReplaySubject<number>(1)
    const line = new FaultyLine(host, subscriber)
    const live$ = host.bus.deliveries({ ...wanted, limit$: limits$ }).pipe(
      tap({ complete: () => subscriber.complete() }),
      finalize(() => line.forget()),
    )
    subscriber.add(host.broken$.subscribe(() => subscriber.error(new ConnectionLostError())))
    subscriber.add(host.connection$.pipe(distinctUntilChanged(), switchMap((status) => (status === 'live' ? live$ : EMPTY))).subscribe({
      next: (delivery) => line.take(delivery),
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    }))
    // Last: its first value may bring deliveries, and one of them a fault.
    subscriber.add(wanted.limit$.subscribe(limits$))
  })
}

interface Held {
  readonly delivery: Delivery
  /** Whether the next one may come before it, and lets it go. */
  readonly overtaken: boolean
  timer: Subscription | undefined
}

/** What has come from the bus within, and not all of it yet to the listener. */
class FaultyLine {
  readonly #host: FaultyHost
  readonly #subscriber: Subscriber<Delivery>
  readonly #held = new Set<Held>()

  constructor(host: FaultyHost, subscriber: Subscriber<Delivery>) {
    this.#host = host
    this.#subscriber = subscriber
  }

  take(delivery: Delivery): void {
    const wrong = this.#host.fault('delivery')
    switch (wrong?.fault) {
      case 'late':
      case 'overtaken':
        return this.#hold(delivery, wrong)
      // It is not passed on: the connection it came by is gone, and so it comes again.
      case 'disconnected':
        return this.#host.disconnect(wrong.ms)
      case 'brokenOff':
        return this.#host.breakOff(wrong.ms)
      default:
        this.#pass(delivery)
        for (const held of this.#held) if (held.overtaken) this.#release(held)
    }
  }

  /** What is held belongs to a connection that is gone, and comes again with the next. */
  forget(): void {
    for (const { timer } of this.#held) timer?.unsubscribe()
    this.#held.clear()
  }

  #hold(delivery: Delivery, { fault, ms }: InjectedFault): void {
    const held: Held = { delivery, overtaken: fault === 'overtaken', timer: undefined }
    this.#held.add(held)
    held.timer = this.#host.scheduler.schedule(() => this.#release(held), ms)
  }

  #release(held: Held): void {
    held.timer?.unsubscribe()
    // Of a lease that ended meanwhile another has the message.
    if (this.#held.delete(held) && !held.delivery.lost.aborted) this.#pass(held.delivery)
  }

  #pass(delivery: Delivery): void {
    const host = this.#host
    this.#subscriber.next({
      message: delivery.message,
      attempt: delivery.attempt,
      get lost() {
        return delivery.lost
      },
      extend: () => delivery.extend(),
      settle: (settlement) =>
        host.fault('settle') === undefined ? delivery.settle(settlement) : Promise.reject(new InjectedError('the settlement was not heard: the message comes again when its lease ends')),
    })
  }
}
