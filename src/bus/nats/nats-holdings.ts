import type { SchedulerLike } from 'rxjs'
import { Alarm } from '../memory-alarm.js'
import type { NatsDelivery } from './nats-delivery.js'

/** The clocks that leases go by. */
export interface LeaseClock {
  readonly leaseMs: number
  readonly scheduler: SchedulerLike
  readonly monotonicMs: () => number
}

/** The unsettled deliveries of one listener, by their numbers, the lease that ends first in front. */
export class NatsHoldings {
  readonly #clock: LeaseClock
  readonly #held = new Map<number, NatsDelivery>()
  readonly #alarm: Alarm
  readonly #onLost: () => void

  /** @param onLost - Told each time leases have ended. */
  constructor(clock: LeaseClock, onLost: () => void) {
    this.#clock = clock
    this.#onLost = onLost
    this.#alarm = new Alarm(clock.scheduler, () => this.#ring())
  }

  get size(): number {
    return this.#held.size
  }

  add(delivery: NatsDelivery): void {
    this.#held.set(delivery.lot.sequence, delivery)
    if (this.#held.size === 1) this.#wake(delivery)
  }

  get all(): Iterable<NatsDelivery> {
    return this.#held.values()
  }

  /** A further lease for it, from this moment on. */
  renew(delivery: NatsDelivery, fromMs: number): void {
    delivery.endMs = fromMs + this.#clock.leaseMs
    this.#held.delete(delivery.lot.sequence)
    this.#held.set(delivery.lot.sequence, delivery)
  }

  remove({ lot }: NatsDelivery): void {
    this.#held.delete(lot.sequence)
  }

  /** The broker has given the message of this number out again: whoever has it here has lost it. */
  lose(sequence: number, why: string): void {
    const delivery = this.#held.get(sequence)
    if (delivery === undefined) return
    this.#held.delete(sequence)
    delivery.lose(why)
  }

  /** All of them are lost; unless `evenBuried`, those whose dead letter is on the way go on. */
  loseAll(why: string, evenBuried: boolean): readonly NatsDelivery[] {
    const lost = [...this.#held.values()].filter(({ state }) => evenBuried || state === 'open')
    for (const delivery of lost) {
      this.remove(delivery)
      delivery.lose(why)
    }
    if (this.#held.size === 0) this.#alarm.set(undefined)
    return lost
  }

  /** Whether its lease has ended; then it is lost from now on. */
  isOver(delivery: NatsDelivery): boolean {
    if (delivery.state === 'lost') return true
    if (this.#clock.monotonicMs() < delivery.endMs) return false
    this.remove(delivery)
    delivery.lose(ENDED)
    return true
  }

  // It may ring early, when the first in line has been settled meanwhile: cheaper than a new timer each time.
  #wake({ endMs }: NatsDelivery): void {
    const { scheduler, monotonicMs } = this.#clock
    this.#alarm.set(scheduler.now() + Math.max(0, Math.ceil(endMs - monotonicMs())))
  }

  #ring(): void {
    const before = this.#held.size
    for (const delivery of this.#held.values()) {
      if (this.isOver(delivery)) continue
      this.#wake(delivery)
      break
    }
    if (this.#held.size < before) this.#onLost()
  }
}

const ENDED = 'its lease ended'
