import type { Channel } from 'amqplib'
import { type Names, retryName } from './names.js'

/** What every declaration goes by. */
export interface Layout {
  readonly names: Names
  /** Messages a topic keeps while it has no group. */
  readonly retained: number
  readonly queueArguments: Readonly<Record<string, unknown>>
}

// Attempts are counted by us, whatever the server's own limit is by default: beyond that it would drop messages.
const QUORUM = { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000 }

/** The exchanges of a topic, and the queue of what comes while it has no group. */
export const declareTopic = async (channel: Channel, { names, retained }: Layout, topic: string): Promise<void> => {
  const [open, groups, kept] = [names.topic(topic), names.groups(topic), names.kept(topic)]
  await Promise.all([
    channel.assertExchange(open, 'fanout', { durable: true }),
    channel.assertExchange(kept, 'fanout', { durable: true }),
    channel.assertExchange(groups, 'fanout', { durable: true, alternateExchange: kept }),
    channel.assertQueue(kept, { durable: true, arguments: { ...QUORUM, 'x-max-length': retained, 'x-overflow': 'reject-publish' } }),
    channel.bindQueue(kept, kept, ''),
    channel.bindExchange(groups, open, ''),
  ])
}

/** The queue of a group, which gets nothing yet; its name. */
export const declareGroup = async (channel: Channel, { names, queueArguments }: Layout, topic: string, group: string): Promise<string> => {
  const { queue } = await channel.assertQueue(names.group(topic, group), { durable: true, arguments: { ...QUORUM, ...queueArguments } })
  return queue
}

/** From now on the queue gets what is published. The topic must be declared. */
export const bindGroup = async (channel: Channel, { names }: Layout, topic: string, queue: string): Promise<void> => {
  await channel.bindQueue(queue, names.groups(topic), '')
}

/** A queue for one listener, which goes with its connection; its name. The topic must be declared. */
export const declareListener = async (channel: Channel, { names }: Layout, topic: string): Promise<string> => {
  const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true })
  await channel.bindQueue(queue, names.topic(topic), '')
  return queue
}

// How long a queue for retries outlives its last use: far longer than it is remembered as declared.
const UNUSED_MS = 3_600_000

/** The queue in which retries of another wait, up to so many ms; its name. It is gone an hour after its last use. */
export const declareRetry = async (channel: Channel, queue: string, upToMs: number, exclusive: boolean): Promise<string> => {
  const name = retryName(queue, upToMs)
  const back = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue, 'x-expires': Math.min(2 ** 32 - 1, upToMs + UNUSED_MS) }
  // A message leaves it only once the queue that it goes back to has confirmed it.
  const safe = { ...QUORUM, 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' }
  await channel.assertQueue(name, exclusive ? { exclusive, arguments: back } : { durable: true, arguments: { ...safe, ...back } })
  return name
}
