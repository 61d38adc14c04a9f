import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, it } from 'vitest'
import { kafkaBus, type KafkaBus } from '../../../src/bus/kafka/kafka-bus.js'
import { kafkajsClient } from '../../../src/bus/kafka/kafkajs-client.js'
import { clocksDiffer, foreignWritings } from '../support/bad-input.js'
import { type KafkaMock, kafkaMock } from '../support/kafka-mock.js'

// The mock of librdkafka has neither passwords nor rights, and takes messages of any size: what it cannot refuse is not tried.
let mock: KafkaMock

beforeAll(async () => {
  mock = await kafkaMock()
})

afterAll(() => mock.end())

const client = () => kafkajsClient(new Kafka({ brokers: [...mock.brokers], logLevel: logLevel.NOTHING }), { sessionTimeout: 6_000 })

it('clocks that differ between machines change nothing', () => clocksDiffer((scheduler) => kafkaBus({ client: client(), prefix: 'clocks.', scheduler })), 180_000)

it('what another program wrote is a dead letter with its reason', async () => {
  const bus: KafkaBus = kafkaBus({ client: client(), prefix: 'foreign.' })
  await foreignWritings(bus, (topic, raw) => bus.publishRaw(topic, raw))
  await bus.close()
}, 180_000)
