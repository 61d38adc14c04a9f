import type { Consumer, ConsumerConfig, Kafka, Message as Outgoing, PartitionerArgs } from 'kafkajs'
import { Partitioners } from 'kafkajs'
import type { ConsumeOptions, KafkaClient, KafkaConsumption, KafkaSend } from './kafka-client.js'

/**
 * A client of kafkajs, as a bus needs it: producer and consumers are made, and closed, by the bus. `consumer` is handed on
 * to each consumer: a shorter `sessionTimeout` lets the partitions of a process that is gone move on sooner.
 */
export const kafkajsClient = (kafka: Kafka, consumer: Omit<ConsumerConfig, 'groupId'> = {}): KafkaClient => {
  const producer = kafka.producer({ createPartitioner: sticky, allowAutoTopicCreation: true })
  const admin = kafka.admin()
  return {
    async connect() {
      await producer.connect()
      await admin.connect()
    },
    async send(records) {
      await producer.sendBatch({ acks: -1, topicMessages: byTopic(records) })
    },
    consume: (options) => consume(kafka.consumer({ ...OURS, ...consumer, groupId: options.groupId }), options),
    async bounds(topic, groupId) {
      const [ends, committed] = [await admin.fetchTopicOffsets(topic), await admin.fetchOffsets({ groupId, topics: [topic] })]
      const positions = new Map(committed.flatMap(({ partitions }) => partitions.map(({ partition, offset }) => [partition, BigInt(offset)] as const)))
      // Where nothing was committed, -1 is told.
      return ends.map(({ partition, low, high }) => ({ partition, high: BigInt(high), position: greater(positions.get(partition) ?? 0n, BigInt(low)) }))
    },
    async close() {
      await producer.disconnect()
      await admin.disconnect()
    },
  }
}

const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b)

const byTopic = (records: readonly KafkaSend[]): { topic: string; messages: Outgoing[] }[] => {
  const topics = new Map<string, Outgoing[]>()
  for (const { topic, key, value } of records) {
    const messages = topics.get(topic) ?? []
    topics.set(topic, messages)
    messages.push({ key: key ?? null, value: Buffer.from(value.buffer, value.byteOffset, value.byteLength) })
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }))
}

/** By key as Java's client does; what has none goes to one partition for a while, then to the next, so that it stays in order. */
const sticky = (): ((args: PartitionerArgs) => number) => {
  const byKey = Partitioners.DefaultPartitioner()
  const sent = new Map<string, number>()
  return (args) => {
    if (args.message.key !== null && args.message.key !== undefined) return byKey(args)
    const count = sent.get(args.topic) ?? 0
    sent.set(args.topic, count + 1)
    return Math.floor(count / STICKY) % args.partitionMetadata.length
  }
}

const STICKY = 100

const OURS = { maxWaitTimeInMs: 100, heartbeatInterval: 1_000, rebalanceTimeout: 10_000, allowAutoTopicCreation: true }

const consume = async (consumer: Consumer, { topic, from, onRecords, onAssigned, onBroken }: ConsumeOptions): Promise<KafkaConsumption> => {
  const { GROUP_JOIN, FETCH, CRASH } = consumer.events
  const ready = new Promise<void>((resolve) => void consumer.on(FETCH, () => resolve()))
  consumer.on(GROUP_JOIN, ({ payload: { memberAssignment } }) => onAssigned(memberAssignment[topic] ?? []))
  consumer.on(CRASH, ({ payload: { error, restart } }) => onBroken(error, !restart))
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: from === 'earliest' })
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 1,
    eachBatch: async (payload) => {
      const { partition, messages } = payload.batch
      if (payload.isStale()) return
      onRecords(messages.map(({ offset, value }) => ({ partition, offset: BigInt(offset), value })))
      const last = messages.at(-1)
      // Where to fetch on; what is settled is committed apart from it.
      if (last !== undefined) payload.resolveOffset(last.offset)
    },
  })
  return { ready, ...controls(consumer, topic) }
}

const controls = (consumer: Consumer, topic: string): Omit<KafkaConsumption, 'ready'> => ({
  pause: () => consumer.pause([{ topic }]),
  resume: () => consumer.resume([{ topic }]),
  commit: (positions) => consumer.commitOffsets(positions.map(({ partition, offset }) => ({ topic, partition, offset: String(offset) }))),
  close: () => consumer.disconnect(),
})
