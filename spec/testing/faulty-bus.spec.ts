import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryBus } from '../../src/bus/memory-bus.js'
import { createMessage } from '../../src/core/create-message.js'
import type { Job } from '../../src/core/job.js'
import { actionHub } from '../../src/hub/action-hub.js'
import { busContract } from '../../src/testing/bus-contract.js'
import type { BusEnvironment } from '../../src/testing/bus-environment.js'
import { faultPlans, type PlannedFault } from '../../src/testing/bus-faults.js'
import { listen, messageOf, numbered } from '../../src/testing/bus-listener.js'
import { faultyBus, type FaultyBusOptions } from '../../src/testing/faulty-bus.js'
import { ConnectionLostError, InjectedError } from '../../src/testing/injected-error.js'
import { virtualTime } from '../../src/testing/virtual-time.js'
import { untyped } from '../hub/hub-stand.js'

const LEASE_MS = 300

const stand = (options: FaultyBusOptions) => {
  const time = virtualTime()
  const inner = memoryBus({ scheduler: time.scheduler, leaseMs: LEASE_MS, maxAttempts: Infinity, maxMessageBytes: 10_000 })
  const bus = faultyBus(inner, { scheduler: time.scheduler, ...options })
  return { time, inner, bus }
}

const planned = (...plan: readonly PlannedFault[]) => stand({ plan })

describe('a planned fault', () => {
  it('refuses to publish, and the broker has nothing', async () => {
    const { bus } = planned({ on: 'publish', nth: 2, fault: 'refused' })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish([messageOf('t', 1)])
    await expect(bus.publish([messageOf('t', 2)])).rejects.toThrow(InjectedError)
    await bus.publish([messageOf('t', 3)])
    expect(listener.payloads()).toEqual([1, 3])
    expect(bus.faults).toEqual([{ on: 'publish', nth: 2, fault: 'refused', ms: 100, atMs: 0 }])
  })

  it('does not confirm what the broker has', async () => {
    const { bus } = planned({ on: 'publish', nth: 1, fault: 'unconfirmed' })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await expect(bus.publish([messageOf('t', 1)])).rejects.toThrow('the broker has it')
    expect(listener.payloads()).toEqual([1])
  })

  it('publishes twice', async () => {
    const { bus } = planned({ on: 'publish', nth: 1, fault: 'twice' })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish(numbered('t', 2))
    expect(listener.payloads()).toEqual([0, 1, 0, 1])
  })

  it('lets a delivery come late, and others before it', async () => {
    const { bus, time } = planned({ on: 'delivery', nth: 1, fault: 'late', ms: 50 })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish(numbered('t', 3))
    await time.advance(49)
    expect(listener.payloads()).toEqual([1, 2])
    await time.advance(1)
    expect(listener.payloads()).toEqual([1, 2, 0])
    expect(await listener.settle(2, { type: 'ack' })).toBe(true)
  })

  it('lets a delivery be overtaken by the next, or come by itself when there is none', async () => {
    const { bus, time } = planned({ on: 'delivery', nth: 1, fault: 'overtaken', ms: 50 }, { on: 'delivery', nth: 4, fault: 'overtaken', ms: 50 })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish(numbered('t', 4))
    expect(listener.payloads()).toEqual([1, 0, 2])
    await time.advance(50)
    expect(listener.payloads()).toEqual([1, 0, 2, 3])
  })

  it('does not pass on what is late beyond its lease: it comes again', async () => {
    const { bus, time } = planned({ on: 'delivery', nth: 1, fault: 'late', ms: LEASE_MS + 50 })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish([messageOf('t', 1)])
    await time.advance(2 * LEASE_MS)
    expect(listener.got.map(({ attempt }) => attempt)).toContain(2)
    expect(listener.got.map(({ attempt }) => attempt)).not.toContain(1)
  })

  it('loses the connection: what is unsettled comes again, and its old settlement comes too late', async () => {
    const { bus, time } = planned({ on: 'delivery', nth: 2, fault: 'disconnected', ms: 80 })
    const states: string[] = []
    bus.status$.subscribe((status) => states.push(status))
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish(numbered('t', 2))
    expect(listener.payloads()).toEqual([0])
    expect(await listener.settle(0, { type: 'ack' })).toBe(false)
    expect(listener.at(0).lost.aborted).toBe(true)
    await expect(bus.publish(numbered('t', 1))).rejects.toThrow(ConnectionLostError)
    await time.advance(80)
    expect(listener.payloads().toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 0, 1])
    expect([states, listener.end]).toEqual([['live', 'lost', 'connecting', 'live'], 'none'])
  })

  it('breaks deliveries off: the stream errors, and the next waits for a connection', async () => {
    const { bus, time } = planned({ on: 'delivery', nth: 1, fault: 'brokenOff', ms: 80 })
    const first = listen(bus, { topic: 't', group: 'g' })
    await bus.publish([messageOf('t', 1)])
    expect(first.end).toEqual({ error: new ConnectionLostError() })
    const next = listen(bus, { topic: 't', group: 'g' })
    expect(next.got).toEqual([])
    await time.advance(80)
    expect([first.payloads(), next.payloads()]).toEqual([[], [1]])
  })

  it('lets a settlement go unheard: it comes again when the lease ends', async () => {
    const { bus, time } = planned({ on: 'settle', nth: 1, fault: 'unheard' })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish([messageOf('t', 1)])
    await expect(listener.settle(0, { type: 'ack' })).rejects.toThrow('not heard')
    await time.advance(LEASE_MS + 1)
    expect(listener.got.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(await listener.settle(1, { type: 'ack' })).toBe(true)
  })
})

describe('a faulty bus', () => {
  it('loses its connection when it is told to, once until it is back', async () => {
    const { bus, time } = planned()
    const listener = listen(bus, { topic: 't', group: 'g' })
    bus.disconnect(50)
    bus.breakOff(1_000)
    await time.advance(50)
    await bus.publish([messageOf('t', 1)])
    expect([listener.payloads(), listener.end, time.scheduled]).toEqual([[1], 'none', 1])
    bus.breakOff()
    expect(listener.end).toEqual({ error: new ConnectionLostError() })
  })

  it('does the same for the same seed, and other things for another', async () => {
    const played = async (seed: number): Promise<unknown> => {
      const { bus, time } = stand({ seed, chances: { refused: 0.2 } })
      const listener = listen(bus, { topic: 't', group: 'g', each: (delivery) => { delivery.settle({ type: 'ack' }).catch(() => undefined) } })
      for (const message of numbered('t', 40)) await bus.publish([message]).catch(() => undefined)
      await time.advance(5_000)
      return JSON.stringify([listener.payloads(), bus.faults])
    }
    expect(await played(3)).toBe(await played(3))
    expect(await played(3)).not.toBe(await played(4))
  })

  it('injects each kind by chance, about as often as it is told, and none from a moment on', async () => {
    const { bus, time } = stand({ seed: 5, untilMs: 100_000, chances: { disconnected: 0.02, brokenOff: 0 } })
    listen(bus, { topic: 't', group: 'g', limit: 10_000, each: (delivery) => { delivery.settle({ type: 'ack' }).catch(() => undefined) } })
    for (const message of numbered('t', 1_000)) {
      await bus.publish([message]).catch(() => undefined)
      await time.advance(50)
    }
    const count = (fault: string): number => bus.faults.filter((one) => one.fault === fault).length
    for (const fault of ['refused', 'unconfirmed', 'twice', 'late', 'overtaken', 'unheard']) expect(count(fault), fault).toBeGreaterThan(25)
    for (const fault of ['refused', 'unconfirmed', 'twice', 'late', 'overtaken', 'unheard']) expect(count(fault), fault).toBeLessThan(85)
    expect(count('disconnected')).toBeGreaterThan(5)
    expect(count('brokenOff')).toBe(0)
    expect(Math.max(...bus.faults.map(({ ms }) => ms))).toBeLessThanOrEqual(200)
    await time.advanceTo(100_000)
    const before = bus.faults.length
    for (const message of numbered('t', 100)) await bus.publish([message])
    expect(bus.faults.length).toBe(before)
  })

  it('completes deliveries and status when it closes, also without a connection', async () => {
    const { bus } = planned()
    const states: string[] = []
    bus.status$.subscribe({ next: (status) => states.push(status), complete: () => states.push('end') })
    const listener = listen(bus, { topic: 't', group: 'g' })
    bus.disconnect()
    await bus.close()
    expect([listener.end, states]).toEqual(['completed', ['live', 'lost', 'end']])
  })

  it('refuses all that is wrong in one error', () => {
    const inner = memoryBus()
    expect(() => faultyBus(untyped({}), {})).toThrow('bus should be a bus')
    expect(() => faultyBus(inner, untyped({ plan: [{ on: 'publish', nth: 1, fault: 'late' }], chances: { refused: 2 }, seed: -1 }))).toThrow(/^faultyBus: plan should be a list of faults.*; seed should be .*; chances.refused should be/)
    expect(() => faultyBus(inner).deliveries(untyped({ topic: '' }))).toThrow('topic should be')
    expect(() => faultPlans({ maxNth: 0 })).toThrow('maxNth should be')
  })
})

describe('without a fault it keeps the contract of every bus', () => {
  const make = (): BusEnvironment => {
    const time = virtualTime()
    const inner = memoryBus({ scheduler: time.scheduler, leaseMs: LEASE_MS, maxMessageBytes: 10_000 })
    const bus = faultyBus(inner, { plan: [], scheduler: time.scheduler })
    return { bus, leaseMs: LEASE_MS, scheduler: time.scheduler, advance: (ms) => time.advance(ms), publishRaw: (topic, raw) => inner.publishRaw(topic, raw) }
  }
  const { features } = make().bus
  const cases = busContract(make, features)
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, { run }) => run())
})

/** Publishes until it is confirmed, as a sender would that must not lose anything. */
const insist = async (publish: () => Promise<void>, pause: () => Promise<void>): Promise<void> => {
  for (;;) {
    const done = await publish().then(() => true, () => false)
    if (done) return
    await pause()
  }
}

const throughHub = async (options: FaultyBusOptions, count: number, send = insist) => {
  const { bus, inner, time } = stand(options)
  const handled = new Map<unknown, number>()
  const hub = actionHub({ bus, scheduler: time.scheduler, random: () => 0.5, lease: { leaseMs: LEASE_MS }, warn: () => undefined, newId: () => 'id' })
  hub.escalations$.subscribe()
  hub.do('work', {
    workers: { max: 3 },
    action: async ({ message, signal }: Job) => {
      await time.delay(20, signal)
      handled.set(message.payload, (handled.get(message.payload) ?? 0) + 1)
    },
  })
  hub.start()
  for (let payload = 0; payload < count; payload += 1) {
    const message = createMessage(payload, { id: `m${payload}`, topic: 'work', sentAtMs: 0 })
    await send(() => bus.publish([message]), () => time.advance(30))
    await time.advance(10)
  }
  await time.advance(60_000)
  await time.run(hub.drain())
  return { handled, counts: inner.counts('work', 'work'), faults: bus.faults }
}

describe('a hub on a faulty memory bus', () => {
  it('loses nothing, whatever goes wrong', async () => {
    await fc.assert(fc.asyncProperty(faultPlans(), async (plan) => {
      const { handled, counts } = await throughHub({ plan }, 12)
      expect(handled.size).toBe(12)
      expect(counts).toMatchObject({ waiting: 0, unsettled: 0, retrying: 0, dead: 0 })
    }), { numRuns: 40 })
  })

  it('loses nothing by chance either, and handles something more than once', async () => {
    const { handled, counts, faults } = await throughHub({ seed: 11, untilMs: 20_000 }, 150)
    expect(handled.size).toBe(150)
    expect(counts).toMatchObject({ waiting: 0, unsettled: 0, retrying: 0, dead: 0 })
    expect(new Set(faults.map(({ fault }) => fault)).size).toBe(8)
    expect([...handled.values()].some((times) => times > 1)).toBe(true)
  })

  it('loses what its sender did not send again: so the property can fail', async () => {
    const careless = (publish: () => Promise<void>): Promise<void> => publish().catch(() => undefined)
    const { handled } = await throughHub({ plan: [{ on: 'publish', nth: 3, fault: 'refused' }] }, 12, careless)
    expect([...handled.keys()]).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  it('handles each once where nothing goes wrong', async () => {
    const { handled } = await throughHub({ plan: [] }, 20)
    expect([...handled.values()]).toEqual(Array.from({ length: 20 }, () => 1))
  })
})
