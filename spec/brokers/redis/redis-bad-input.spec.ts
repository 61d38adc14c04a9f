import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, it, onTestFinished } from 'vitest'
import { clocksDiffer, foreignWritings, tooLarge } from '../support/bad-input.js'
import { type RedisServer, redisServer } from '../support/redis-server.js'
import { admin, busOn, CLIENTS } from './redis-stand.js'

let server: RedisServer
let outside: Redis

beforeAll(async () => {
  server = await redisServer('--proto-max-bulk-len', '1mb')
  outside = admin(server.port)
})

afterAll(async () => {
  outside.disconnect()
  await server.close()
})

describe.each(CLIENTS)('over $name', (clients) => {
  it('clocks that differ between machines change nothing', async () => {
    await outside.flushall()
    await clocksDiffer((scheduler) => busOn(clients, server.port, { scheduler, leaseMs: 10_000 }))
  })

  it('what another program wrote is a dead letter with its reason', async () => {
    await outside.flushall()
    const bus = busOn(clients, server.port, { leaseMs: 10_000 })
    await foreignWritings(bus, (topic, raw) => outside.xadd(`rxcrew:${topic}`, '*', 'm', raw))
    await bus.close()
  })

  it('more than the server takes is refused, and consumption goes on', async () => {
    await outside.flushall()
    const bus = busOn(clients, server.port, { maxMessageBytes: 4_000_000 })
    // Also when it fails: its listener would take what the next is waiting for.
    onTestFinished(() => bus.close())
    await tooLarge(bus, 2_000_000, /publish/i)
  })
})
