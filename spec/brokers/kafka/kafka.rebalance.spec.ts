import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kafkaBus } from '../../../src/bus/kafka/kafka-bus.js'
import { kafkajsClient } from '../../../src/bus/kafka/kafkajs-client.js'
import { listen, messageOf, numbered, received } from '../../../src/testing/bus-listener.js'
import { freePort } from '../support/child.js'
import { busOn, patient } from '../support/kafka-buses.js'
import { type KafkaMock, kafkaMock } from '../support/kafka-mock.js'

let mock: KafkaMock

beforeAll(async () => {
  mock = await kafkaMock()
})

afterAll(() => mock.end())

const ack = { type: 'ack' } as const

describe('a Kafka bus', () => {
  it('has more at work than there are partitions', async () => {
    const bus = busOn(mock, 'many.')
    const listener = listen(bus, { topic: 'many', group: 'g', limit: 64 })
    await bus.publish(numbered('many', 100))
    await patient(bus).eventually('64 are at work', () => listener.unsettled === 64)
    await bus.close()
  }, 120_000)

  it('brings what was open when it closed again, and nothing that was settled before it', async () => {
    const first = busOn(mock, 'again.')
    const listener = listen(first, { topic: 'again', group: 'g' })
    await first.publish(numbered('again', 10, { key: 'one partition' }).map((message, index) => ({ ...message, key: `${index}` })))
    await patient(first).eventually('all come', () => listener.got.length === 10)
    const open = 4
    await Promise.all(listener.got.filter((_, index) => index !== open).map((delivery) => delivery.settle(ack)))
    const left = received(listener.at(open)).payload
    await first.close()

    const second = busOn(mock, 'again.')
    const heir = listen(second, { topic: 'again', group: 'g' })
    await patient(second).eventually('what was open comes', () => heir.payloads().includes(left))
    await second.close()
  }, 120_000)

  it('says so when there is nobody at the address', async () => {
    const port = await freePort()
    const bus = kafkaBus({ client: kafkajsClient(new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING, retry: { retries: 0 } })) })
    const listener = listen(bus, { topic: 'nobody', group: 'g' })
    await expect(bus.publish([messageOf('nobody', 1)])).rejects.toThrow(/^kafkaBus: no connection: .*ECONNREFUSED/)
    await patient(bus).eventually('the listener is told', () => listener.end !== 'none')
    expect(listener.end).toMatchObject({ error: { message: expect.stringContaining('kafkaBus: no connection') } })
    await bus.close()
  })

  it('refuses a name that Kafka does not take', async () => {
    const bus = busOn(mock, 'name.')
    await expect(bus.publish([messageOf('a topic', 1)])).rejects.toThrow("the name 'name.a topic' should have at most 249 letters")
    await bus.close()
  })
})
