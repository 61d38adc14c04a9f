import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectNatsBus } from '../../../src/bus/nats/connect-nats-bus.js'
import { natsBus } from '../../../src/bus/nats/nats-bus.js'
import { listen, messageOf, received } from '../../../src/testing/bus-listener.js'
import { freePort, scratchFolder } from '../support/child.js'
import { type NatsServer, startNatsServer } from '../support/nats-server.js'
import { tcpProxy } from '../support/tcp-proxy.js'
import { until } from './nats-stand.js'

// One who may do all, one who may use streams and make none.
const ACCOUNTS = `authorization { users = [
  { user: all, password: secret }
  { user: some, password: secret, permissions: { publish: { deny: ["$JS.API.STREAM.CREATE.>"] } } }
] }`

let server: NatsServer
let folder: Awaited<ReturnType<typeof scratchFolder>>

beforeAll(async () => {
  folder = await scratchFolder()
  await writeFile(`${folder.path}/accounts.conf`, ACCOUNTS)
  server = await startNatsServer('-c', `${folder.path}/accounts.conf`)
})

afterAll(async () => {
  await server.close()
  await folder.remove()
})

const as = (user: string, pass = 'secret') => ({ servers: server.url, user, pass })

describe('a bus with a connection of its own', () => {
  it('works, and closes the connection with itself', async () => {
    const proxy = await tcpProxy(server.port)
    const bus = await connectNatsBus({ connect: { ...as('all'), servers: `nats://127.0.0.1:${proxy.port}` }, storage: 'memory', prefix: 'own' })
    expect(proxy.open).toBe(1)
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish([messageOf('t', 1)])
    await until('it comes', () => listener.got.length === 1)
    expect(received(listener.at(0)).payload).toBe(1)
    await bus.close()
    expect(listener.end).toBe('completed')
    await until('its connection is closed', () => proxy.open === 0)
    await proxy.close()
  })

  it('names the address where nobody answers', async () => {
    const address = `nats://127.0.0.1:${await freePort()}`
    await expect(connectNatsBus({ connect: { servers: address } })).rejects.toThrow(new RegExp(`^natsBus: there is no connection to ${address}: .*refused`, 'i'))
  })

  it('says that a password is refused', async () => {
    await expect(connectNatsBus({ connect: as('all', 'wrong') })).rejects.toThrow(/^natsBus: there is no connection to .*: .*authorization/i)
  })

  it('is refused with wrong options before it connects', async () => {
    await expect(connectNatsBus({ connect: as('all'), leaseMs: 1 })).rejects.toThrow('leaseMs')
  })
})

describe('a stream that is missing and may not be made', () => {
  it('errors who listens and rejects who publishes, with what and why', async () => {
    const connection = await connect(as('some'))
    const bus = natsBus({ connection, prefix: 'denied' })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await until('it ends', () => listener.end !== 'none')
    const why = /^natsBus: topic 't': there is no stream 'denied-t', and it cannot be made: .*Permissions Violation.*STREAM\.CREATE/i
    expect(listener.end).toMatchObject({ error: { message: expect.stringMatching(why) } })
    await expect(bus.publish([messageOf('t', 1)])).rejects.toThrow(why)
    await bus.close()
    await connection.close()
  })

  it('is used by whoever may not make one, when it was made by another', async () => {
    const [all, some] = [await connect(as('all')), await connect(as('some'))]
    const [maker, user] = [natsBus({ connection: all, prefix: 'made', storage: 'memory' }), natsBus({ connection: some, prefix: 'made' })]
    await maker.prepare('t')
    const listener = listen(user, { topic: 't', group: 'g' })
    await user.publish([messageOf('t', 1)])
    await until('it comes', () => listener.got.length === 1)
    await Promise.all([maker.close(), user.close()])
    await Promise.all([all.close(), some.close()])
  })
})

describe('what cannot be used', () => {
  it('is a stream of that name with other subjects', async () => {
    const connection = await connect(as('all'))
    const bus = natsBus({ connection, prefix: 'taken' })
    await (await jetstreamManager(connection)).streams.add({ name: 'taken-t', subjects: ['elsewhere'], storage: 'memory' })
    await expect(bus.publish([messageOf('t', 1)])).rejects.toThrow("stream 'taken-t' should take taken.t with retention limits, but takes elsewhere")
    await bus.close()
    await connection.close()
  })

  it('is a topic that is longer than a name may be', async () => {
    const connection = await connect(as('all'))
    const bus = natsBus({ connection })
    await expect(bus.publish([messageOf('x'.repeat(300), 1)])).rejects.toThrow('the name of its stream should have at most 255 characters, but has 307')
    await bus.close()
    await connection.close()
  })

  it('is a full stream: publishing is refused, and nothing is dropped', async () => {
    const connection = await connect(as('all'))
    const bus = natsBus({ connection, prefix: 'full', storage: 'memory', maxMessages: 1 })
    await bus.publish([messageOf('t', 1)])
    await expect(bus.publish([messageOf('t', 2)])).rejects.toThrow("topic 't': the stream refused the message: maximum messages exceeded")
    const listener = listen(bus, { topic: 't', group: 'g' })
    await until('the first comes', () => listener.got.length === 1)
    expect(listener.payloads()).toEqual([1])
    await bus.close()
    await connection.close()
  })

  it('is a server without JetStream', async () => {
    const plain = await startNatsServer('--jetstream=false')
    try {
      const bus = await connectNatsBus({ connect: { servers: plain.url } })
      await expect(bus.publish([messageOf('t', 1)])).rejects.toThrow(/jetstream is not enabled/i)
      await bus.close()
    } finally {
      await plain.close()
    }
  })
})
