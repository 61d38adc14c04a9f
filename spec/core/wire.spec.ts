import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMessage } from '../../src/core/create-message.js'
import type { Message } from '../../src/core/message.js'
import { MessageError } from '../../src/core/message-error.js'
import { OptionsError } from '../../src/core/options-error.js'
import { copyMessage, decodeMessage, encodeMessage, plainMessage, type WireLimits } from '../../src/core/wire.js'

const hostile = new Set(['__proto__', 'constructor', 'prototype'])
const key = fc.string().filter((name) => !hostile.has(name))
const { json } = fc.letrec<{ json: unknown; leaf: unknown }>((tie) => ({
  leaf: fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0), fc.boolean(), fc.constant(null)),
  json: fc.oneof({ maxDepth: 4 }, tie('leaf'), fc.array(tie('json'), { maxLength: 4 }), fc.dictionary(key, tie('json'), { maxKeys: 4, noNullPrototype: true })),
}))
const text = fc.string({ minLength: 1 })
const message: fc.Arbitrary<Message> = fc
  .record({ payload: json, id: text, topic: text, headers: fc.dictionary(key, fc.string(), { noNullPrototype: true }), sentAtMs: fc.nat(), key: fc.option(text, { nil: undefined }), replyTo: fc.option(text, { nil: undefined }), expiresAtMs: fc.option(fc.nat(), { nil: undefined }) })
  .map(({ payload, ...envelope }) => createMessage(payload, envelope))

const base = createMessage(1, { id: 'a', topic: 't', sentAtMs: 0 })
const withPayload = (payload: unknown): Message => createMessage(payload, base)
const refusal = (payload: unknown, limits?: WireLimits): string => {
  try {
    return `accepted: ${encodeMessage(withPayload(payload), limits)}`
  } catch (error) {
    return error instanceof MessageError ? error.message : `not a MessageError: ${String(error)}`
  }
}
const reason = (raw: string | Uint8Array, limits?: WireLimits): string => {
  const decoded = decodeMessage(raw, limits)
  return isLeft(decoded) ? decoded.left.reason : 'accepted'
}

describe('a message on the wire', () => {
  it('comes back as it went, as text and as bytes', () => {
    fc.assert(
      fc.property(message, (sent) => {
        const encoded = encodeMessage(sent)
        for (const raw of [encoded, new TextEncoder().encode(encoded)]) expect(decodeMessage(raw)).toEqual({ _tag: 'Right', right: sent })
      }),
    )
  })

  it('is in memory what it is on the wire, and a copy of it is too', () => {
    fc.assert(
      fc.property(message, (sent) => {
        expect(plainMessage(sent)).toEqual(sent)
        expect(copyMessage(plainMessage(sent))).toEqual(JSON.parse(encodeMessage(sent)))
      }),
    )
  })

  it('decodes or describes anything whatever, and never throws', () => {
    const bytes = fc.uint8Array({ maxLength: 200 })
    const mangled = fc.tuple(message, fc.nat(), fc.nat(255)).map(([sent, at, byte]) => {
      const encoded = new TextEncoder().encode(encodeMessage(sent))
      encoded[at % encoded.length] = byte
      return encoded
    })
    fc.assert(
      fc.property(fc.oneof(bytes, mangled, fc.string(), fc.json(), fc.array(fc.constantFrom('[', '{', '"', '\\', ':', '1', ']')).map((parts) => parts.join(''))), (raw) => {
        const decoded = decodeMessage(raw)
        expect(isRight(decoded) || (decoded.left.reason !== '' && decoded.left.raw.length <= 1_024)).toBe(true)
      }),
    )
  })

  it('loses what is no field of a message', () => {
    expect(decodeMessage(JSON.stringify({ ...base, extra: 1 }))).toEqual({ _tag: 'Right', right: base })
  })
})

describe('what is refused on the way in', () => {
  it('is told with every wrong field at once, what came and what would be right', () => {
    expect(reason('{"id":"","headers":{"a":5},"payload":1,"key":null,"sentAtMs":"now"}')).toBe(
      'id should be a string that is not empty, but is ""; topic should be a string that is not empty, but is missing; headers.a should be a string, but is 5; ' +
        'sentAtMs should be a moment in ms, but is "now"; key should be a string, but is null',
    )
  })

  it('is what is no object, no JSON or no UTF-8', () => {
    expect(reason('[1]')).toBe('the message should be an object with the fields of a message, but is [1]')
    expect(reason('{"id":')).toContain('should be JSON in UTF-8')
    expect(reason(new Uint8Array([0x22, 0xff, 0x22]))).toBe('the message should be JSON in UTF-8, but: not UTF-8')
  })

  it('is what lacks a payload, though not what has null for one', () => {
    expect(reason('{"id":"a","topic":"t","headers":{},"sentAtMs":0}')).toBe('payload should be any JSON value, but is missing')
    expect(reason('{"id":"a","topic":"t","headers":{},"sentAtMs":0,"payload":null}')).toBe('accepted')
  })

  it('is one byte more than allowed, counted as UTF-8, and not one less', () => {
    const encoded = encodeMessage(withPayload('é'.repeat(100)))
    const size = new TextEncoder().encode(encoded).length
    for (const raw of [encoded, new TextEncoder().encode(encoded)]) {
      expect(reason(raw, { maxBytes: size })).toBe('accepted')
      expect(reason(raw, { maxBytes: size - 1 })).toContain(`at most ${size - 1} bytes`)
    }
  })

  it('is judged by its size before it is read', () => {
    expect(reason(new Uint8Array(100).fill(0xff), { maxBytes: 99 })).toContain('at most 99 bytes, but is 100')
  })

  it('is what nests deeper than allowed, even a million deep, but brackets in text do not nest', () => {
    const nested = (depth: number): string => `{"id":"a","topic":"t","headers":{},"sentAtMs":0,"payload":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect([reason(nested(63)), reason(nested(64))]).toEqual(['accepted', 'the message should be nested at most 64 deep, but is deeper'])
    expect(reason('['.repeat(1_000_000))).toContain('nested at most 64 deep')
    expect(reason(encodeMessage(withPayload('[{\\"['.repeat(100))))).toBe('accepted')
  })

  it('is shown cut to 1,024 characters', () => {
    const decoded = decodeMessage('x'.repeat(5_000))
    expect(isLeft(decoded) && decoded.left.raw.length).toBe(1_024)
  })
})

describe('keys that could reach a prototype', () => {
  it('do nothing when they come, however they are written', () => {
    const payload = '{"__proto__":{"bad":1},"\\u005f_proto__":{"bad":1},"constructor":{"prototype":{"bad":1}},"a":[{"prototype":1,"b":2}]}'
    const decoded = decodeMessage(`{"id":"a","topic":"t","headers":{"__proto__":"x","h":"1"},"sentAtMs":0,"payload":${payload},"__proto__":{"key":"k"}}`)
    expect(decoded).toEqual({ _tag: 'Right', right: { ...base, headers: { h: '1' }, payload: { a: [{ b: 2 }] } } })
    expect(Object.hasOwn(Object.prototype, 'bad')).toBe(false)
  })

  it('are refused when they are sent, so that nothing is lost unseen', () => {
    expect(refusal(JSON.parse('{"a":{"__proto__":1}}'))).toBe('message: payload.a.__proto__ should be left out: such a key does nothing, but is 1')
    expect(refusal({ constructor: 'Ferrari' })).toContain('payload.constructor')
  })

  it('are left alone as values', () => {
    expect(reason(encodeMessage(withPayload(['__proto__', 'constructor'])))).toBe('accepted')
  })
})

describe('what is refused on the way out', () => {
  class Point {
    x = 1
  }

  it.each([
    [undefined, 'payload should be any JSON value, but is missing'],
    [{ f: () => 1 }, 'payload.f should be a value that JSON can carry, but is function f'],
    [[1, { n: 5n }], 'payload[1].n should be a value that JSON can carry, but is 5n'],
    [[undefined], 'payload[0] should be a value that JSON can carry, but is undefined'],
    [Symbol('s'), 'payload should be a value that JSON can carry, but is Symbol(s)'],
    [{ a: Number.NaN }, 'payload.a should be a value that JSON can carry, but is NaN'],
    [{ m: new Map() }, 'payload.m should be a value that JSON can carry, but is of class Map'],
    [{ p: new Point() }, 'payload.p should be a value that JSON can carry, but is of class Point'],
    [new Error('e'), 'payload should be a value that JSON can carry, but is of class Error'],
  ])('is what JSON would change or lose (%#), by its path', (payload, sentence) => {
    expect(refusal(payload)).toBe(`message: ${sentence}`)
  })

  it('is a cycle, by the path at which it closes', () => {
    const payload: { list: unknown[] } = { list: [] }
    payload.list.push({ again: payload })
    expect(refusal(payload)).toBe('message: payload.list[0].again should be free of cycles, but is an object that contains it')
  })

  it('is what nests deeper than the reader would take', () => {
    let payload: unknown = 1
    for (let depth = 0; depth < 63; depth += 1) payload = [payload]
    expect(reason(encodeMessage(withPayload(payload)))).toBe('accepted')
    expect(refusal([payload])).toContain('nested at most 64 deep')
  })

  it('is what is too large, even if one object is reached by more ways than there is time to go', () => {
    expect(refusal('x'.repeat(200), { maxBytes: 200 })).toBe('message: the message should be at most 200 bytes as JSON, but is larger')
    let shared: unknown = 'x'
    for (let depth = 0; depth < 60; depth += 1) shared = [shared, shared]
    expect(refusal(shared, { maxBytes: 10_000 })).toContain('within the size allowed')
  })

  it('is exactly what does not fit, in memory as on the wire', () => {
    fc.assert(
      fc.property(message, fc.integer({ min: -3, max: 3 }), (sent, off) => {
        const size = new TextEncoder().encode(encodeMessage(sent)).length
        for (const send of [() => encodeMessage(sent, { maxBytes: size + off }), () => plainMessage(sent, size + off)]) {
          if (off < 0) expect(send).toThrow(MessageError)
          else expect(send).not.toThrow()
        }
      }),
    )
  })

  it('is not a date, nor anything else with a text of its own, nor a property left undefined', () => {
    expect(plainMessage(withPayload({ at: new Date(0), none: undefined })).payload).toEqual({ at: '1970-01-01T00:00:00.000Z' })
    expect(Object.keys(Object(plainMessage(withPayload({ none: undefined })).payload))).toEqual([])
  })

  it('is not an object of another realm or without a prototype', () => {
    expect(plainMessage(withPayload(Object.assign(Object.create(null), { a: 1 }))).payload).toEqual({ a: 1 })
    expect(plainMessage(withPayload(Object.create(Object.create(null), { a: { value: 1, enumerable: true } }))).payload).toEqual({ a: 1 })
  })

  it('names every wrong field of the envelope', () => {
    expect(() => encodeMessage({ ...base, id: '', sentAtMs: Number.NaN })).toThrow('message: id should be a string that is not empty, but is ""; sentAtMs should be a moment in ms, but is NaN')
  })
})

describe('limits', () => {
  it('that make no sense are refused by name', () => {
    expect(() => decodeMessage('', { maxBytes: 0, maxDepth: 5_000 })).toThrow(OptionsError)
    expect(() => encodeMessage(base, { maxBytes: Number.NaN })).toThrow('maxBytes')
  })
})
