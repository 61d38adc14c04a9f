import { jetstreamManager } from '@nats-io/jetstream'
import { isLeft } from 'fp-ts/lib/Either.js'
import { hrtime } from 'node:process'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { firstValueFrom, of } from 'rxjs'
import { deadTopic, type Delivery } from '../../../src/bus/bus.js'
import { keepLease } from '../../../src/bus/lease.js'
import { listen, messageOf, numbered, payloadOf } from '../../../src/testing/bus-listener.js'
import { type NatsServer, startNatsServer } from '../support/nats-server.js'
import { type Stand, standAt, until } from './nats-stand.js'

const hrtimeMs = (): number => Number(hrtime.bigint()) / 1e6

let server: NatsServer
let prefix: string
let number = 0
const stands: Stand[] = []

beforeAll(async () => {
  server = await startNatsServer()
})

afterAll(() => server.close())

beforeEach(() => {
  prefix = `p${number++}`
})

afterEach(async () => {
  await Promise.all(stands.splice(0).map((stand) => stand.close()))
})

const join = async (terms: Parameters<typeof standAt>[1] = {}): Promise<Stand> => {
  const stand = await standAt(server.url, { prefix, storage: 'memory', ...terms })
  stands.push(stand)
  return stand
}

describe('a lease', () => {
  it('that has ended by the own clock is fenced, though the broker would still take the settlement', async () => {
    let skippedMs = 0
    const { bus } = await join({ monotonicMs: () => hrtimeMs() + skippedMs })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish([messageOf('t', 1)])
    await until('it comes', () => listener.got.length === 1)
    skippedMs = 2_001
    expect([await listener.settle(0, { type: 'ack' }), bus.late(), listener.at(0).lost.aborted]).toEqual([false, 1, true])
    await until('it comes again', () => listener.got.length === 2)
    expect(listener.at(1).attempt).toBe(2)
  })

  it('of a process that stood still goes to another, and the late settlement takes nothing from it', async () => {
    let skippedMs = 0
    const [still, other] = [await join({ leaseMs: 500, monotonicMs: () => hrtimeMs() + skippedMs }), await join({ leaseMs: 500 })]
    const first = listen(still.bus, { topic: 't', group: 'g', limit: 1 })
    await still.bus.publish([messageOf('t', 1)])
    await until('it comes', () => first.got.length === 1)
    const second = listen(other.bus, { topic: 't', group: 'g' })
    first.limit$.next(0)
    skippedMs = 500
    await until('the other has it', () => second.got.length === 1)
    expect([await first.settle(0, { type: 'ack' }), still.bus.late()]).toEqual([false, 1])
    expect([second.at(0).attempt, await second.settle(0, { type: 'ack' })]).toEqual([2, true])
  })

  it('is kept by renewals beyond its length, up to the cap', async () => {
    const { bus } = await join({ leaseMs: 300 })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish([messageOf('t', 1)])
    await until('it comes', () => listener.got.length === 1)
    const fromMs = hrtimeMs()
    keepLease(listener.at(0), { leaseMs: 300, maxLeaseMs: 1_200 })
    await until('it is lost', () => listener.at(0).lost.aborted)
    expect(hrtimeMs() - fromMs).toBeGreaterThan(900)
    await until('it comes again', () => listener.got.length === 2)
  })
})

describe('attempts', () => {
  it('are counted across a crash', async () => {
    const crashing = await join({ leaseMs: 400 })
    const first = listen(crashing.bus, { topic: 't', group: 'g' })
    await crashing.bus.publish([messageOf('t', 1)])
    await until('it comes', () => first.got.length === 1)
    // All that the server sees of a process that is killed.
    await crashing.connection.close()
    const { bus } = await join({ leaseMs: 400 })
    const second = listen(bus, { topic: 't', group: 'g' })
    await until('another has it', () => second.got.length === 1)
    expect(second.at(0).attempt).toBe(2)
  })

  it('end in a dead letter when every process that takes it crashes', async () => {
    for (const process of [1, 2]) {
      // oxlint-disable no-await-in-loop
      const crashing = await join({ leaseMs: 300, maxAttempts: 2 })
      const listener = listen(crashing.bus, { topic: 't', group: 'g' })
      if (process === 1) await crashing.bus.publish([messageOf('t', 'poison')])
      await until(`process ${process} has it`, () => listener.got.length === 1)
      await crashing.connection.close()
      // oxlint-enable no-await-in-loop
    }
    const { bus } = await join({ leaseMs: 300, maxAttempts: 2 })
    const [listener, dead] = [listen(bus, { topic: 't', group: 'g' }), listen(bus, { topic: deadTopic('t'), group: 'g' })]
    await until('the dead letter comes', () => dead.got.length === 1)
    expect(listener.got).toEqual([])
    expect(payloadOf(dead.at(0))).toMatchObject({ attempts: 2, reason: 'its lease ended on delivery 2 of 2', message: { payload: 'poison' } })
  })

  it('of a retry are paced by the broker, for whoever is free then', async () => {
    const [one, two] = [await join(), await join()]
    const first = listen(one.bus, { topic: 't', group: 'g', limit: 1 })
    await one.bus.publish([messageOf('t', 1)])
    await until('it comes', () => first.got.length === 1)
    first.limit$.next(0)
    const fromMs = hrtimeMs()
    expect(await first.settle(0, { type: 'retry', afterMs: 300 })).toBe(true)
    const second = listen(two.bus, { topic: 't', group: 'g' })
    await until('another has it', () => second.got.length === 1)
    expect(hrtimeMs() - fromMs).toBeGreaterThanOrEqual(299)
    expect(second.at(0).attempt).toBe(2)
  })
})

const refuse = (delivery: Delivery): void => {
  if (isLeft(delivery.message)) void delivery.settle({ type: 'reject', reason: delivery.message.left.reason })
}

describe('what another program wrote', () => {
  it('is delivered as undecodable, and becomes a dead letter with its reason', async () => {
    const { bus, connection } = await join()
    const dead = listen(bus, { topic: deadTopic('t'), group: 'g' })
    listen(bus, { topic: 't', group: 'g', each: refuse })
    const { subject } = await bus.prepare('t')
    expect(subject).toBe(`${prefix}.t`)
    await connection.request(subject, Uint8Array.of(255, 254))
    await until('the dead letter comes', () => dead.got.length === 1)
    expect(payloadOf(dead.at(0))).toMatchObject({ reason: 'the message should be JSON in UTF-8, but: not UTF-8' })
  })
})

describe('credit', () => {
  it('that is taken back takes back what was asked for', async () => {
    const [busy, free] = [await join(), await join()]
    const first = listen(busy.bus, { topic: 't', group: 'g', limit: 5 })
    // Its request has arrived when a message has come by it.
    await busy.bus.publish([messageOf('t', 'first')])
    await until('it comes', () => first.got.length === 1)
    first.limit$.next(1)
    const second = listen(free.bus, { topic: 't', group: 'g', limit: 10 })
    await busy.bus.publish(numbered('t', 5))
    await until('the free one has all', () => second.got.length === 5)
    expect([first.got.length, second.got.map(({ attempt }) => attempt)]).toEqual([1, [1, 1, 1, 1, 1]])
  })
})

describe('closing', () => {
  it('while messages are in flight gives what is unsettled to others at once, and lets publishes end', async () => {
    const [one, two] = [await join({ leaseMs: 30_000 }), await join({ leaseMs: 30_000 })]
    const [first, second] = [listen(one.bus, { topic: 't', group: 'g', limit: 3 }), listen(two.bus, { topic: 't', group: 'g', limit: 0 })]
    await one.bus.publish(numbered('t', 3))
    await until('they come', () => first.got.length === 3)
    const published = one.bus.publish(numbered('u', 100))
    const settled = first.settle(0, { type: 'ack' })
    await one.bus.close()
    await published
    expect([await settled, first.end]).toEqual([true, 'completed'])
    second.limit$.next(10)
    await until('the others have come', () => second.got.length === 2)
    expect([second.payloads(), second.got.map(({ attempt }) => attempt)]).toEqual([[1, 2], [2, 2]])
    expect(one.connection.isClosed()).toBe(false)
  })

  it('the connection errors every stream, and the bus is lost', async () => {
    const { bus, connection, statuses } = await join()
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish([messageOf('t', 1)])
    await connection.close()
    await until('it ends', () => listener.end !== 'none')
    expect(listener.end).toMatchObject({ error: { message: 'natsBus: the connection is closed' } })
    expect(statuses).toEqual(['live', 'lost'])
    await expect(bus.publish([messageOf('t', 2)])).rejects.toThrow('natsBus: the connection is closed')
  })
})

describe('what the server keeps', () => {
  it('is deleted when all groups are done with it', async () => {
    const { bus, connection } = await join({ leaseMs: 200 })
    for (const group of ['a', 'b']) listen(bus, { topic: 't', group, each: (delivery) => void delivery.settle({ type: 'ack' }) })
    await bus.publish(numbered('t', 100))
    const { streams } = await jetstreamManager(connection)
    await until('the stream is empty', async () => (await streams.info(`${prefix}-t`)).state.messages === 0)
  })

  it('of a topic that one listener without a group made, goes with it', async () => {
    const { bus, connection } = await join()
    const answer = firstValueFrom(bus.deliveries({ topic: 'replies.1', limit$: of(1) }))
    const asking = await join()
    const { stream } = await asking.bus.prepare('replies.1')
    await until('it listens', async () => (await (await jetstreamManager(connection)).streams.info(stream)).state.consumer_count === 1)
    await asking.bus.publish([messageOf('replies.1', 'an answer')])
    expect(payloadOf(await answer)).toBe('an answer')
    const { streams } = await jetstreamManager(connection)
    await until('the stream is gone', () => streams.info(stream).then(() => false, () => true))
  })
})
