import { connect } from 'amqplib'
import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { deadTopic } from '../../../src/bus/bus.js'
import { namesOf } from '../../../src/bus/rabbitmq/names.js'
import { listen, messageOf, numbered } from '../../../src/testing/bus-listener.js'
import { freePort } from '../support/child.js'
import { rabbitmqStand, statuses } from './rabbitmq-stand.js'

const stand = rabbitmqStand()
const ack = { type: 'ack' } as const
const reasonOf = (working: Promise<unknown>): Promise<string> => working.then(() => 'it went well', String)

describe('a RabbitMQ bus that is not let in', () => {
  it('says so for a wrong address, to whoever publishes and to whoever listens', async () => {
    const port = await freePort()
    const bus = stand.bus({ url: `amqp://127.0.0.1:${port}`, patienceMs: 300 })
    const told = statuses(bus)
    const listener = listen(bus, { topic: 'nowhere', group: 'g' })
    expect(await reasonOf(bus.publish([messageOf('nowhere', 1)]))).toBe(
      `Error: rabbitmqBus: publishing to 'nowhere' failed: rabbitmqBus: no connection within 300 ms: connect ECONNREFUSED 127.0.0.1:${port}`)
    await stand.eventually('the listener is told', () => listener.end !== 'none')
    expect(listener.end).toMatchObject({ error: { message: `rabbitmqBus: no connection within 300 ms: connect ECONNREFUSED 127.0.0.1:${port}` } })
    await stand.eventually('it is lost', () => told.includes('lost'))
  })

  it('says so for a refused password, at once and once', async () => {
    const bus = stand.bus({ url: `amqp://guest:wrong@127.0.0.1:${stand.server.port}` })
    const listener = listen(bus, { topic: 'password', group: 'g' })
    expect(await reasonOf(bus.publish([messageOf('password', 1)]))).toContain('ACCESS_REFUSED')
    await stand.eventually('the listener is told', () => listener.end !== 'none')
    expect(listener.end).toMatchObject({ error: { message: expect.stringMatching(/^rabbitmqBus: the server does not let it in: .*403/) } })
  })

  it('says so when a queue of that name is of another kind, and other topics go on', async () => {
    const connection = await connect(stand.server.url)
    stand.after(() => connection.close())
    const channel = await connection.createChannel()
    await channel.assertQueue(namesOf('kind.').group('kind', 'g'), { durable: true })
    const bus = stand.bus({ prefix: 'kind.' })
    const [refused, other] = [listen(bus, { topic: 'kind', group: 'g' }), listen(bus, { topic: 'kind', group: 'other' })]
    await bus.publish([messageOf('kind', 1)])
    await stand.eventually('one is refused and the other served', () => refused.end !== 'none' && other.got.length === 1)
    expect(refused.end).toMatchObject({ error: { message: expect.stringMatching(/^rabbitmqBus: deliveries of 'kind' cannot be taken: .*PRECONDITION_FAILED/) } })
  })

  it('refuses options by name, all at once', () => {
    expect(() => stand.bus({ leaseMs: 0, maxAttempts: 0, connect: async () => connect(''), connection: undefined, url: 'http://x' })).toThrow(
      /rabbitmqBus: url should be an address like amqp:\/\/host:port, but is "http:\/\/x"; leaseMs .*; maxAttempts /)
  })
})

describe('a RabbitMQ bus', () => {
  it('goes over a connection that it was given, and leaves that open', async () => {
    const connection = await connect(stand.server.url)
    stand.after(() => connection.close())
    const bus = stand.bus({ connection })
    const listener = listen(bus, { topic: 'given', group: 'g' })
    await bus.publish([messageOf('given', 1)])
    await stand.eventually('it comes', () => listener.got.length === 1)
    await bus.close()
    await expect(connection.createChannel()).resolves.toBeDefined()
  })

  it('delivers what a foreign program wrote, with the reason why it is no message', async () => {
    const bus = stand.bus({ prefix: 'foreign.' })
    const listener = listen(bus, { topic: 'foreign', group: 'g' })
    await bus.publish([messageOf('foreign', 1)])
    await stand.eventually('ours comes', () => listener.got.length === 1)
    const connection = await connect(stand.server.url)
    stand.after(() => connection.close())
    const channel = await connection.createConfirmChannel()
    channel.publish(namesOf('foreign.').topic('foreign'), 'any.key', Buffer.from([0xff, 0xfe]), { headers: { 'x-rxcrew-attempts': 'many', 'x-delivery-count': -1 } })
    await stand.eventually('theirs comes', () => listener.got.length === 2)
    expect(listener.at(1)).toMatchObject({ attempt: 1, message: { left: { reason: expect.stringContaining('UTF-8') } } })
  })

  it('lets publishes that are under way end before it closes', async () => {
    const bus = stand.bus({ prefix: 'closing.' })
    await bus.publish([messageOf('closing', 'first')])
    const sent = Promise.allSettled(numbered('closing', 500).map((message) => bus.publish([message])))
    await bus.close()
    expect((await sent).filter(({ status }) => status === 'fulfilled')).toHaveLength(500)
    const after = stand.bus({ prefix: 'closing.' })
    const listener = listen(after, { topic: 'closing', group: 'g', limit: 1_000 })
    await stand.eventually('all are there', () => listener.got.length === 501)
  })

  it('brings to an end what is being settled when it closes, and gives the rest back', async () => {
    const bus = stand.bus({ prefix: 'ending.' })
    const listener = listen(bus, { topic: 'ending', group: 'g' })
    await bus.publish(numbered('ending', 3))
    await stand.eventually('they come', () => listener.got.length === 3)
    const settled = Promise.all([listener.settle(0, ack), listener.settle(1, { type: 'reject', reason: 'no' })])
    await bus.close()
    expect(await settled).toEqual([true, true])
    const after = stand.bus({ prefix: 'ending.' })
    const [again, dead] = [listen(after, { topic: 'ending', group: 'g' }), listen(after, { topic: deadTopic('ending'), group: 'd' })]
    await stand.eventually('the rest comes again, and the dead letter', () => again.got.length === 1 && dead.got.length === 1)
    expect([again.payloads(), again.at(0).attempt]).toEqual([[2], 2])
  })

  it('leaves nothing with a process that has no room: a pause gives back what was on its way', async () => {
    const [busy, free] = [stand.bus({ prefix: 'pause.' }), stand.bus({ prefix: 'pause.' })]
    const limit$ = new Subject<number>()
    const first = listen(busy, { topic: 'pause', group: 'g', limit$ })
    await busy.publish(numbered('pause', 200))
    limit$.next(100)
    limit$.next(1)
    limit$.next(0)
    const second = listen(free, { topic: 'pause', group: 'g', limit: 200 })
    await stand.eventually('the free one has all the busy one does not', () => second.got.length + first.got.length === 200)
    expect(first.unsettled).toBeLessThanOrEqual(100)
    expect(new Set([...first.payloads(), ...second.payloads()]).size).toBe(200)
  })

  it('follows a limit that moves all the time, and never has more unsettled', async () => {
    const bus = stand.bus()
    let limit = 8
    let most = 0
    const limit$ = new Subject<number>()
    const listener = listen(bus, { topic: 'moving', group: 'g', limit$, each: (delivery) => {
      most = Math.max(most, listener.unsettled - limit)
      limit = (limit * 7 + 3) % 11
      limit$.next(limit)
      void bus.publish([]).then(() => listener.settle(listener.got.indexOf(delivery), ack))
    } })
    await bus.publish(numbered('moving', 300))
    limit$.next(limit)
    await stand.eventually('all are handled', () => {
      if (limit === 0) limit$.next((limit = 3))
      return new Set(listener.payloads()).size === 300 && listener.unsettled === 0
    })
    expect(most).toBeLessThanOrEqual(0)
  })

  it('paces a retry of a listener without a group too, and counts it', async () => {
    const bus = stand.bus()
    const listener = listen(bus, { topic: 'alone' })
    await bus.publish([messageOf('alone', 1)])
    await stand.eventually('it comes', () => listener.got.length === 1)
    await listener.settle(0, { type: 'retry', afterMs: 50 })
    await stand.eventually('it comes again', () => listener.got.length === 2)
    expect(listener.at(1).attempt).toBe(2)
  })
})
