import { describe, expect, it } from 'vitest'
import { graceOf, settingsOf } from '../../../src/bus/nats/nats-options.js'

const told = (given: unknown): string => {
  try {
    Reflect.apply(settingsOf, undefined, [given])
  } catch (error) {
    return String(error)
  }
  return ''
}

const connection = { info: { max_payload: 100_000 }, publish: () => undefined, subscribe: () => undefined, request: () => undefined, status: () => undefined }

describe('the options of the NATS bus', () => {
  it('are told with every problem at once', () => {
    const text = told({ leaseMs: 5, maxAttempts: 0, storage: 'disk', prefix: 'a.b', replicas: 9, heartbeatMs: 1 })
    for (const name of ['connection', 'leaseMs', 'maxAttempts', 'storage', 'prefix', 'replicas', 'heartbeatMs']) expect(text).toContain(name)
  })

  it('refuse a message that the server would not take', () => {
    expect(told({ connection, maxMessageBytes: 83_617 })).toContain('maxMessageBytes')
    expect(told({ connection, maxMessageBytes: 83_616 })).toBe('')
  })

  it('leave the server a moment longer than the lease', () => {
    expect([graceOf(400), graceOf(30_000)]).toEqual([100, 500])
  })
})
