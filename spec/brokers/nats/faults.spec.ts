import { jetstreamManager } from '@nats-io/jetstream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listen, messageOf, numbered } from '../../../src/testing/bus-listener.js'
import { type NatsServer, startNatsServer } from '../support/nats-server.js'
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.js'
import { Journal, publishSurely, type Stand, standAt, until } from './nats-stand.js'

let server: NatsServer
let proxy: TcpProxy
let stand: Stand

beforeEach(async () => {
  server = await startNatsServer()
  proxy = await tcpProxy(server.port)
  stand = await standAt(`nats://127.0.0.1:${proxy.port}`)
})

afterEach(async () => {
  await stand.close()
  await proxy.close()
  await server.close()
})

const consume = (limit = 20): Journal => {
  const journal = new Journal()
  listen(stand.bus, { topic: 't', group: 'g', limit, each: journal.take })
  return journal
}

/** Publishes while something happens at the first message that is handled after the tenth. */
const during = async (journal: Journal, count: number, happen: () => Promise<void> | void): Promise<number> => {
  const publishing = publishSurely(stand.bus, numbered('t', count))
  await until('some are handled', () => journal.handled.size > 10)
  await happen()
  return publishing
}

describe('when the connection is cut', () => {
  it('consumption goes on by itself and every message is handled', async () => {
    const journal = consume()
    await during(journal, 2_000, () => proxy.reset())
    await until('all are handled', () => journal.handled.size === 2_000)
    expect(stand.statuses).toEqual(['live', 'connecting', 'live'])
    // What was out at the cut, and what one publish held.
    expect(journal.twice).toBeLessThanOrEqual(20 + 50)
  })

  it('a settlement waits for the connection, and its message does not come again', async () => {
    const listener = listen(stand.bus, { topic: 't', group: 'g' })
    await stand.bus.publish([messageOf('t', 1)])
    await until('it comes', () => listener.got.length === 1)
    proxy.reset()
    await until('that is noticed', () => stand.statuses.includes('connecting'))
    expect(await listener.settle(0, { type: 'ack' })).toBe(true)
    await stand.bus.publish([messageOf('t', 2)])
    await until('the next comes', () => listener.got.length === 2)
    expect(listener.payloads()).toEqual([1, 2])
  })
})

describe('when the server is killed', () => {
  it('and comes back with its data, every message is handled', async () => {
    const journal = consume()
    const failures = await during(journal, 2_000, async () => {
      await server.kill()
      await until('that is noticed', () => stand.statuses.includes('connecting'))
      await server.start('kept')
    })
    await until('all are handled', () => journal.handled.size === 2_000)
    expect(stand.statuses.at(-1)).toBe('live')
    expect(failures).toBeLessThan(20)
  })

  it('and comes back empty, stream and consumer are made again', async () => {
    const journal = consume()
    await stand.bus.publish(numbered('t', 100))
    await until('all are handled', () => journal.handled.size === 100)
    await server.kill()
    await server.start('empty')
    await publishSurely(stand.bus, numbered('t', 200).slice(100))
    await until('the others are handled', () => journal.handled.size === 200)
    expect(journal.twice).toBe(0)
  })

  it('and comes back empty, a settlement from before settles nothing that came since', async () => {
    const listener = listen(stand.bus, { topic: 't', group: 'g', limit: 1 })
    await stand.bus.publish([messageOf('t', 'old')])
    await until('it comes', () => listener.got.length === 1)
    await server.kill()
    await server.start('empty')
    const settled = listener.settle(0, { type: 'ack' })
    await publishSurely(stand.bus, [messageOf('t', 'new')])
    await until('the new one comes', () => listener.got.length === 2)
    expect([await settled, listener.at(0).lost.aborted, listener.payloads()]).toEqual([false, false, ['old', 'new']])
    expect(stand.bus.late()).toBe(1)
    expect(await listener.settle(1, { type: 'ack' })).toBe(true)
  })

  it('a publish that was not confirmed rejects', async () => {
    await stand.bus.publish([messageOf('t', 0)])
    await server.kill()
    await expect(stand.bus.publish([messageOf('t', 1)])).rejects.toThrow(/natsBus: (the connection was lost|there was no connection)/)
    await server.start('kept')
  })
})

describe('when somebody deletes', () => {
  it('the stream, it is made again and what is published since is handled', async () => {
    const journal = consume()
    await stand.bus.publish(numbered('t', 100))
    await until('all are handled', () => journal.handled.size === 100)
    await (await jetstreamManager(stand.connection)).streams.delete('rxcrew-t')
    await publishSurely(stand.bus, numbered('t', 200).slice(100))
    await until('the others are handled', () => journal.handled.size === 200)
  })

  it('the consumer, nothing is lost, and what was acknowledged does not come again', async () => {
    const journal = consume()
    await during(journal, 2_000, async () => {
      const { consumers } = await jetstreamManager(stand.connection)
      for await (const { name } of consumers.list('rxcrew-t')) await consumers.delete('rxcrew-t', name)
    })
    await until('all are handled', () => journal.handled.size === 2_000)
    // Handled while nobody could be told of it.
    expect(journal.twice).toBeLessThanOrEqual(20)
  })

  it('the consumer while its listener has no room, it is noticed all the same', async () => {
    const listener = listen(stand.bus, { topic: 't', group: 'g', limit: 1 })
    await stand.bus.publish(numbered('t', 2))
    await until('one comes', () => listener.got.length === 1)
    const { consumers } = await jetstreamManager(stand.connection)
    for await (const { name } of consumers.list('rxcrew-t')) await consumers.delete('rxcrew-t', name)
    await until('it is lost', () => listener.at(0).lost.aborted)
    await until('it comes again', () => listener.got.length === 2)
    expect(listener.payloads()).toEqual([0, 0])
  })
})

describe('when the connection goes silent', () => {
  it('that is noticed, and consumption goes on over a new one', async () => {
    const journal = consume()
    await stand.bus.publish(numbered('t', 10))
    await until('all are handled', () => journal.handled.size === 10)
    proxy.silence()
    await until('that is noticed', () => stand.statuses.includes('connecting'), 5_000)
    proxy.restore()
    await until('it is live again', () => stand.statuses.at(-1) === 'live', 5_000)
    await publishSurely(stand.bus, numbered('t', 20).slice(10))
    await until('the others are handled', () => journal.handled.size === 20)
  })

  it('a publish that nobody confirms rejects', async () => {
    await stand.bus.publish([messageOf('t', 0)])
    proxy.silence()
    await expect(stand.bus.publish([messageOf('t', 1)])).rejects.toThrow('may have arrived')
    proxy.restore()
    await publishSurely(stand.bus, [messageOf('t', 2)])
  })
})
