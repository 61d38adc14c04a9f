import type { Unsubscribable } from 'rxjs'
import { isLeft } from '../core/either.js'
import type { Delivery, Settlement } from '../bus/bus.js'
import type { LeaseKeeper } from '../bus/lease-keeper.js'
import { reject, retry } from '../bus/settlement.js'
import type { Transport } from '../core/job.js'
import type { Envelope, Message } from '../core/message.js'
import type { Outcome } from '../core/outcome.js'
import { AGAIN_MS, answered } from './answered.js'
import { type Aim, follow, type Target } from './consumer-target.js'
import { Errand, type ErrandHost } from './errand.js'
import { type Ear, Listening, type ListeningHost } from './listening.js'
import type { Outbox } from './outbox.js'
import { settlementOf } from './settlement-of.js'

/** What all consumers of a hub share. */
export interface ConsumerHost extends ListeningHost {
  readonly outbox: Outbox
  readonly leases: LeaseKeeper
  /** Something at the edge to the bus failed; without an error, it went well. */
  readonly edge: (what: string, error?: unknown) => void
}

/** Makes the group that messages are for. */
export interface Booter {
  boot(): Target
}

/** A bus that does not answer must not hold up the end for longer. */
const PATIENCE_MS = 5_000

/**
 * The way from one topic to one group and back: takes as many messages as the group can use, keeps their leases, and
 * tells the bus of each only after its outcome, and whoever asked for it before that.
 */
export class Consumer implements ErrandHost, Transport, Ear {
  readonly address: string
  readonly topic: string
  readonly #consumerGroup: string | undefined
  readonly #host: ConsumerHost
  readonly #booter: Booter | undefined
  #aim: Aim = 'waiting'
  /** How many messages can be of use where they go. */
  #limit = 1
  #following: Unsubscribable | undefined
  #target: Target | undefined
  /** Outcomes that the bus does not know of yet. */
  #settling = 0
  #onQuiet: (() => void) | undefined
  /** Requests that were answered by hand. */
  #answered: WeakSet<Message> | undefined
  #listening: Listening | undefined
  /** Whether it listens, and the bus has not broken off. */
  consuming = false

  /** @param booter - Makes the group when the first message comes; left out where there is one from the start. */
  constructor(host: ConsumerHost, seat: { readonly address: string; readonly topic: string; readonly consumerGroup: string | false }, booter?: Booter) {
    this.#host = host
    this.address = seat.address
    this.topic = seat.topic
    this.#consumerGroup = seat.consumerGroup === false ? undefined : seat.consumerGroup
    this.#booter = booter
  }

  get #what(): string {
    return `taking deliveries of '${this.topic}'`
  }

  send(from: string, topic: string, payload: unknown, envelope: Envelope): Promise<void> {
    return this.#host.outbox.send(topic, payload, { from, ...envelope })
  }

  reply(from: string, request: Message, payload: unknown): Promise<void> {
    this.#answered ??= new WeakSet()
    this.#answered.add(request)
    return this.#host.outbox.answer(from, request, payload)
  }

  /** From now on messages go to this group. */
  attach(target: Target): void {
    this.#target = target
    this.#turnTo(target)
  }

  /** The group is gone: the next message makes another. */
  detach(): void {
    this.#target = undefined
    if (this.#aim !== 'closed') this.#turnTo('waiting')
  }

  open(): void {
    if (this.consuming || this.#aim === 'closed') return
    this.consuming = true
    this.#host.edge(this.#what)
    this.#listening = new Listening(this.#host, { topic: this.topic, group: this.#consumerGroup }, this, this.#limit)
    this.#listening.open()
  }

  /** Takes nothing more, and stops listening once the bus knows of every outcome: until then what is open is not another's. */
  async close(): Promise<void> {
    this.#turnTo('closed')
    await this.#quiet()
    this.consuming = false
    this.#listening?.close()
  }

  error(error: unknown): void {
    this.consuming = false
    this.#host.edge(this.#what, error)
    void this.#target?.group.drain()
  }

  complete(): void {
    this.error(new Error('the bus has closed'))
  }

  next(delivery: Delivery): void {
    if (isLeft(delivery.message)) return this.#settle(delivery, reject(delivery.message.left.reason))
    const target = this.#target ?? this.#booted()
    if (target === undefined) return this.#settle(delivery, retry(AGAIN_MS))
    const fresh = this.#target === undefined
    this.#target = target
    if (target.once) this.#turnTo('taken')
    const errand = new Errand(this, target.entrance, delivery, delivery.message.right)
    this.#host.leases.keep(errand)
    errand.run()
    // Only now may more come: this one is the first.
    if (fresh && !target.once) this.#turnTo(target)
  }

  ended(errand: Errand, outcome: Outcome): void {
    const { delivery, message } = errand
    if (message.replyTo === undefined || this.#answered?.has(message) === true) return this.#settle(delivery, settlementOf(outcome), errand)
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

  #turnTo(aim: Aim): void {
    this.#aim = aim
    this.#following?.unsubscribe()
    this.#following = typeof aim === 'string' ? undefined : follow(aim, (limit) => this.#pace(limit))
    if (typeof aim === 'string') this.#pace(aim === 'waiting' ? 1 : 0)
  }

  #pace(limit: number): void {
    if (limit === this.#limit) return
    this.#limit = limit
    this.#listening?.pace(limit)
  }

  #booted(): Target | undefined {
    try {
      return this.#booter?.boot()
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
