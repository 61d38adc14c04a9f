import type { Subscriber } from 'rxjs'
import type { Delivery } from '../bus.js'
import { isGroup, type Seat } from './nats-consumer.js'
import { type GroupHost, NatsGroup } from './nats-group.js'
import { NatsJanitor } from './nats-janitor.js'
import type { NatsMember } from './nats-member.js'
import type { NatsTopic } from './nats-topic.js'

/** Who of this process listens to a topic. */
export class NatsSeats {
  readonly topic: NatsTopic
  readonly #host: GroupHost
  readonly #groups = new Map<string, NatsGroup>()
  readonly #listeners = new Set<NatsGroup>()
  readonly #janitor: NatsJanitor
  readonly #leaving = new Set<Promise<unknown>>()

  constructor(host: GroupHost, topic: NatsTopic) {
    this.#host = host
    this.topic = topic
    this.#janitor = new NatsJanitor(topic, host.settings, () => this.groups)
  }

  get groups(): readonly NatsGroup[] {
    return [...this.#groups.values(), ...this.#listeners]
  }

  join(seat: Seat, subscriber: Subscriber<Delivery>): { readonly group: NatsGroup; readonly member: NatsMember } {
    const group = isGroup(seat) ? (this.#groups.get(seat.group) ?? new NatsGroup(this.#host, this.topic, seat)) : new NatsGroup(this.#host, this.topic, seat)
    if (isGroup(seat)) this.#groups.set(seat.group, group)
    else this.#listeners.add(group)
    this.#janitor.start()
    return { group, member: group.join(subscriber) }
  }

  leave(group: NatsGroup, member: NatsMember): void {
    group.leave(member, CLOSED)
    if (this.#listeners.delete(group)) this.#dismiss(group)
    if (this.groups.every(({ members }) => members.size === 0)) this.#janitor.stop()
  }

  /** Resolves when consumers that nobody needs any more are gone. */
  async closed(): Promise<void> {
    await Promise.all(this.#leaving)
    for (const group of this.groups) group.close()
  }

  /** A listener takes its consumer with it, and the stream too if that was made for it alone. */
  #dismiss(group: NatsGroup): void {
    const work = group.settler.idle().then(() => this.#removed(group)).catch(() => undefined).finally(() => group.close())
    this.#leaving.add(work)
    void work.finally(() => this.#leaving.delete(work))
  }

  async #removed({ consumer }: NatsGroup): Promise<void> {
    if (consumer === undefined || !this.#host.link.up) return
    const { consumers, streams } = await this.topic.manager()
    await consumers.delete(this.topic.stream, consumer)
    if (!this.topic.forListener || this.groups.length > 0) return
    const { state } = await streams.info(this.topic.stream)
    if (state.consumer_count > 0) return
    this.topic.forget()
    await streams.delete(this.topic.stream)
  }
}

const CLOSED = 'its listener closed'
