import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { namesOf, retryBucketMs } from '../../../src/bus/rabbitmq/names.js'
import { reconnectDelayMs } from '../../../src/bus/rabbitmq/reconnect-delay.js'
import { isRefusal, refused } from '../../../src/bus/rabbitmq/refusal.js'

describe('names on a RabbitMQ server', () => {
  const names = namesOf('p.')

  it('tell their kind, topic and group', () => {
    expect([names.topic('orders'), names.group('orders', 'mail')]).toEqual(['p.topic:orders', 'p.group:orders:mail'])
  })

  it('are refused when they are longer than AMQP allows, naming the topic', () => {
    expect(() => names.topic('x'.repeat(300))).toThrow(/topic 'x+' should give a name of at most 255 bytes, but it has 308/)
  })

  const short = fc.string({ minLength: 1, maxLength: 8 })
  test.prop([short, short, short, short])('are the same only for the same topic and group', (a, b, c, d) => {
    expect(names.group(a, b) === names.group(c, d)).toBe(a === c && b === d)
    expect(names.topic(a)).not.toBe(names.kept(c))
  })
})

describe('the queue in which a retry waits', () => {
  test.prop([fc.double({ min: 0, max: 2 ** 31 - 1, noNaN: true })])('holds delays up to twice its shortest', (afterMs) => {
    const upToMs = retryBucketMs(afterMs)
    expect(upToMs).toBeGreaterThanOrEqual(afterMs)
    expect(upToMs / 2 < afterMs || upToMs === 1).toBe(true)
  })
})

describe('the delay before a reconnection', () => {
  it('doubles from 100 ms to two seconds, half of it by chance', () => {
    expect([1, 2, 5, 6, 1_000_000].map((attempt) => reconnectDelayMs(attempt, 1))).toEqual([100, 200, 1_600, 2_000, 2_000])
    expect([1, 6].map((attempt) => reconnectDelayMs(attempt, 0))).toEqual([50, 1_000])
  })
})

describe('a refusal', () => {
  const coded = (code: number): Error => Object.assign(new Error('no'), { code })

  it('is told from what passes by itself', () => {
    const handshake = new Error('Handshake terminated by server: 403 (ACCESS_REFUSED) with message "…"')
    expect([coded(403), coded(406), coded(530), handshake].map(isRefusal)).toEqual([true, true, true, true])
    expect([coded(320), coded(404), coded(405), new Error('connect ECONNREFUSED'), undefined, 'text'].map(isRefusal)).toEqual([false, false, false, false, false, false])
  })

  it('is one sentence, also when a host has several addresses', () => {
    const cause = new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('connect ECONNREFUSED 127.0.0.1:1')])
    expect(refused('no connection', cause).message).toBe('rabbitmqBus: no connection: connect ECONNREFUSED ::1:1, connect ECONNREFUSED 127.0.0.1:1')
  })
})
