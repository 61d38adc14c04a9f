import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { busContract } from '../../../src/testing/bus-contract.js'
import { type RedisServer, redisServer } from '../support/redis-server.js'
import { admin, busOn, CLIENTS, environment } from './redis-stand.js'

let server: RedisServer
let outside: Redis

beforeAll(async () => {
  server = await redisServer()
  outside = admin(server.port)
})

afterAll(async () => {
  outside.disconnect()
  await server.close()
})

describe.each(CLIENTS)('the bus over $name keeps the contract of every bus', (clients) => {
  const probe = busOn(clients, 1)
  void probe.close()
  const make = async () => {
    await outside.flushall()
    return environment(clients, server.port, outside)
  }
  for (const { name, run } of busContract(make, probe.features)) it(name, run)
})
