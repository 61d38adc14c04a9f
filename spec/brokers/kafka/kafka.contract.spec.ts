import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { kafkaBus } from '../../../src/bus/kafka/kafka-bus.js'
import { kafkajsClient } from '../../../src/bus/kafka/kafkajs-client.js'
import { busContract } from '../../../src/testing/bus-contract.js'
import type { BusEnvironment } from '../../../src/testing/bus-environment.js'
import { type KafkaMock, kafkaMock } from '../support/kafka-mock.js'

// Longer than a member of a group waits for others to join: within some cases others join while a lease runs.
const LEASE_MS = 6_000
// The mock keeps a member that has left until its session ends.
const SOON = { sessionTimeout: 6_000 }
let mock: KafkaMock
let prefixes = 0

beforeAll(async () => {
  mock = await kafkaMock()
})

afterAll(() => mock.end())

const make = (): BusEnvironment => {
  const client = kafkajsClient(new Kafka({ brokers: [...mock.brokers], logLevel: logLevel.NOTHING }), SOON)
  const bus = kafkaBus({ client, leaseMs: LEASE_MS, maxMessageBytes: 10_000, prefix: `case-${(prefixes += 1)}.` })
  return { bus, leaseMs: LEASE_MS, publishRaw: (topic, raw) => bus.publishRaw(topic, raw) }
}

const unconnected = kafkaBus({ client: kafkajsClient(new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING, retry: { retries: 0 } })), maxMessageBytes: 10_000 })
const { features } = unconnected
void unconnected.close()

describe('the Kafka bus keeps the contract of every bus', () => {
  for (const { name, run } of busContract(make, features)) it.concurrent(name, run, 120_000)
})
