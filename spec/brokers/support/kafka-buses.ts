import { Kafka, logLevel } from 'kafkajs'
import { kafkaBus, type KafkaBus } from '../../../src/bus/kafka/kafka-bus.js'
import { kafkajsClient } from '../../../src/bus/kafka/kafkajs-client.js'
import { type BusTrial, trialOf } from '../../../src/testing/bus-environment.js'
import type { KafkaMock } from './kafka-mock.js'

// The mock keeps a member that has left until its session ends.
const SOON = { sessionTimeout: 6_000 }

/** A bus on the mock; buses of one prefix share their topics and groups. */
export const busOn = (mock: KafkaMock, prefix: string): KafkaBus =>
  kafkaBus({ client: kafkajsClient(new Kafka({ brokers: [...mock.brokers], logLevel: logLevel.NOTHING }), SOON), prefix })

/** What waits for things on a bus: for a minute, since joining a group takes seconds, unless told otherwise. */
export const patient = (bus: KafkaBus, patienceMs = 60_000): BusTrial => trialOf({ bus, leaseMs: 1, publishRaw: async () => undefined, patienceMs })
