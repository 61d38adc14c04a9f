import { describe, expect, it } from 'vitest'
import { busContract } from '../../src/testing/bus-contract.js'
import type { BusEnvironment } from '../../src/testing/bus-environment.js'
import { microtasks, virtualBus } from './virtual-bus.js'

const LEASE_MS = 500

const make = (): BusEnvironment => {
  const { bus, scheduler, pass } = virtualBus({ leaseMs: LEASE_MS, maxMessageBytes: 10_000 })
  return {
    bus,
    scheduler,
    leaseMs: LEASE_MS,
    publishRaw: (topic, raw) => bus.publishRaw(topic, raw),
    advance: async (ms) => {
      await microtasks()
      pass(ms)
      await microtasks()
    },
  }
}

const { features } = make().bus

describe('the memory bus keeps the contract of every bus', () => {
  for (const { name, run } of busContract(make, features)) it(name, run)
})

describe('the contract', () => {
  it('does not list what a bus does not promise', () => {
    const few = busContract(make, { ...features, fanOut: false, keyOrder: false, leases: false, delayedRetry: false, retainsForNewGroups: false, maxAttempts: Infinity })
    const all = busContract(make, features)
    expect(all.length - few.length).toBe(10)
  })

  it('fails for a bus that breaks a promise, and says which', async () => {
    const broken = (): BusEnvironment => {
      const environment = make()
      return { ...environment, bus: { ...environment.bus, publish: async () => undefined } }
    }
    const failed: string[] = []
    for (const { name, run } of busContract(broken, features)) {
      // oxlint-disable-next-line no-await-in-loop
      await run().catch((error: unknown) => failed.push(`${name}: ${String(error)}`))
    }
    expect(failed.length).toBeGreaterThan(30)
    expect(failed[0]).toContain('the message comes')
  })
})
