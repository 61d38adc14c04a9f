import { connect } from '@nats-io/transport-node'
import { afterAll, beforeAll, it } from 'vitest'
import { natsBus } from '../../../src/bus/nats/nats-bus.js'
import { clocksDiffer, foreignWritings, tooLarge } from '../support/bad-input.js'
import { type NatsServer, startNatsServer } from '../support/nats-server.js'

let server: NatsServer

beforeAll(async () => {
  server = await startNatsServer()
})

afterAll(() => server.close())

it('clocks that differ between machines change nothing', async () => {
  const [one, two] = [await connect({ servers: server.url }), await connect({ servers: server.url })]
  const connections = [one, two]
  await clocksDiffer((scheduler) => natsBus({ connection: connections.shift() ?? one, prefix: 'clocks', scheduler, leaseMs: 10_000 }))
  await Promise.all([one.close(), two.close()])
})

it('what another program wrote is a dead letter with its reason', async () => {
  const connection = await connect({ servers: server.url })
  const bus = natsBus({ connection, prefix: 'foreign', leaseMs: 10_000 })
  await foreignWritings(bus, (topic, raw) => connection.request(`foreign.${topic}`, raw))
  await bus.close()
  await connection.close()
})

it('more than the server takes is refused, and consumption goes on', async () => {
  const connection = await connect({ servers: server.url })
  const bus = natsBus({ connection, prefix: 'large' })
  await tooLarge(bus, 2_000_000, /1,?0\d\d,?\d\d\d/)
  await bus.close()
  await connection.close()
})
