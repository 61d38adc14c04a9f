import type { ConsumerInfo } from '@nats-io/jetstream'
import { interval, type Subscription } from 'rxjs'
import { floorOf } from './nats-consumer.js'
import type { NatsGroup } from './nats-group.js'
import { isGroupConsumer } from './nats-names.js'
import { graceOf, type NatsSettings } from './nats-options.js'
import type { NatsTopic } from './nats-topic.js'
import { trim, type TrimmedStreams } from './nats-trim.js'

const EVERY_MS = 1_000
/** What only listeners without a group heard is kept for the first group, but no more than so many messages. */
const RETAINED = 65_536

/**
 * Looks at the consumers of a topic once a second while it is consumed: deletes from its stream what all of them are done
 * with, and tells groups whose consumer was deleted.
 */
export class NatsJanitor {
  readonly #topic: NatsTopic
  readonly #settings: NatsSettings
  readonly #groups: () => readonly NatsGroup[]
  /** When each consumer was first seen, by its name and the moment it was made. */
  #known: ReadonlyMap<string, number> = new Map()
  #timer: Subscription | undefined = undefined
  #busy = false
  #purged = 0

  constructor(topic: NatsTopic, settings: NatsSettings, groups: () => readonly NatsGroup[]) {
    this.#topic = topic
    this.#settings = settings
    this.#groups = groups
  }

  start(): void {
    this.#timer ??= interval(EVERY_MS, this.#settings.scheduler).subscribe(() => void this.#look())
  }

  stop(): void {
    this.#timer?.unsubscribe()
    this.#timer = undefined
  }

  async #look(): Promise<void> {
    if (this.#busy || this.#settings.connection.info === undefined) return
    this.#busy = true
    try {
      const { consumers, streams } = await this.#topic.manager()
      const infos: ConsumerInfo[] = []
      for await (const info of consumers.list(this.#topic.stream)) infos.push(info)
      const keep = this.#keep(infos)
      if (keep > 1 && keep - 1 !== this.#purged) await this.#trim(streams, keep)
      this.#purged = keep - 1
    } catch {
      // It is tried again, and what matters is noticed by those who consume.
    } finally {
      this.#busy = false
    }
  }

  #trim(streams: TrimmedStreams, keep: number): Promise<void> {
    const { version } = this.#settings.connection.info ?? {}
    return trim(streams, this.#topic.stream, keep, version, () => this.#timer !== undefined)
  }

  /** The number of the first message that somebody may still want. */
  #keep(infos: readonly ConsumerInfo[]): number {
    const old = this.#old(infos)
    for (const group of this.#groups()) {
      const info = infos.find(({ name }) => name === group.consumer)
      group.seen(info)
      if (info !== undefined && old.includes(info)) group.done.settledUpTo(floorOf(info))
    }
    return infos.length === 0 || old.length < infos.length ? 0 : keepFrom(infos)
  }

  // What a consumer of that name delivered before may still be settled, and then its floor is not to be relied on.
  #old(infos: readonly ConsumerInfo[]): readonly ConsumerInfo[] {
    const { monotonicMs, leaseMs } = this.#settings
    const nowMs = monotonicMs()
    const sinceMs = ({ name, created }: ConsumerInfo): number => this.#known.get(`${name} ${created}`) ?? nowMs
    this.#known = new Map(infos.map((info) => [`${info.name} ${info.created}`, sinceMs(info)]))
    return infos.filter((info) => nowMs - sinceMs(info) > leaseMs + graceOf(leaseMs))
  }
}

/** The number of the first message to keep, for consumers that are all to be relied on. */
export const keepFrom = (infos: readonly ConsumerInfo[]): number => {
  const floor = Math.min(...infos.map(floorOf))
  if (infos.some(({ name }) => isGroupConsumer(name))) return floor + 1
  const last = Math.max(...infos.map(({ delivered, num_pending: pending }) => delivered.stream_seq + pending))
  return Math.max(0, Math.min(floor, last - RETAINED)) + 1
}
