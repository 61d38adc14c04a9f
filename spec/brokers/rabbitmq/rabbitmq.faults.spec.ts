import { connect } from 'amqplib'
import { describe, expect, it } from 'vitest'
import { deadTopic } from '../../../src/bus/bus.js'
import { namesOf } from '../../../src/bus/rabbitmq/names.js'
import { listen, messageOf, numbered } from '../../../src/testing/bus-listener.js'
import { rabbitmqStand, statuses } from './rabbitmq-stand.js'
import { tcpProxy } from '../support/tcp-proxy.js'

const stand = rabbitmqStand()
const ack = { type: 'ack' } as const
const same = (values: readonly unknown[]): ReadonlySet<unknown> => new Set(values)

describe('a RabbitMQ bus whose connection breaks', () => {
  it('goes on by itself after a blip: what was unsettled comes again as a further attempt, and nothing is lost', async () => {
    const proxy = await tcpProxy(stand.server.port)
    stand.after(() => proxy.close())
    const bus = stand.bus({ url: `amqp://127.0.0.1:${proxy.port}` })
    const told = statuses(bus)
    const listener = listen(bus, { topic: 'blip', group: 'g', limit: 3 })
    await bus.publish(numbered('blip', 10))
    await stand.eventually('three come', () => listener.got.length === 3)
    const { lost } = listener.at(0)

    proxy.reset()
    await stand.eventually('the three come again', () => listener.got.length === 6)
    expect(listener.got.slice(3).map(({ attempt }) => attempt)).toEqual([2, 2, 2])
    expect([lost.aborted, await listener.settle(0, ack)]).toEqual([true, false])
    expect(told).toEqual(['connecting', 'live', 'degraded', 'live'])

    for (let next = 3; next < 13; next += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await stand.eventually('the next comes', () => listener.got.length > next)
      // oxlint-disable-next-line no-await-in-loop
      expect(await listener.settle(next, ack)).toBe(true)
    }
    expect(same(listener.payloads())).toEqual(same(numbered('', 10).map(({ payload }) => payload)))
  })

  it('tells of a publish whether it was confirmed: what it says is there is there', async () => {
    const proxy = await tcpProxy(stand.server.port)
    stand.after(() => proxy.close())
    const bus = stand.bus({ url: `amqp://127.0.0.1:${proxy.port}` })
    const confirmed = new Set<unknown>()
    const listener = listen(bus, { topic: 'either', group: 'g', each: (delivery) => void delivery.settle(ack) })
    await bus.publish([messageOf('either', 'first')])
    const failed = new Set<unknown>()
    const send = (payload: number): Promise<unknown> => bus.publish([messageOf('either', payload)]).then(() => confirmed.add(payload), () => failed.add(payload))
    const sent: Promise<unknown>[] = []
    for (let payload = 0; payload < 2_000; payload += 1) {
      sent.push(send(payload))
      if (payload === 1_000) proxy.reset()
      // oxlint-disable-next-line no-await-in-loop
      if (payload % 100 === 0) await Promise.race(sent.slice(-100))
    }
    await Promise.all(sent)
    expect(confirmed.size + failed.size).toBe(2_000)
    expect(failed.size).toBeGreaterThan(0)
    await bus.publish([messageOf('either', 'last')])
    await stand.eventually('all that was confirmed is handled', () => {
      const handled = new Set(listener.payloads())
      return handled.has('last') && [...confirmed].every((payload) => handled.has(payload))
    })
  })

  it('notices a connection that went silent by its heartbeats, and makes another', async () => {
    const proxy = await tcpProxy(stand.server.port)
    stand.after(() => proxy.close())
    const bus = stand.bus({ url: `amqp://127.0.0.1:${proxy.port}?heartbeat=1` })
    const listener = listen(bus, { topic: 'silent', group: 'g', each: (delivery) => void delivery.settle(ack) })
    await bus.publish([messageOf('silent', 0)])
    await stand.eventually('it comes', () => listener.got.length === 1)
    const told = statuses(bus)

    proxy.silence()
    const meanwhile = bus.publish([messageOf('silent', 1)]).then(() => 'confirmed', () => 'failed')
    await stand.eventually('it is noticed', () => told.includes('degraded'))
    expect(await meanwhile).toBe('failed')
    proxy.restore()
    await bus.publish([messageOf('silent', 2)])
    await stand.eventually('it goes on', () => listener.payloads().includes(2))
    expect(told.at(-1)).toBe('live')
  })

  it('counts an attempt that ended with its process', async () => {
    const heir = stand.bus({ prefix: 'crash.', maxAttempts: 2 })
    const names = namesOf('crash.')
    const connection = await connect(stand.server.url)
    stand.after(() => connection.close())
    const first = listen(heir, { topic: 'crash', group: 'g', limit: 0 })
    await heir.publish([messageOf('crash', 1)])
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      // oxlint-disable-next-line no-await-in-loop
      const channel = await connection.createChannel()
      let came = 0
      // oxlint-disable-next-line no-await-in-loop
      await channel.consume(names.group('crash', 'g'), () => (came += 1))
      // oxlint-disable-next-line no-await-in-loop
      await stand.eventually('a consumer has it', () => came === 1)
      // As when a process ends: nothing is settled.
      // oxlint-disable-next-line no-await-in-loop
      await channel.close()
    }
    const dead = listen(heir, { topic: deadTopic('crash'), group: 'd' })
    first.limit$.next(1)
    await stand.eventually('it is given up without being started', () => dead.got.length === 1)
    expect([first.got.length, dead.payloads()]).toMatchObject([0, [{ reason: 'its consumer was cut off on delivery 2 of 2', attempts: 2 }]])
  })
})

describe('a RabbitMQ server that changes under a bus', () => {
  it('has its topology again when a queue is deleted, and what was in flight is handled', async () => {
    const bus = stand.bus({ prefix: 'gone.' })
    const listener = listen(bus, { topic: 'gone', group: 'g' })
    await bus.publish(numbered('gone', 3))
    await stand.eventually('they come', () => listener.got.length === 3)
    const told = statuses(bus)

    await stand.server.control('delete_queue', namesOf('gone.').group('gone', 'g'))
    await stand.eventually('it is rebuilt', () => told.join().endsWith('degraded,live'))
    expect(listener.at(0).lost.aborted).toBe(false)
    expect(await listener.settle(0, ack)).toBe(true)
    expect(await listener.settle(1, { type: 'retry', afterMs: 0 })).toBe(true)
    await bus.publish([messageOf('gone', 3)])
    await stand.eventually('the retried one and the new one come', () => listener.got.length === 5)
    expect(listener.payloads().slice(3)).toEqual([1, 3])
    expect(listener.at(3).attempt).toBe(2)
  })

  it('goes on when it was stopped and comes back, and has kept what was confirmed', async () => {
    const bus = stand.bus()
    const listener = listen(bus, { topic: 'killed', group: 'g', limit: 5 })
    await bus.publish(numbered('killed', 20))
    await stand.eventually('five come', () => listener.got.length === 5)
    await listener.ackAll()
    await stand.eventually('five more come', () => listener.got.length === 10)
    const told = statuses(bus)
    await stand.server.stop()
    await stand.eventually('the bus notices', () => told.includes('degraded'))
    await stand.server.start()
    const backMs = performance.now()
    await stand.eventually('the five come again', () => listener.got.length >= 15)
    expect(performance.now() - backMs).toBeLessThan(5_000)
    await stand.eventually('it is live', () => told.at(-1) === 'live')
    for (let next = 10; next < 25; next += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await stand.eventually('the next comes', () => listener.got.length > next)
      // oxlint-disable-next-line no-await-in-loop
      await listener.settle(next, ack)
    }
    await stand.eventually('all came', () => new Set(listener.payloads()).size === 20)
  }, 120_000)

  it('goes on when another, empty one has taken its place', async () => {
    const bus = stand.bus()
    const [group, alone] = [listen(bus, { topic: 'empty', group: 'g' }), listen(bus, { topic: 'empty' })]
    await bus.publish([messageOf('empty', 0)])
    await stand.eventually('both have it', () => group.got.length === 1 && alone.got.length === 1)
    const told = statuses(bus)
    await stand.server.kill()
    await stand.server.empty()
    await stand.server.start()
    await stand.eventually('it is live again', () => told.includes('degraded') && told.at(-1) === 'live')
    await bus.publish([messageOf('empty', 1)])
    await stand.eventually('both have the new one', () => group.payloads().includes(1) && alone.payloads().includes(1))
  }, 120_000)
})
