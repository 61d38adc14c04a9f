import type { Redis } from 'ioredis'
import { ack, createMessage } from 'rxcrew'
import type { RedisBus, RedisBusOptions } from 'rxcrew/redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listen, messageOf, numbered, payloadOf } from '../../../src/testing/bus-listener.js'
import { type RedisServer, redisServer } from '../support/redis-server.js'
import { stringsOf } from '../../../src/bus/redis/redis-reply.js'
import { admin, busOn, CLIENTS, eventually, LEASE_MS } from './redis-stand.js'

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

describe.each(CLIENTS)('over $name, in a group of several processes', (clients) => {
  const open: RedisBus[] = []
  const bus = (options: Partial<RedisBusOptions> = {}): RedisBus => {
    const made = busOn(clients, server.port, options)
    open.push(made)
    return made
  }
  const consumers = async (): Promise<number> => stringsOf(await outside.call('XINFO', ['CONSUMERS', 'rxcrew:t', 'g'])).length
  const pending = async (): Promise<number> => Number((await outside.xpending('rxcrew:t', 'g'))[0])

  beforeEach(() => outside.flushall())

  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()))
  })

  it('a settlement and a renewal from before the message was taken over come too late, and are counted', async () => {
    const [slow, quick] = [bus({ leaseMs: 60_000 }), bus()]
    const first = listen(slow, { topic: 't', group: 'g', limit: 2 })
    await slow.publish(numbered('t', 2))
    await eventually('both come', () => first.got.length === 2)
    const second = listen(quick, { topic: 't', group: 'g', limit: 2 })
    await eventually('both are taken over', () => second.got.length === 2)
    expect(await first.settle(0, ack)).toBe(false)
    expect(await first.at(1).extend()).toBe(false)
    expect([first.at(1).lost.aborted, slow.late]).toEqual([true, 1])
    expect(await Promise.all([second.settle(0, ack), second.settle(1, ack)])).toEqual([true, true])
    expect(await pending()).toBe(0)
  })

  it('what one renews is not taken over by one with a shorter lease', async () => {
    const [keeper, other] = [bus(), bus()]
    const kept = listen(keeper, { topic: 't', group: 'g' })
    await keeper.publish([messageOf('t', 0)])
    await eventually('it comes', () => kept.got.length === 1)
    const thief = listen(other, { topic: 't', group: 'g' })
    const untilMs = performance.now() + 3 * LEASE_MS
    await eventually('three leases pass', async () => (await kept.at(0).extend()) && performance.now() > untilMs)
    expect([thief.got.length, kept.at(0).lost.aborted]).toEqual([0, false])
    expect(await kept.settle(0, ack)).toBe(true)
  })

  it('a consumer that died with a message counts as an attempt, up to the last, which makes a dead letter', async () => {
    await outside.xgroup('CREATE', 'rxcrew:t', 'g', '0', 'MKSTREAM')
    await outside.xadd('rxcrew:t', '*', 'm', JSON.stringify(messageOf('t', 'poison')))
    await outside.xreadgroup('GROUP', 'g', 'died', 'STREAMS', 'rxcrew:t', '>')
    const alive = bus({ maxAttempts: 3 })
    const listener = listen(alive, { topic: 't', group: 'g' })
    const dead = listen(alive, { topic: 't.dead', group: 'g' })
    await eventually('it is dead', () => dead.got.length === 1)
    expect(listener.got.map(({ attempt }) => attempt)).toEqual([2, 3])
    expect(payloadOf(dead.at(0))).toMatchObject({ attempts: 3, reason: 'its lease ended on delivery 3 of 3' })
  })

  it('a retry comes when it is due, to whoever has room', async () => {
    const [busy, free] = [bus({ leaseMs: 60_000 }), bus({ leaseMs: 60_000 })]
    const one = listen(busy, { topic: 't', group: 'g', limit: 1 })
    await busy.publish(numbered('t', 2))
    await eventually('the first comes', () => one.got.length === 1)
    const fromMs = performance.now()
    await one.settle(0, { type: 'retry', afterMs: 400 })
    await eventually('the second comes', () => one.got.length === 2)
    const other = listen(free, { topic: 't', group: 'g' })
    await eventually('the first comes again', () => other.got.length === 1)
    const tookMs = performance.now() - fromMs
    expect(tookMs).toBeGreaterThanOrEqual(400)
    expect(tookMs).toBeLessThan(700)
    expect([payloadOf(other.at(0)), other.at(0).attempt]).toEqual([0, 2])
  })

  it('retries are kept when the process that asked for them is gone', async () => {
    const [gone, next] = [bus(), bus()]
    const one = listen(gone, { topic: 't', group: 'g' })
    await gone.publish([messageOf('t', 0)])
    await eventually('it comes', () => one.got.length === 1)
    await one.settle(0, { type: 'retry', afterMs: 300 })
    await gone.close()
    const other = listen(next, { topic: 't', group: 'g' })
    await eventually('it comes again', () => other.got.length === 1)
    expect(other.at(0).attempt).toBe(2)
  })

  it('closing waits for what is being settled, hands back the rest at once, and leaves no consumer behind', async () => {
    const [closing, staying] = [bus({ leaseMs: 60_000 }), bus({ leaseMs: 60_000 })]
    const leaver = listen(closing, { topic: 't', group: 'g' })
    await closing.publish(numbered('t', 20))
    await eventually('all come', () => leaver.got.length === 20)
    const settled = Promise.all(leaver.got.slice(0, 10).map((delivery) => delivery.settle(ack)))
    const other = listen(staying, { topic: 't', group: 'g' })
    await closing.close()
    expect(await settled).toEqual(Array.from({ length: 10 }, () => true))
    await eventually('the others come to the one who stays', () => other.got.length === 10)
    expect([await consumers(), new Set(other.payloads()).size]).toEqual([2, 10])
  })

  it('a limit that falls while a read waits holds nothing back', async () => {
    const [falling, free] = [bus({ blockMs: 60_000 }), bus()]
    const none = listen(falling, { topic: 't', group: 'g', limit: 50 })
    await eventually('it waits', async () => / flags=b /.test(String(await outside.client('LIST'))))
    none.limit$.next(0)
    await eventually('it waits no more', async () => !/ flags=b /.test(String(await outside.client('LIST'))))
    await falling.publish(numbered('t', 5))
    const all = listen(free, { topic: 't', group: 'g' })
    await eventually('the other has all', () => all.got.length === 5)
    expect([none.got.length, all.got.map(({ attempt }) => attempt)]).toEqual([0, [1, 1, 1, 1, 1]])
  })

  it('what all groups are done with is trimmed, and what one still holds is not', async () => {
    const trimming = bus()
    const holding = listen(trimming, { topic: 't', group: 'other', limit: 1 })
    const acking = listen(trimming, { topic: 't', group: 'g', each: (delivery) => void delivery.settle(ack).catch(() => false) })
    await trimming.publish(numbered('t', 1_000))
    await eventually('one group is done', () => acking.got.length === 1_000)
    await eventually('the other has one', () => holding.got.length === 1)
    expect(await outside.xlen('rxcrew:t')).toBe(1_000)
    holding.limit$.next(1_000)
    const settle = (): void => void holding.ackAll()
    await eventually('the other is done', () => (settle(), new Set(holding.payloads()).size === 1_000))
    await eventually('it is trimmed', async () => (settle(), (await outside.xlen('rxcrew:t')) < 200))
  })

  it('a listener without a group leaves nothing in Redis when it goes', async () => {
    const alone = bus()
    const listener = listen(alone, { topic: 'answers', each: (delivery) => void delivery.settle(ack).catch(() => false) })
    await alone.publish(numbered('answers', 3))
    await eventually('all come', () => listener.got.length === 3)
    await alone.close()
    expect(await outside.keys('*')).toEqual([])
  })

  it('entries of other programs are decoded by the option, and without it delivered with what they hold', async () => {
    const decode: RedisBusOptions['decode'] = ({ topic, id, fields }) => {
      if (fields['kind'] === 'odd') throw new Error('an odd kind')
      return fields['n'] === undefined ? undefined : createMessage(Number(fields['n']), { id, topic, sentAtMs: 1 })
    }
    await outside.xadd('rxcrew:t', '*', 'n', '7')
    await outside.xadd('rxcrew:t', '*', 'kind', 'odd')
    await outside.xadd('rxcrew:t', '*', 'a', '1', 'b', '2')
    await outside.xadd('rxcrew:t', '*', 'm', Buffer.from([0xff, 0xfe]))
    const knowing = listen(bus({ decode }), { topic: 't', group: 'g' })
    await eventually('all come', () => knowing.got.length === 4)
    expect(knowing.payloads().slice(0, 3)).toEqual([7, 'decode failed: an odd kind', 'decode made no message of the entry'])
    expect(String(knowing.payloads()[3])).toContain('should be JSON')
    const plain = listen(bus(), { topic: 't', group: 'plain' })
    await eventually('it listens', async () => stringsOf(await outside.call('XINFO', ['GROUPS', 'rxcrew:t'])).length === 2)
    await outside.xadd('rxcrew:t', '*', 'a', '1', 'b', '2')
    await eventually('it comes', () => plain.got.length === 1)
    expect(payloadOf(plain.at(0))).toBe(`the entry should have the field 'm', but has 'a', 'b'`)
  })
})
