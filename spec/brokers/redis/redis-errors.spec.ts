import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { firstValueFrom, of } from 'rxjs'
import { MessageError, OptionsError } from 'rxcrew'
import { redisBus, RedisBusError, type RedisClient } from 'rxcrew/redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { messageOf } from '../../../src/testing/bus-listener.js'
import { freePort } from '../support/child.js'
import { type RedisServer, redisServer } from '../support/redis-server.js'
import { admin } from './redis-stand.js'

let server: RedisServer
let outside: Redis

beforeAll(async () => {
  server = await redisServer('--requirepass', 'secret')
  outside = new Redis({ port: server.port, password: 'secret' })
  await outside.call('ACL', ['SETUSER', 'reader', 'on', '>pw', '~*', '+@all', '-eval', '-evalsha', '-xreadgroup'])
})

afterAll(async () => {
  outside.disconnect()
  await server.close()
})

interface Login {
  readonly port: number
  readonly username?: string
  readonly password?: string
}

const none = (): void => undefined

const CLIENTS: readonly { readonly name: string; make(login: Login): RedisClient }[] = [
  { name: 'ioredis', make: (login) => new Redis({ ...login, lazyConnect: true }).on('error', none) },
  { name: 'node-redis', make: ({ port, ...login }) => createClient({ socket: { port, host: '127.0.0.1' }, ...login }).on('error', none) },
]

describe.each(CLIENTS)('over $name', ({ name, make }) => {
  const outcomes = async (login: Login, topic = 't'): Promise<readonly unknown[]> => {
    const bus = redisBus({ client: make(login), answerWithinMs: 1_000 })
    const failures = await Promise.all([
      firstValueFrom(bus.deliveries({ topic, group: 'g', limit$: of(1) })).catch((error: unknown) => error),
      bus.publish([messageOf(topic, 1)]).catch((error: unknown) => error),
    ])
    await bus.close()
    return failures
  }

  const codes = (failures: readonly unknown[]): readonly unknown[] => failures.map((error) => (error instanceof RedisBusError ? error.code : error))

  it('a wrong address is told at once, with what the client said', async () => {
    const failures = await outcomes({ port: await freePort() })
    expect(codes(failures)).toEqual(['unreachable', 'unreachable'])
    expect(String(failures[0])).toMatch(/there is no connection to Redis: .*ECONNREFUSED/)
  })

  it('a wrong password is told as such, and so is none', async () => {
    expect(codes(await outcomes({ port: server.port, password: 'wrong' }))).toEqual(['refused', 'refused'])
    expect(codes(await outcomes({ port: server.port }))).toEqual(['refused', 'refused'])
  })

  it('a key of another type is told by whoever reads or publishes', async () => {
    await outside.set('rxcrew:other', 'text')
    expect(codes(await outcomes({ port: server.port, password: 'secret' }, 'other'))).toEqual(['wrongType', 'wrongType'])
  })

  it('a missing right is told', async () => {
    const [reading] = await outcomes({ port: server.port, username: 'reader', password: 'pw' })
    expect(codes([reading])).toEqual(['forbidden'])
    expect(String(reading)).toContain('NOPERM')
  })

  it('a dead letter that cannot be stored rejects the settlement, and the message comes again', async () => {
    const bus = redisBus({ client: make({ port: server.port, password: 'secret' }), leaseMs: 300 })
    const topic = `blocked-${name}`
    await outside.set(`rxcrew:${topic}.dead`, 'text')
    await bus.publish([messageOf(topic, 1)])
    const attempts: number[] = []
    const failures: unknown[] = []
    await new Promise<void>((resolve, reject) => {
      bus.deliveries({ topic, group: 'g', limit$: of(1) }).subscribe({
        error: reject,
        next: (delivery) => {
          attempts.push(delivery.attempt)
          delivery.settle({ type: 'reject', reason: 'no use' }).then(() => undefined, (error: unknown) => failures.push(error))
          if (attempts.length === 2) resolve()
        },
      })
    })
    expect([attempts, codes(failures.slice(0, 1))]).toEqual([[1, 2], ['wrongType']])
    await bus.close()
  })
})

describe('redisBus', () => {
  it('names every wrong option at once', () => {
    const wrong: object = { client: {}, leaseMs: 1, maxAttempts: 0, topic: 't' }
    // @ts-expect-error: all of it is wrong.
    const make = (): unknown => redisBus(wrong)
    expect(make).toThrow(OptionsError)
    expect(make).toThrow(/client.*leaseMs.*maxAttempts/s)
  })

  it('uses copies of the client and leaves it as it was', async () => {
    const client = new Redis({ port: server.port, password: 'secret' })
    const bus = redisBus({ client })
    await bus.publish([messageOf('copies', 1)])
    await bus.close()
    expect(await client.ping()).toBe('PONG')
    client.disconnect()
  })

  it('asks a function for a client whenever it needs a connection', async () => {
    let made = 0
    const client = (): Redis => {
      made += 1
      return admin(server.port).duplicate({ password: 'secret' })
    }
    const bus = redisBus({ client })
    await bus.publish([messageOf('made', 1)])
    await firstValueFrom(bus.deliveries({ topic: 'made', group: 'g', limit$: of(1) }))
    expect(made).toBe(2)
    await bus.close()
  })

  it('publishes nothing of what holds something that is no message', async () => {
    const bus = redisBus({ client: new Redis({ port: server.port, password: 'secret', lazyConnect: true }) })
    await expect(bus.publish([messageOf('half', 1), messageOf('half', () => 1)])).rejects.toThrow(MessageError)
    expect(await outside.exists('rxcrew:half')).toBe(0)
    await bus.close()
  })
})
