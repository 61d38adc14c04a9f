import type { ConsumerConfig, ConsumerInfo, StreamInfo } from '@nats-io/jetstream'
import { groupConsumer, isGroupConsumer, listenerConsumer, MAX_NAME } from './nats-names.js'
import { graceOf, type NatsSettings } from './nats-options.js'
import { isConsumerMissing } from './nats-refusal.js'
import { Refusal, type NatsTopic } from './nats-topic.js'

/** Who consumes: the members of a group, or one listener without. */
export type Seat = { readonly group: string } | { readonly listener: string }

/** Where the next message of a consumer is asked for, and which consumer of that name it is. */
export interface Found {
  readonly info: ConsumerInfo
  readonly stream: StreamInfo
  readonly nextSubject: string
}

const NS = 1e6
/** A listener that is not heard of for so long is gone for good. */
const LISTENER_MS = 300_000
/** Requests for messages that may wait at the server: a few for each member. */
const MAX_WAITING = 4_096

export const isGroup = (seat: Seat): seat is { readonly group: string } => 'group' in seat

/**
 * The consumer of a seat, which is made if there is none. The first group of a topic begins with what was kept for it,
 * a later one and a listener with what is published from now on; one that was there before, behind what it is done with.
 *
 * @param floor - Every message up to this number is done with; undefined if the seat is taken for the first time.
 */
export const consumerFor = async (topic: NatsTopic, seat: Seat, settings: NatsSettings, floor: (stream: StreamInfo) => number | undefined): Promise<Found> => {
  const [stream, { consumers }] = await Promise.all([topic.made(!isGroup(seat)), topic.manager()])
  const name = isGroup(seat) ? groupConsumer(seat.group, stream.created) : listenerConsumer(seat.listener, stream.created)
  if (name.length > MAX_NAME) throw new Refusal(`natsBus: topic '${topic.name}': the name of its consumer should have at most ${MAX_NAME} characters, but has ${name.length}`)
  const ackWait = Math.round((settings.leaseMs + graceOf(settings.leaseMs)) * NS)
  const find = async (): Promise<ConsumerInfo | undefined> => {
    try {
      return await consumers.info(topic.stream, name)
    } catch (error) {
      if (isConsumerMissing(error)) return undefined
      throw error
    }
  }
  const make = async (): Promise<ConsumerInfo> => {
    const config = { ...CONFIG, durable_name: name, ack_wait: ackWait, ...(isGroup(seat) ? {} : { inactive_threshold: LISTENER_MS * NS }) }
    const done = floor(stream)
    const from: Partial<ConsumerConfig> = done === undefined ? { deliver_policy: await firstPolicy() } : startingAfter(done)
    try {
      return await consumers.add(topic.stream, { ...config, ...from })
    } catch (error) {
      // Another process was faster, and began elsewhere.
      const other = await find()
      if (other === undefined) throw error
      return other
    }
  }
  const firstPolicy = async (): Promise<'all' | 'new'> => {
    if (!isGroup(seat)) return 'new'
    for await (const other of consumers.list(topic.stream)) if (isGroupConsumer(other.name)) return 'new'
    return 'all'
  }
  const found = await find()
  const info = found ?? (await make())
  if (info.config.ack_wait !== ackWait) await consumers.update(topic.stream, name, { ack_wait: ackWait })
  return { info, stream, nextSubject: `$JS.API.CONSUMER.MSG.NEXT.${topic.stream}.${name}` }
}

// How many are out at once is what members ask for, so the server bounds it no further: messages that wait for a retry count as well.
const CONFIG = { ack_policy: 'explicit', max_ack_pending: -1, max_deliver: -1, max_waiting: MAX_WAITING, replay_policy: 'instant' } as const

const startingAfter = (floor: number): Partial<ConsumerConfig> => (floor === 0 ? { deliver_policy: 'all' } : { deliver_policy: 'by_start_sequence', opt_start_seq: floor + 1 })

/** Every message up to this number is done with, for this consumer. */
export const floorOf = ({ ack_floor: acked, delivered }: ConsumerInfo): number => Math.min(acked.stream_seq, delivered.stream_seq)
