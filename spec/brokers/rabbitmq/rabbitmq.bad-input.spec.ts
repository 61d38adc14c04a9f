import { expect, it } from 'vitest'
import { listen, messageOf } from '../../../src/testing/bus-listener.js'
import { clocksDiffer, foreignWritings, tooLarge } from '../support/bad-input.js'
import { rabbitmqStand } from './rabbitmq-stand.js'

const stand = rabbitmqStand()

it('clocks that differ between machines change nothing', () => clocksDiffer((scheduler) => stand.bus({ prefix: 'clocks.', scheduler, leaseMs: 10_000 })))

it('what another program wrote is a dead letter with its reason', async () => {
  const bus = stand.bus({ prefix: 'foreign.', leaseMs: 10_000 })
  await foreignWritings(bus, (topic, raw) => bus.publishRaw(topic, raw))
})

it('more than the server takes is refused, and consumption goes on', async () => {
  // It takes 128 MiB unless told otherwise.
  await stand.server.control('eval', 'application:set_env(rabbit, max_message_size, 1000000).')
  await tooLarge(stand.bus({ prefix: 'large.', maxMessageBytes: 4_000_000 }), 2_000_000, /rabbitmqBus: publishing to 'large' failed: .*PRECONDITION_FAILED/)
})

it('a missing topic with no right to create it is one clear error, to whoever publishes and to whoever listens', async () => {
  await stand.server.control('add_user', 'some', 'secret')
  await stand.server.control('set_permissions', 'some', '^$', '.*', '.*')
  const bus = stand.bus({ url: `amqp://some:secret@127.0.0.1:${stand.server.port}`, prefix: 'denied.', patienceMs: 2_000 })
  const listener = listen(bus, { topic: 't', group: 'g' })
  await stand.eventually('the listener is told', () => listener.end !== 'none')
  expect(listener.end).toMatchObject({ error: { message: expect.stringMatching(/^rabbitmqBus: deliveries of 't' cannot be taken: .*ACCESS_REFUSED/) } })
  await expect(bus.publish([messageOf('t', 1)])).rejects.toThrow(/rabbitmqBus: publishing to 't' failed: .*ACCESS_REFUSED/)
})
