import { VirtualTimeScheduler } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { keepLease } from '../../src/bus/lease.js'
import { OptionsError } from '../../src/core/options-error.js'
import { listen, numbered } from '../../src/testing/bus-listener.js'
import { microtasks, virtualBus } from './virtual-bus.js'

const LEASE_MS = 90

const held = async () => {
  const virtual = virtualBus({ leaseMs: LEASE_MS })
  const listener = listen(virtual.bus, { topic: 't', group: 'g' })
  await virtual.bus.publish(numbered('t', 1))
  const pass = async (steps: number): Promise<void> => {
    for (let step = 0; step < steps; step += 1) {
      virtual.pass(10)
      // oxlint-disable-next-line no-await-in-loop
      await microtasks()
    }
  }
  return { ...virtual, listener, delivery: listener.at(0), pass }
}

describe('keeping a lease', () => {
  it('holds a delivery as long as it is kept, and one lease longer at most', async () => {
    const { delivery, scheduler, pass, listener } = await held()
    const keeping = keepLease(delivery, { leaseMs: LEASE_MS, scheduler })
    await pass(100)
    expect(delivery.lost.aborted).toBe(false)
    keeping.unsubscribe()
    await pass(9)
    expect([delivery.lost.aborted, listener.got.length]).toEqual([true, 2])
  })

  it('renews at each third of the lease', async () => {
    const { delivery, scheduler, pass } = await held()
    const renewedAtMs: number[] = []
    keepLease({ ...delivery, lost: delivery.lost, extend: () => (renewedAtMs.push(scheduler.now()), delivery.extend()) }, { leaseMs: LEASE_MS, scheduler })
    await pass(12)
    expect(renewedAtMs).toEqual([30, 60, 90, 120])
  })

  it('lets the lease end before its cap, so that a handler that never ends is not held for ever', async () => {
    const { delivery, scheduler, pass } = await held()
    const keeping = keepLease(delivery, { leaseMs: LEASE_MS, maxLeaseMs: 200, scheduler })
    await pass(17)
    expect(delivery.lost.aborted).toBe(false)
    await pass(3)
    expect([delivery.lost.aborted, keeping.closed]).toEqual([true, true])
  })

  it('stops when the lease is lost, and goes on when a renewal fails', async () => {
    const scheduler = new VirtualTimeScheduler()
    const answers = [() => Promise.reject(new Error('no connection')), () => Promise.resolve(true), () => Promise.resolve(false)]
    let asked = 0
    const { delivery } = await held()
    const extend = (): Promise<boolean> => answers[asked++]?.() ?? Promise.resolve(true)
    const keeping = keepLease({ ...delivery, lost: delivery.lost, extend }, { leaseMs: 30, scheduler })
    for (const untilMs of [10, 20, 30]) {
      expect(keeping.closed).toBe(false)
      scheduler.maxFrames = untilMs
      scheduler.flush()
      // oxlint-disable-next-line no-await-in-loop
      await microtasks()
    }
    expect([asked, keeping.closed]).toEqual([3, true])
  })

  it('refuses a cap below the lease', async () => {
    const { delivery } = await held()
    expect(() => keepLease(delivery, { leaseMs: 100, maxLeaseMs: 99 })).toThrow(OptionsError)
    expect(() => keepLease(delivery, { leaseMs: 0 })).toThrow('leaseMs')
  })
})
