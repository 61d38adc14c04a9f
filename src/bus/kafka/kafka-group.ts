import { Observable, type SchedulerLike, type Subscriber, tap } from 'rxjs'
import type { Delivery } from '../bus.js'
import { left } from '../../core/either.js'
import { decodeMessage, type WireLimits } from '../../core/wire.js'
import { MemoryDelivery } from '../memory-delivery.js'
import type { Entry, Stored } from '../memory-entry.js'
import { MemoryGroup } from '../memory-group.js'
import { memberOf } from '../memory-listener.js'
import { Loop } from '../memory-loop.js'
import { Commits } from './commits.js'
import type { KafkaClient, KafkaConsumption, KafkaRecord } from './kafka-client.js'
import { KafkaDelivery } from './kafka-delivery.js'
import { Held, Partition } from './partition.js'

export interface KafkaGroupHost {
  readonly client: KafkaClient
  readonly scheduler: SchedulerLike
  readonly leaseMs: number
  readonly maxAttempts: number
  readonly limits: WireLimits
  /** Publishes the dead letter; resolves once it is confirmed, however often it takes. */
  readonly bury: (entry: Entry, reason: string) => Promise<void>
  readonly broken: (who: unknown, isBroken: boolean) => void
  /** The last member has left. */
  readonly left: () => void
}

export interface KafkaSeat {
  readonly topic: string
  readonly groupId: string
  readonly from: 'earliest' | 'latest'
}

// A settled record behind one that stays open is kept until that one is settled too; beyond so many nothing more is fetched.
const MOST_BEYOND = 10_000

/**
 * One member of a consumer group at the broker, shared by all listeners of this process: they take turns, as many at once
 * as they like, whatever the number of partitions; what is committed never passes what is open.
 */
export class KafkaGroup {
  readonly #host: KafkaGroupHost
  readonly #loop = new Loop()
  readonly #group: MemoryGroup
  readonly #partitions = new Map<number, Partition>()
  readonly #limits = new Map<Subscriber<Delivery>, number>()
  readonly #commits: Commits
  readonly #burials = new Set<Promise<void>>()
  #consumption: KafkaConsumption | undefined
  #isPositioned = false
  #paused = false
  #closed = false
  /** Resolves once it has a position; rejects if it cannot consume. */
  readonly ready: Promise<void>

  constructor(host: KafkaGroupHost, seat: KafkaSeat) {
    this.#host = host
    const { scheduler, leaseMs, maxAttempts } = host
    this.#group = new MemoryGroup({
      terms: { scheduler, leaseMs, maxAttempts, loop: this.#loop },
      bury: (entry, reason) => this.#bury(entry, reason),
      forget: (stored) => this.#forget(stored),
      left: () => undefined,
    })
    this.#commits = new Commits(async (positions) => this.#consumption?.commit(positions))
    this.ready = this.#begin(seat)
    this.ready.catch((error: unknown) => this.#fail(error))
  }

  deliveries(limit$: Observable<number>): Observable<Delivery> {
    return new Observable((subscriber) => {
      this.#limits.set(subscriber, 0)
      subscriber.add(() => this.#left(subscriber))
      const limited$ = limit$.pipe(tap((limit) => {
        this.#limits.set(subscriber, limit)
        this.#moveCredit()
      }))
      return memberOf(() => this.#group, limited$).subscribe({
        next: (delivery) => subscriber.next(this.#lend(delivery)),
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      })
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#group.close()
    this.#group.complete()
    // A client that is told to leave before it has joined may never answer.
    await this.ready.catch(() => undefined)
    await Promise.allSettled(this.#burials)
    await this.#commits.done()
    await this.#consumption?.close()
  }

  async #begin({ topic, groupId, from }: KafkaSeat): Promise<void> {
    const consumption = await this.#host.client.consume({
      topic,
      groupId,
      from,
      onRecords: (records) => this.#accept(records),
      onAssigned: (partitions) => this.#assigned(partitions),
      onBroken: (error, fatal) => (fatal ? this.#fail(error) : this.#host.broken(this, true)),
    })
    this.#consumption = consumption
    // Who is paused before it has fetched once never has a position.
    await consumption.ready
    this.#isPositioned = true
    this.#moveCredit()
  }

  #fail(error: unknown): void {
    if (this.#closed) return
    this.#host.broken(this, true)
    for (const subscriber of [...this.#limits.keys()]) subscriber.error(error)
  }

  #assigned(numbers: readonly number[]): void {
    this.#host.broken(this, false)
    for (const [number, partition] of [...this.#partitions]) {
      if (numbers.includes(number)) continue
      this.#partitions.delete(number)
      partition.lose()
    }
    // What was settled and could not be told during the rebalance.
    for (const partition of this.#partitions.values()) this.#commits.moved(partition)
  }

  #accept(records: readonly KafkaRecord[]): void {
    if (this.#closed) return
    for (const record of records) this.#acceptOne(record)
    this.#loop.run()
    this.#moveCredit()
  }

  #acceptOne({ partition: number, offset, value }: KafkaRecord): void {
    const partition = this.#partitions.get(number) ?? new Partition(number, offset)
    this.#partitions.set(number, partition)
    if (!partition.watermark.accept(offset)) return
    const held = new Held(value === null ? left({ reason: 'the record has no value', raw: '' }) : decodeMessage(value, this.#host.limits), partition, offset)
    partition.held.add(held)
    this.#group.accept(held)
  }

  #lend(delivery: Delivery): Delivery {
    if (!(delivery instanceof MemoryDelivery) || !(delivery.stored instanceof Held)) return delivery
    const held = delivery.stored
    held.delivery = delivery
    return new KafkaDelivery(delivery, held)
  }

  #bury(entry: Entry, reason: string): void {
    if (entry.stored instanceof Held) entry.stored.burial = this.#host.bury(entry, reason)
  }

  #forget(stored: Stored): void {
    if (!(stored instanceof Held)) return
    if (stored.burial === undefined) return this.#settled(stored)
    // Until the dead letter is there the position stays before it; if the bus closes first, it comes again.
    const buried = stored.burial.then(() => this.#settled(stored), () => undefined).finally(() => this.#burials.delete(buried))
    this.#burials.add(buried)
  }

  #settled(held: Held): void {
    if (held.partition.settle(held)) this.#commits.moved(held.partition)
    this.#moveCredit()
  }

  /** Fetches no more than can be taken soon. */
  #moveCredit(): void {
    const limit = [...this.#limits.values()].reduce((sum, one) => sum + one, 0)
    const beyond = Math.max(0, ...[...this.#partitions.values()].map(({ watermark }) => watermark.span))
    const isFull = this.#group.waiting > limit || beyond >= MOST_BEYOND || limit === 0
    if (isFull === this.#paused || this.#consumption === undefined || !this.#isPositioned || this.#closed) return
    this.#paused = isFull
    if (isFull) this.#consumption.pause()
    else this.#consumption.resume()
  }

  #left(subscriber: Subscriber<Delivery>): void {
    this.#limits.delete(subscriber)
    this.#moveCredit()
    if (this.#limits.size === 0) this.#host.left()
  }
}
