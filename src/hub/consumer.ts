import { isLeft } from '../core/either.js'
import { BehaviorSubject, distinctUntilChanged, type Observable, type SchedulerLike, Subscription, switchMap } from 'rxjs'
import type { Delivery, DeliveryOptions, Settlement } from '../bus/bus.js'
import type { LeaseKeeper } from '../bus/lease-keeper.js'
import { reject, retry } from '../bus/settlement.js'
import type { Transport } from '../core/job.js'
import type { Message } from '../core/message.js'
import type { Outcome } from '../core/outcome.js'
import type { Escalation } from '../supervision/escalation.js'
import type { SupervisionStrategy } from '../supervision/strategy.js'
import { supervise } from '../supervision/supervise.js'
import { AGAIN_MS, answered } from './answered.js'
import { type Aim, limitOf, type Target } from './consumer-target.js'
import { Errand, type ErrandHost } from './errand.js'
import { type Outbox, transportOf } from './outbox.js'
import { settlementOf } from './settlement-of.js'

/** What all consumers of a hub share. */
export interface ConsumerHost {
  readonly bus: { deliveries(options: DeliveryOptions): Observable<Delivery> }
  readonly outbox: Outbox
  readonly scheduler: SchedulerLike
  readonly random: () => number
  readonly leases: LeaseKeeper
  readonly consumption: SupervisionStrategy
  readonly tell: (escalation: Escalation) => void
  /** Something at the edge to the bus failed; without an error, it went well. */
  readonly edge: (what: string, error?: unknown) => void
}

/** A bus that does not answer must not hold up the end for longer. */
const PATIENCE_MS = 5_000

/**
 * The way from one topic to one group and back: takes as many messages as the group can use, keeps their leases, and
 * tells the bus of each only after its outcome, and whoever asked for it before that.
 */
export class Consumer implements ErrandHost {
  readonly address: string
  readonly topic: string
  readonly transport: Transport
  readonly #consumerGroup: string | undefined
  readonly #host: ConsumerHost
  readonly #boot: () => Target
  readonly #aim$ = new BehaviorSubject<Aim>('waiting')
  #target: Target | undefined
  /** Outcomes that the bus does not know of yet. */
  #settling = 0
  #onQuiet: (() => void) | undefined
  /** Requests that were answered by hand. */
  readonly #answered = new WeakSet<Message>()
  readonly #subscription = new Subscription()
  /** Whether it listens, and the bus has not broken off. */
  consuming = false

  /** @param boot - Makes the group when the first message comes. */
  constructor(host: ConsumerHost, seat: { readonly address: string; readonly topic: string; readonly consumerGroup: string | false }, boot: () => Target) {
    this.#host = host
    this.address = seat.address
    this.topic = seat.topic
    this.#consumerGroup = seat.consumerGroup === false ? undefined : seat.consumerGroup
    this.#boot = boot
    this.transport = transportOf(host.outbox, (request) => this.#answered.add(request))
  }

  get #what(): string {
    return `taking deliveries of '${this.topic}'`
  }

  /** From now on messages go to this group. */
  attach(target: Target): void {
    this.#target = target
    this.#aim$.next(target)
  }

  /** The group is gone: the next message makes another. */
  detach(): void {
    this.#target = undefined
    if (this.#aim$.value !== 'closed') this.#aim$.next('waiting')
  }

  open(): void {
    if (this.consuming) return
    const { bus, scheduler, random, consumption, tell, edge } = this.#host
    const limit$ = this.#aim$.pipe(switchMap(limitOf), distinctUntilChanged())
    const escalations = { next: (escalation: Escalation) => tell({ ...escalation, failure: { ...escalation.failure, type: 'crashed' } }) }
    this.consuming = true
    edge(this.#what)
    this.#subscription.add(
      bus.deliveries({ topic: this.topic, group: this.#consumerGroup, limit$ }).pipe(supervise(consumption, { escalations, scheduler, random, name: this.address })).subscribe({
        next: (delivery) => this.#take(delivery),
        error: (error: unknown) => this.#giveUp(error),
        complete: () => this.#giveUp(new Error('the bus has closed')),
      }),
    )
  }

  /** Takes nothing more, and stops listening once the bus knows of every outcome: until then what is open is not another's. */
  async close(): Promise<void> {
    this.#aim$.next('closed')
    await this.#quiet()
    this.consuming = false
    this.#subscription.unsubscribe()
  }

  ended(errand: Errand, outcome: Outcome): void {
    const { delivery, message } = errand
    if (message.replyTo === undefined || this.#answered.has(message)) return this.#settle(delivery, settlementOf(outcome), errand)
    this.#settling += 1
    void answered(this.#host, this.address, message, outcome)
      .then((settlement) => this.#settle(delivery, settlement, errand))
      .finally(() => this.#over())
  }

  refused(errand: Errand): void {
    this.#settle(errand.delivery, retry(0), errand)
  }

  forget(errand: Errand): void {
    this.#host.leases.release(errand)
  }

  #giveUp(error: unknown): void {
    this.consuming = false
    this.#host.edge(this.#what, error)
    void this.#target?.group.drain()
  }

  #take(delivery: Delivery): void {
    if (isLeft(delivery.message)) return this.#settle(delivery, reject(delivery.message.left.reason))
    const target = this.#target ?? this.#booted()
    if (target === undefined) return this.#settle(delivery, retry(AGAIN_MS))
    const fresh = this.#target === undefined
    this.#target = target
    if (target.once) this.#aim$.next('taken')
    this.#send(new Errand(this, target.entrance, delivery, delivery.message.right))
    // Only now may more come: this one is the first.
    if (fresh && !target.once) this.#aim$.next(target)
  }

  #send(errand: Errand): void {
    this.#host.leases.keep(errand)
    errand.run()
  }

  #booted(): Target | undefined {
    try {
      return this.#boot()
    } catch (error) {
      const failure = { type: 'crashed', error, attempt: 1, atMs: this.#host.scheduler.now() } as const
      this.#host.tell({ group: this.address, failure, protocol: 'killAndEscalate', offending: undefined, pending: [], restarts: 0, atMs: failure.atMs })
      return undefined
    }
  }

  #settle(delivery: Delivery, settlement: Settlement, errand?: Errand): void {
    const settled = delivery.settle(settlement)
    this.#settling += 1
    settled.then(() => this.#settled(errand), (error: unknown) => this.#settled(errand, error))
  }

  #settled(errand: Errand | undefined, error?: unknown): void {
    this.#host.edge('a settlement', error)
    if (errand !== undefined) this.#host.leases.release(errand)
    this.#over()
  }

  #over(): void {
    this.#settling -= 1
    if (this.#settling === 0) this.#onQuiet?.()
  }

  /** Resolves when the bus knows of every outcome, or does not answer. */
  #quiet(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#settling === 0) return resolve()
      const timer = this.#host.scheduler.schedule(() => resolve(), PATIENCE_MS)
      this.#onQuiet = () => {
        timer.unsubscribe()
        resolve()
      }
    })
  }
}
