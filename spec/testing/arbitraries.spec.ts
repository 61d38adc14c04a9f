import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMessage } from '../../src/core/create-message.js'
import { decodeMessage, encodeMessage } from '../../src/core/wire.js'
import { failures, thrown } from '../../src/testing/failure-arbitraries.js'
import { brokenLoads, loads, unknownLoad } from '../../src/testing/load-arbitraries.js'
import { hostilePayloads, messages, payloads, rawNoise } from '../../src/testing/message-arbitraries.js'

const samples = <T>(arbitrary: fc.Arbitrary<T>, numRuns = 500): readonly T[] => fc.sample(arbitrary, { numRuns, seed: 1 })
const depth = (value: unknown): number => (typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0)

describe('messages', () => {
  it('are carried by the wire and come back the same', () => {
    fc.assert(fc.property(messages(), (message) => {
      const decoded = decodeMessage(encodeMessage(message))
      expect(isRight(decoded) && decoded.right).toEqual(JSON.parse(JSON.stringify(message)))
    }))
  })

  it('have the topic, the keys and the payloads that are asked for, and every part or not', () => {
    const all = samples(messages({ topic: 't', payload: fc.nat(), keys: ['a', 'b'] }))
    expect(new Set(all.map(({ topic }) => topic))).toEqual(new Set(['t']))
    expect(new Set(all.map(({ key }) => key))).toEqual(new Set(['a', 'b', undefined]))
    expect(all.every(({ payload }) => Number.isInteger(payload))).toBe(true)
    for (const part of ['replyTo', 'correlationId', 'from'] as const) expect(new Set(all.map((message) => message[part] === undefined)).size).toBe(2)
    expect(() => messages({ topic: '' })).toThrow('messages: topic should be a string that is not empty')
  })
})

describe('payloads', () => {
  it('reach beyond ASCII, to lone surrogates, to the limits of numbers and as deep as travels', () => {
    const all = samples(payloads(), 3_000)
    const texts = all.filter((payload) => typeof payload === 'string')
    expect(texts.some((text) => /\p{Surrogate}/u.test(text))).toBe(true)
    expect(texts.some((text) => /\p{Emoji_Presentation}/u.test(text))).toBe(true)
    expect(all).toContain(Number.MAX_VALUE)
    expect(Math.max(...all.map(depth))).toBeGreaterThan(50)
    expect(Math.max(...samples(payloads({ maxDepth: 2 })).map(depth))).toBe(2)
    expect(Math.max(...samples(payloads({ maxDepth: 0 })).map(depth))).toBe(0)
    expect(() => payloads({ maxDepth: 61 })).toThrow('maxDepth should be a whole number from 0 to 60')
  })

  it('that are hostile are refused by the wire, wherever they lie', () => {
    fc.assert(fc.property(hostilePayloads(), (payload) => {
      expect(() => encodeMessage(createMessage(payload, { id: '1', topic: 't', sentAtMs: 0 }))).toThrow()
    }))
  })
})

describe('rawNoise', () => {
  it('never decodes, and never throws', () => {
    fc.assert(fc.property(rawNoise(), (raw) => isLeft(decodeMessage(raw))), { numRuns: 1_000 })
  })

  it('is text and bytes', () => {
    expect(new Set(samples(rawNoise()).map((raw) => typeof raw))).toEqual(new Set(['string', 'object']))
  })
})

describe('failures', () => {
  it('come in every way, or in those that are asked for', () => {
    expect(new Set(samples(failures()).map(({ type }) => type)).size).toBe(4)
    expect(new Set(samples(failures({ types: ['timedOut'], maxAttempts: 2 })).map(({ type, attempt }) => `${type} ${attempt}`))).toEqual(new Set(['timedOut 1', 'timedOut 2']))
    expect(() => failures({ types: [] })).toThrow('types should be a list of types of failures that is not empty')
  })

  it('carry errors, frozen ones, and what is no error', () => {
    const all = samples(thrown())
    expect(all.some((error) => error instanceof RangeError)).toBe(true)
    expect(all.some((error) => error instanceof Error && Object.isFrozen(error))).toBe(true)
    expect(all.some((error) => !(error instanceof Error))).toBe(true)
  })
})

describe('loads', () => {
  it('are such that a group could be under them', () => {
    fc.assert(fc.property(loads({ maxWorkers: 8, maxWaiting: 3, maxWaitMs: 10, maxServiceMs: 20 }), (load) => {
      const { live, min, max, waiting, inFlight, maxInFlight, idleMs, oldestWaitMs, serviceMs, completions } = load
      expect([min <= max, live <= max, max <= 8, waiting <= 3, oldestWaitMs <= 10, inFlight <= maxInFlight, maxInFlight <= live]).not.toContain(false)
      expect(idleMs.length).toBe(live - inFlight)
      expect(idleMs).toEqual(idleMs.toSorted((a, b) => b - a))
      expect(serviceMs === undefined).toBe(completions === 0)
      if (serviceMs !== undefined) expect(serviceMs.p50 <= serviceMs.p90 && serviceMs.p90 <= serviceMs.p99 && serviceMs.p99 <= 20).toBe(true)
    }))
  })

  it('reach both ends of what they may be', () => {
    const all = samples(loads(), 2_000)
    expect(all.some(({ live, inFlight }) => live > 0 && live === inFlight)).toBe(true)
    expect(all.some(({ idleMs }) => idleMs.length > 10)).toBe(true)
    expect(all.some(({ max }) => max === 0)).toBe(true)
    expect(() => loads({ maxWorkers: 0 })).toThrow('maxWorkers should be a whole number, 1 or more, but is 0')
  })

  it('that are broken keep their bounds, and break anywhere else', () => {
    const all = samples(brokenLoads(), 2_000)
    expect(all.every(({ min, max }) => Number.isInteger(min) && Number.isInteger(max) && min <= max)).toBe(true)
    for (const part of ['nowMs', 'live', 'waiting', 'completions', 'busyMs'] as const) expect(all.some((load) => !Number.isFinite(load[part]))).toBe(true)
    expect(all.some(({ idleMs }) => !Array.isArray(idleMs))).toBe(true)
    expect(all.some(({ serviceMs }) => serviceMs !== undefined && !Number.isFinite(Object(serviceMs).p50))).toBe(true)
  })

  it('of which nothing is known still say their bounds', () => {
    fc.assert(fc.property(loads(), (load) => {
      const { min, max, idleMs, ...others } = unknownLoad(load)
      expect([min, max, idleMs]).toEqual([load.min, load.max, []])
      expect(Object.values(others).every(Number.isNaN)).toBe(true)
    }))
  })
})
