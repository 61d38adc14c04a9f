import type { BusFeatures } from '../../src/bus/bus.js'
import { kafkaFeatures } from '../../src/bus/kafka/kafka-features.js'
import { memoryFeatures } from '../../src/bus/memory-features.js'
import { natsFeatures } from '../../src/bus/nats/nats-features.js'
import { rabbitmqFeatures } from '../../src/bus/rabbitmq/rabbitmq-features.js'
import { redisFeatures } from '../../src/bus/redis/redis-features.js'

const BUSES: readonly BusFeatures[] = [memoryFeatures(), redisFeatures(), natsFeatures(), rabbitmqFeatures(), kafkaFeatures()]

type Row = readonly [promise: string, told: (features: BusFeatures) => boolean | number]

/** In the order in which they are told; a feature that is missing here does not compile. */
const ROWS: Readonly<Record<Exclude<keyof BusFeatures, 'name'>, Row>> = {
  fanOut: ['A listener without a group gets every message', ({ fanOut }) => fanOut],
  retainsForNewGroups: ['What was published before a group first listens reaches it', ({ retainsForNewGroups }) => retainsForNewGroups],
  leases: ['What a listener does not settle comes again when its lease ends', ({ leases }) => leases],
  delayedRetry: ['Retries are paced by the bus', ({ delayedRetry }) => delayedRetry],
  keyOrder: ['Messages of one key reach one consumer, in order', ({ keyOrder }) => keyOrder],
  maxAttempts: ['Deliveries before a message is a dead letter (option)', ({ maxAttempts }) => maxAttempts],
  maxMessageBytes: ['Largest message, in bytes (option)', ({ maxMessageBytes }) => maxMessageBytes],
}

const cell = (told: boolean | number): string => (typeof told === 'boolean' ? (told ? 'yes' : '**no**') : told.toLocaleString('en-US'))

/** What each bus promises, as its `features` say, in the lines of a Markdown table. */
export const featuresTable = (buses: readonly BusFeatures[] = BUSES): readonly string[] => [
  `| | ${buses.map(({ name }) => `\`${name}\``).join(' | ')} |`,
  `|---|${buses.map(() => '---|').join('')}`,
  ...Object.values(ROWS).map(([promise, told]) => `| ${promise} | ${buses.map((features) => cell(told(features))).join(' | ')} |`),
]
