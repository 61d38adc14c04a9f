import { connect } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { natsBus } from '../../../src/bus/nats/nats-bus.js'
import { busContract } from '../../../src/testing/bus-contract.js'
import type { BusEnvironment } from '../../../src/testing/bus-environment.js'
import { type NatsServer, startNatsServer } from '../support/nats-server.js'

const LEASE_MS = 500

let server: NatsServer
let cases = 0

const make = async (): Promise<BusEnvironment> => {
  const connection = await connect({ servers: server.url })
  const prefix = `case${cases++}`
  const bus = natsBus({ connection, prefix, leaseMs: LEASE_MS, storage: 'memory', heartbeatMs: 200 })
  return {
    bus,
    leaseMs: LEASE_MS,
    publishRaw: async (topic, raw) => {
      const { subject } = await bus.prepare(topic)
      await connection.request(subject, raw)
    },
    close: () => connection.close(),
  }
}

const FEATURES = {
  name: 'nats', maxMessageBytes: 1_032_192, keyOrder: false, fanOut: true, delayedRetry: true, leases: true, retainsForNewGroups: true, maxAttempts: 5,
}

beforeAll(async () => {
  server = await startNatsServer()
})

afterAll(() => server.close())

describe('the NATS bus keeps the contract of every bus', () => {
  it('with these features', async () => {
    const { bus, close } = await make()
    expect(bus.features).toEqual(FEATURES)
    await bus.close()
    await close?.()
  })

  for (const { name, run } of busContract(make, FEATURES)) it(name, run)
})
