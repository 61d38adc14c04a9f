import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { vi } from 'vitest'
import type { BusStatus } from '../../../src/bus/bus.js'
import { redisBus, type RedisBus, type RedisBusOptions, type RedisClient } from 'rxcrew/redis'
import type { BusEnvironment } from '../../../src/testing/bus-environment.js'

/** Clients that are made for a test, and ended after it. */
export interface Clients {
  readonly name: string
  make(port: number): RedisClient
}

const none = (): void => undefined

/** Never connected itself: the bus makes connections of its own like it. */
export const CLIENTS: readonly Clients[] = [
  { name: 'ioredis', make: (port) => new Redis({ port, lazyConnect: true }).on('error', none) },
  { name: 'node-redis', make: (port) => createClient({ url: `redis://127.0.0.1:${port}` }).on('error', none) },
]

/** A connection of a test, behind the bus's back. */
export const admin = (port: number): Redis => new Redis({ port, maxRetriesPerRequest: null }).on('error', none)

export const LEASE_MS = 500

export const busOn = (clients: Clients, port: number, options: Partial<RedisBusOptions> = {}): RedisBus =>
  redisBus({ client: clients.make(port), leaseMs: LEASE_MS, blockMs: 200, ...options })

/** A bus for one case of the contract. */
export const environment = (clients: Clients, port: number, outside: Redis): BusEnvironment => ({
  bus: busOn(clients, port),
  leaseMs: LEASE_MS,
  publishRaw: async (topic, raw) => void (await outside.xadd(`rxcrew:${topic}`, '*', 'm', raw)),
})

/** Resolves once it holds. */
export const eventually = (what: string, holds: () => boolean | Promise<boolean>, timeout = 10_000): Promise<void> =>
  vi.waitFor(async () => {
    if (!(await holds())) throw new Error(`still not: ${what}`)
  }, { timeout, interval: 5 })

/** The status from now on. */
export const statusOf = (bus: RedisBus): BusStatus[] => {
  const told: BusStatus[] = []
  bus.status$.subscribe((status) => told.push(status))
  return told
}
