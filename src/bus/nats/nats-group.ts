import type { ConsumerInfo, StreamInfo } from '@nats-io/jetstream'
import type { Subscriber } from 'rxjs'
import type { Delivery } from '../bus.js'
import type { NatsAsks } from './nats-asks.js'
import { floorOf, type Found, type Seat } from './nats-consumer.js'
import { NatsDone } from './nats-done.js'
import { type KeeperHost, NatsKeeper } from './nats-keeper.js'
import type { LinkListener, NatsLink } from './nats-link.js'
import type { Lot } from './nats-lot.js'
import { NatsMember } from './nats-member.js'
import type { MemberHost } from './nats-member-host.js'
import type { NatsSettings } from './nats-options.js'
import { NatsSettler } from './nats-settler.js'
import type { NatsTopic } from './nats-topic.js'

/** What all groups of a bus have in common. */
export interface GroupHost {
  readonly link: NatsLink
  readonly asks: NatsAsks
  readonly settings: NatsSettings
  bury(letter: { readonly topic: string; readonly text: string }): Promise<void>
  /** A message is given up: until that is done, its dead letter is not to be missed. */
  burying(work: Promise<unknown>): void
  /** A message of a dead-letter topic was acknowledged. */
  acked(topic: NatsTopic, lot: Lot): Promise<boolean> | undefined
  late(): void
}

/** The consumer of a group, or of one listener without, and its members in this process: it is made again whenever it is gone. */
export class NatsGroup implements MemberHost, LinkListener, KeeperHost {
  readonly seat: Seat
  readonly of: NatsTopic
  readonly link: NatsLink
  readonly settings: NatsSettings
  readonly settler: NatsSettler
  readonly done = new NatsDone()
  readonly members = new Set<NatsMember>()
  readonly #host: GroupHost
  readonly #keeper: NatsKeeper
  readonly #unlink: () => void
  nextSubject = ''
  /** The consumer as it was last seen; none before it was there. */
  #found: Found | undefined = undefined
  #readyMs = -Infinity
  /** What was told of the consumer at the last look. */
  #seen: ConsumerInfo | undefined = undefined

  constructor(host: GroupHost, topic: NatsTopic, seat: Seat) {
    this.#host = host
    this.of = topic
    this.seat = seat
    this.link = host.link
    this.settings = host.settings
    this.settler = new NatsSettler({ ...host, monotonicMs: host.settings.monotonicMs, missing: () => this.trouble() })
    this.#keeper = new NatsKeeper(this)
    this.#unlink = host.link.listen(this)
  }

  get topic(): string {
    return this.of.name
  }

  get consumer(): string | undefined {
    return this.#found?.info.name
  }

  // Without members it is still looked after while something is on its way to the server.
  get wanted(): boolean {
    return this.members.size > 0 || this.settler.size > 0
  }

  join(subscriber: Subscriber<Delivery>): NatsMember {
    const member = new NatsMember(this, subscriber)
    this.members.add(member)
    if (this.#found === undefined) this.#keeper.start(0, true)
    else if (!this.#keeper.working && this.link.up) member.start()
    return member
  }

  leave(member: NatsMember, why: string): void {
    if (!this.members.delete(member)) return
    member.leave(why)
    if (this.members.size === 0) this.link.trouble(this, false)
  }

  close(): void {
    this.#unlink()
    this.settler.fence()
    this.#keeper.close()
  }

  down(): void {
    this.#keeper.cut()
    this.settler.hold()
    for (const member of this.members) member.pause()
  }

  up(): void {
    this.of.forget()
    if (this.wanted) this.#keeper.start(0, this.#found === undefined)
  }

  gone(error: Error): void {
    this.settler.fence()
    this.refused(error)
  }

  /** The consumer does not answer, or is another than before: settlements wait until that is clear. */
  trouble(): void {
    if (this.#keeper.working || !this.link.up) return
    this.settler.hold()
    this.of.forget()
    const { monotonicMs, heartbeatMs } = this.settings
    this.#keeper.start(monotonicMs() - this.#readyMs < heartbeatMs ? heartbeatMs : 0, false)
  }

  /** What the server tells of the consumer, now and then. */
  seen(info: ConsumerInfo | undefined): void {
    const before = this.#seen
    this.#seen = info
    if (this.#found !== undefined && info?.created !== this.#found.info.created) return this.trouble()
    if (!isStuck(before, info) || this.#keeper.working || !this.link.up) return
    for (const member of this.members) member.start()
  }

  refused(error: Error): void {
    for (const member of [...this.members]) member.subscriber.error(error)
  }

  again(lot: Lot): void {
    this.done.note(lot)
    for (const { holdings } of this.members) holdings.lose(lot.sequence, 'the broker gave it to another')
  }

  bury(letter: { readonly topic: string; readonly text: string }): Promise<void> {
    return this.#host.bury(letter)
  }

  burying(work: Promise<unknown>): void {
    this.#host.burying(work)
  }

  acked(lot: Lot): Promise<boolean> | undefined {
    this.done.add(lot.sequence)
    return this.#host.acked(this.of, lot)
  }

  unheard(lot: Lot): undefined {
    this.done.add(lot.sequence)
  }

  ended(lot: Lot): undefined {
    this.done.end(lot.sequence)
  }

  late(): void {
    this.#host.late()
  }

  floor({ created }: StreamInfo): number | undefined {
    if (this.#found === undefined) return undefined
    return this.#found.stream.created === created ? this.done.floor : 0
  }

  ready(found: Found): void {
    const before = this.#found
    this.#found = found
    this.nextSubject = found.nextSubject
    if (before?.info.created !== found.info.created) this.#begin(before, found)
    if (!this.link.up) return
    this.#readyMs = this.settings.monotonicMs()
    this.link.trouble(this, false)
    this.settler.open()
    for (const member of this.members) member.start()
  }

  /** Another consumer than before: its numbers are others, so what the former one delivered can be settled no more. */
  #begin(before: Found | undefined, { stream, info }: Found): void {
    this.settler.fence()
    for (const { holdings } of this.members) holdings.loseAll('its consumer was deleted', true)
    if (before?.stream.created === stream.created) this.done.startAgain()
    else this.done.clear()
    if (before === undefined) this.done.settledUpTo(floorOf(info))
  }
}

const waits = (info: ConsumerInfo): boolean => info.num_pending > 0 && info.num_waiting > 0

/**
 * Messages and requests for them wait side by side, and nothing came since the last look: server 2.9.10 may forget to wake
 * a consumer whose stream was deleted and made again. It wakes at the next request.
 */
export const isStuck = (before: ConsumerInfo | undefined, now: ConsumerInfo | undefined): boolean =>
  before !== undefined && now !== undefined && before.created === now.created && waits(before) && waits(now) && before.delivered.consumer_seq === now.delivered.consumer_seq
