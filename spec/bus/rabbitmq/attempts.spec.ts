import { describe, expect, it } from 'vitest'
import { historyHeaders, historyOf } from '../../../src/bus/rabbitmq/attempts.js'

const raw = (headers: Record<string, unknown> | undefined, redelivered = false): Parameters<typeof historyOf>[0] => ({
  fields: { consumerTag: 't', deliveryTag: 1, redelivered, exchange: '', routingKey: '' },
  properties: {
    headers, contentType: undefined, contentEncoding: undefined, deliveryMode: undefined, priority: undefined, correlationId: undefined, replyTo: undefined, expiration: undefined,
    messageId: undefined, timestamp: undefined, type: undefined, userId: undefined, appId: undefined, clusterId: undefined,
  },
})

describe('the deliveries of a message before this one', () => {
  it('are none for a new one', () => {
    expect(historyOf(raw(undefined))).toEqual({ attempts: 0, firstAtMs: undefined })
  })

  it('are what the server counted on top of what its copy was given', () => {
    const headers = { ...historyHeaders({ attempts: 3, firstAtMs: 17 }), 'x-delivery-count': 2 }
    expect(historyOf(raw(headers, true))).toEqual({ attempts: 5, firstAtMs: 17 })
  })

  it('are one at least where the server only knows that it came before', () => {
    expect(historyOf(raw(undefined, true)).attempts).toBe(1)
  })

  it('are not believed when they are no counts', () => {
    expect(historyOf(raw({ 'x-rxcrew-attempts': 'many', 'x-rxcrew-first-at': -1, 'x-delivery-count': 0.5 }))).toEqual({ attempts: 0, firstAtMs: undefined })
  })
})
