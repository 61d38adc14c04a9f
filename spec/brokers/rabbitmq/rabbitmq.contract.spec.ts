import { afterAll, beforeAll, describe, it } from 'vitest'
import { rabbitmqBus } from '../../../src/bus/rabbitmq/rabbitmq-bus.js'
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

const make = (): BusEnvironment => {
  // A case finds its topics as new as on a server of its own.
  const bus = rabbitmqBus({ ...options, url: server.url, prefix: `case-${(prefixes += 1)}.` })
  return { bus, leaseMs: LEASE_MS, publishRaw: (topic, raw) => bus.publishRaw(topic, raw) }
}

const never = rabbitmqBus({ ...options, connect: () => Promise.reject(new Error('not used')) })
const { features } = never
void never.close()

describe('the RabbitMQ bus keeps the contract of every bus', () => {
  for (const { name, run } of busContract(make, features)) it(name, run)
})
