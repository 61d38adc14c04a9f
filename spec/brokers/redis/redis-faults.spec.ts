import type { Redis } from 'ioredis'
import { ack } from 'rxcrew'
import { RedisBusError, type RedisBus } from 'rxcrew/redis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listen, type Listener, messageOf, numbered } from '../../../src/testing/bus-listener.js'
import { type RedisServer, redisServer } from '../support/redis-server.js'
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.js'
import { admin, busOn, CLIENTS, eventually, statusOf } from './redis-stand.js'

const LIMIT = 10

const distinct = (listener: Listener): number => new Set(listener.payloads()).size

describe.each(CLIENTS)('over $name, with a connection that is disturbed', (clients) => {
  let server: RedisServer
  let proxy: TcpProxy
  let outside: Redis
  let bus: RedisBus

  beforeEach(async () => {
    server = await redisServer()
    proxy = await tcpProxy(server.port)
    outside = admin(server.port)
    bus = busOn(clients, proxy.port, { answerWithinMs: 500 })
  })

  afterEach(async () => {
    await bus.close()
    outside.disconnect()
    await proxy.close()
    await server.close()
  })

  const acking = (topic = 't'): Listener => listen(bus, { topic, group: 'g', limit: LIMIT, each: (delivery) => void delivery.settle(ack).catch(() => false) })

  const arrives = async (listener: Listener, payload: unknown): Promise<void> => {
    await eventually('publishing is confirmed again', () => bus.publish([messageOf('t', payload)]).then(() => true, () => false))
    await eventually(`${String(payload)} arrives`, () => listener.payloads().includes(payload))
  }

  it('goes on after a blip, loses nothing, and delivers again at most what was on its way', async () => {
    const status = statusOf(bus)
    const listener = acking()
    await arrives(listener, 'before')
    let [published, failed] = [0, 0]
    for (let piece = 0; piece < 20; piece += 1) {
      if (piece % 5 === 2) proxy.reset()
      const messages = numbered('t', 50).map((message) => ({ ...message, payload: piece * 50 + Number(message.payload) }))
      // oxlint-disable-next-line no-await-in-loop
      await bus.publish(messages).then(() => (published += 50), () => (failed += 50))
    }
    await eventually('all that was confirmed is handled', () => distinct(listener) - 1 >= published)
    expect(distinct(listener) - 1).toBeLessThanOrEqual(published + failed)
    const again = listener.got.length - distinct(listener)
    expect(again).toBeLessThanOrEqual(4 * LIMIT + failed)
    await eventually('it is live', () => status.at(-1) === 'live')
    expect(status).toContain('degraded')
  })

  it('is lost while the server is down, and goes on with the empty one that takes its place', async () => {
    const status = statusOf(bus)
    const listener = acking()
    await arrives(listener, 'before')
    await server.kill()
    await eventually('it is lost', () => status.at(-1) === 'lost')
    await expect(bus.publish([messageOf('t', 'meanwhile')])).rejects.toThrow(RedisBusError)
    await server.start()
    await arrives(listener, 'after')
    await eventually('it is live', () => status.at(-1) === 'live')
  })

  it('delivers what was published to an emptied server before the group was there again', async () => {
    const listener = acking()
    await arrives(listener, 'before')
    await outside.multi().flushall().xadd('rxcrew:t', '*', 'm', JSON.stringify(messageOf('t', 'between'))).exec()
    await eventually('it arrives', () => listener.payloads().includes('between'))
  })

  it('makes a deleted stream and its group anew, whether it was waiting or had no room', async () => {
    const listener = acking()
    await arrives(listener, 'before')
    await outside.del('rxcrew:t')
    await arrives(listener, 'after')
    listener.limit$.next(0)
    await outside.del('rxcrew:t')
    await bus.publish([messageOf('t', 'paused')])
    listener.limit$.next(LIMIT)
    await eventually('it arrives', () => listener.payloads().includes('paused'))
  })

  it('takes a silent connection for dead, fails what was to be published, and goes on when it can', async () => {
    const status = statusOf(bus)
    const listener = acking()
    await arrives(listener, 'before')
    proxy.silence()
    await expect(bus.publish([messageOf('t', 'into the hole')])).rejects.toThrow('no answer within 500 ms')
    await eventually('it is lost', () => status.at(-1) === 'lost')
    proxy.reset()
    proxy.restore()
    await arrives(listener, 'after')
    await eventually('it is live', () => status.at(-1) === 'live')
  })

  it('delivers at once what a broken connection was given and never brought, as the same attempt', async () => {
    const patient = busOn(clients, proxy.port, { leaseMs: 60_000, blockMs: 500, answerWithinMs: 500 })
    const listener = listen(patient, { topic: 't', group: 'g', limit: 1 })
    await patient.publish([messageOf('t', 0)])
    await eventually('the first comes', () => listener.got.length === 1)
    proxy.delay(200)
    listener.limit$.next(3)
    await outside.xadd('rxcrew:t', '*', 'm', JSON.stringify(messageOf('t', 1)))
    await eventually('the server has given it', async () => Number((await outside.xpending('rxcrew:t', 'g'))[0]) === 2)
    proxy.reset()
    proxy.delay(0)
    await eventually('it comes', () => listener.got.length === 2, 5_000)
    expect(listener.got.map(({ attempt }) => attempt)).toEqual([1, 1])
    expect(await listener.settle(0, ack)).toBe(true)
    await patient.close()
  })

  it('tells a settlement again whose answer was lost with the connection, and says that it was taken', async () => {
    const patient = busOn(clients, proxy.port, { leaseMs: 60_000, answerWithinMs: 500 })
    const listener = listen(patient, { topic: 't', group: 'g' })
    await patient.publish([messageOf('t', 0), messageOf('t', 1)])
    await eventually('both come', () => listener.got.length === 2)
    proxy.delay(200)
    const settled = Promise.all([listener.settle(0, ack), listener.settle(1, { type: 'reject', reason: 'no use' })])
    await eventually('the server knows', async () => (await outside.xlen('rxcrew:t.dead')) === 1)
    proxy.reset()
    proxy.delay(0)
    expect(await settled).toEqual([true, true])
    expect([await outside.xlen('rxcrew:t.dead'), patient.late]).toEqual([1, 0])
    await patient.close()
  })

  it('closes within its patience while the server does not answer', async () => {
    const listener = acking()
    await arrives(listener, 'before')
    proxy.silence()
    const fromMs = performance.now()
    await bus.close()
    expect(performance.now() - fromMs).toBeLessThan(2_000)
    expect(listener.end).toBe('completed')
  })
})
