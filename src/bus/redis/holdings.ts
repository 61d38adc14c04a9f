import type { SchedulerLike } from 'rxjs'
import { Alarm } from '../memory-alarm.js'
import { Line } from '../memory-line.js'
import type { RedisDelivery } from './redis-delivery.js'

/** What one consumer holds, how much more it may, and when the leases of all that end. */
export class Holdings {
  readonly #scheduler: SchedulerLike
  readonly #alarm: Alarm
  readonly #onFreed: () => void
  readonly #byId = new Map<string, RedisDelivery>()
  /** The lease that ends first in front. */
  readonly #leases = new Line<RedisDelivery>()
  #limit = 0
  /** How many a read that is under way may bring. */
  reading = 0

  constructor(scheduler: SchedulerLike, onFreed: () => void) {
    this.#scheduler = scheduler
    this.#onFreed = onFreed
    this.#alarm = new Alarm(scheduler, () => this.#onAlarm())
  }

  get limit(): number {
    return this.#limit
  }

  set limit(limit: number) {
    this.#limit = limit
    this.#onFreed()
  }

  get size(): number {
    return this.#byId.size
  }

  /** How many may be asked for. */
  get credit(): number {
    return Math.max(0, this.#limit - this.size - this.reading)
  }

  /** Whether a read that is under way may bring more than there is room for. */
  get isOverdrawn(): boolean {
    return this.reading > 0 && this.size + this.reading > this.#limit
  }

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  holds(delivery: RedisDelivery): boolean {
    return this.#byId.get(delivery.id) === delivery
  }

  add(delivery: RedisDelivery): void {
    const before = this.#byId.get(delivery.id)
    if (before !== undefined) this.#lose(before, LEASE_ENDED)
    this.#byId.set(delivery.id, delivery)
    this.#leases.push(delivery)
    this.#alarm.set(delivery.dueMs)
  }

  remove(delivery: RedisDelivery): void {
    this.#byId.delete(delivery.id)
    this.#leases.remove(delivery)
    this.#onFreed()
  }

  renew(delivery: RedisDelivery, untilMs: number): void {
    if (!this.holds(delivery)) return
    delivery.dueMs = untilMs
    this.#leases.remove(delivery)
    this.#leases.push(delivery)
  }

  /** It is another's now, or may be. */
  loseLease(delivery: RedisDelivery): void {
    if (!this.holds(delivery)) return
    this.#lose(delivery, LEASE_ENDED)
    this.#onFreed()
  }

  /** Nothing is held any more. */
  loseAll(why: string): void {
    this.#alarm.set(undefined)
    for (const delivery of [...this.#byId.values()]) this.#lose(delivery, why)
  }

  #lose(delivery: RedisDelivery, why: string): void {
    this.#byId.delete(delivery.id)
    this.#leases.remove(delivery)
    delivery.lose(why)
  }

  #onAlarm(): void {
    const nowMs = this.#scheduler.now()
    for (let first = this.#leases.head; first !== undefined && first.dueMs <= nowMs; first = this.#leases.head) this.loseLease(first)
    this.#alarm.set(this.#leases.head?.dueMs)
  }
}

const LEASE_ENDED = 'its lease ended'
