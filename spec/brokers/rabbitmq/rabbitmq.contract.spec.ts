import { connect } from 'amqplib'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { namesOf } from '../../../src/bus/rabbitmq/names.js'
import { rabbitmqBus } from '../../../src/bus/rabbitmq/rabbitmq-bus.js'
import { declareTopic } from '../../../src/bus/rabbitmq/topology.js'
import { busContract } from '../../../src/testing/bus-contract.js'
import type { BusEnvironment } from '../../../src/testing/bus-environment.js'
import { type RabbitmqServer, rabbitmqServer } from '../support/rabbitmq-server.js'

const LEASE_MS = 500
let server: RabbitmqServer
let prefixes = 0

beforeAll(async () => {
  server = await rabbitmqServer()
  await server.start()
})

afterAll(() => server.end())

const options = { leaseMs: LEASE_MS, maxMessageBytes: 10_000 }

const make = async (): Promise<BusEnvironment> => {
  // A case finds its topics as new as on a server of its own.
  const prefix = `case-${(prefixes += 1)}.`
  const foreign = await connect(server.url)
  return {
    bus: rabbitmqBus({ ...options, url: server.url, prefix }),
    leaseMs: LEASE_MS,
    publishRaw: async (topic, raw) => {
      const names = namesOf(prefix)
      const channel = await foreign.createConfirmChannel()
      await declareTopic(channel, { names, retained: 65_536, queueArguments: {} }, topic)
      channel.publish(names.topic(topic), '', Buffer.from(raw))
      await channel.waitForConfirms()
      await channel.close()
    },
    close: () => foreign.close(),
  }
}

const never = rabbitmqBus({ ...options, connect: () => Promise.reject(new Error('not used')) })
const { features } = never
void never.close()

describe('the RabbitMQ bus keeps the contract of every bus', () => {
  for (const { name, run } of busContract(make, features)) it(name, run)
})
