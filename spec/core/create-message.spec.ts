import { describe, expect, it } from 'vitest'
import { createMessage } from '../../src/core/create-message.js'

const NEEDED = { id: '1', topic: 'orders', sentAtMs: 7 }

describe('a message', () => {
  it('has its payload, what it cannot do without, and no headers unless there are some', () => {
    expect(createMessage({ a: 1 }, NEEDED)).toStrictEqual({ id: '1', topic: 'orders', payload: { a: 1 }, headers: {}, sentAtMs: 7 })
    expect(createMessage(0, { ...NEEDED, headers: { lang: 'en' } }).headers).toEqual({ lang: 'en' })
  })

  it.each([['key', 'k'], ['replyTo', 'replies'], ['correlationId', 'c'], ['from', 'sender'], ['expiresAtMs', 0]] as const)('has its %s when there is one', (part, value) => {
    expect(createMessage(0, { ...NEEDED, [part]: value })).toStrictEqual({ ...createMessage(0, NEEDED), [part]: value })
  })

  it('leaves out what is undefined', () => {
    const given = { ...NEEDED, key: undefined, replyTo: undefined, correlationId: undefined, from: undefined, expiresAtMs: undefined }
    expect(Object.keys(createMessage(0, given))).toEqual(['id', 'topic', 'payload', 'headers', 'sentAtMs'])
  })
})
