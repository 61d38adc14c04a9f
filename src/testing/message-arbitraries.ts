import * as fc from 'fast-check'
import { createMessage } from '../core/create-message.js'
import { isHostile } from '../core/json-copy.js'
import type { Message } from '../core/message.js'
import { anything, checkOptions, nonEmptyString, whole } from '../core/options.js'

export interface PayloadOptions {
  /** How deep arrays and objects nest at most: 0 to 60, default 60. What is deeper is refused by every bus. */
  readonly maxDepth?: number | undefined
}

export interface MessageOptions {
  /** The topic of all of them; default any. */
  readonly topic?: string | undefined
  /** Their payloads; default `payloads()`. */
  readonly payload?: fc.Arbitrary<unknown> | undefined
  /** The keys some of them have; default any text. */
  readonly keys?: readonly string[] | undefined
}

/** A wire carries this deep; the envelope is one level. */
const DEEPEST = 60

// Code points of our own: the first string of fast-check's unit 'binary' costs more than a second. Half of a pair is one too.
const anyPoints = fc.array(fc.integer({ min: 0, max: 0x10_ffff }).map((point) => String.fromCodePoint(point))).map((points) => points.join(''))

const texts = (): fc.Arbitrary<string> => fc.oneof(
  anyPoints,
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', ' ', '\0', '\u2028', '\uFEFF', '\uD800', 'é', 'e\u0301', '👩‍👩‍👧', 'مرحبا', '"\\', '</script>', '../..', 'null', '9'.repeat(400)),
)

const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, Number.MAX_VALUE, Number.MIN_VALUE, 0.1),
)

// What every object has by itself is a good name for what should be looked up in a map.
const keys = (): fc.Arbitrary<string> => fc.oneof(texts(), fc.constantFrom('toString', 'valueOf', 'hasOwnProperty', 'then', 'length', '_tag', '$ref')).filter((name) => !isHostile(name) && name !== 'toJSON')

/**
 * Anything that JSON can carry, the nasty included: all of Unicode with lone surrogates, numbers at their limits, names
 * that objects have by themselves, arrays and objects nested as deep as travels. They shrink to `null`.
 *
 * @throws {OptionsError}
 */
export const payloads = (options: PayloadOptions = {}): fc.Arbitrary<unknown> => {
  checkOptions('payloads', { maxDepth: whole(0, DEEPEST) }, options)
  const { maxDepth = DEEPEST } = options
  const leaf = fc.oneof(fc.constant(null), fc.boolean(), number, texts())
  if (maxDepth === 0) return leaf
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof({ maxDepth: Math.min(3, maxDepth), depthSize: 'small' }, leaf, fc.array(tie('tree'), { maxLength: 4 }), fc.dictionary(keys(), tie('tree'), { maxKeys: 4 })),
  }))
  const deep = fc.tuple(leaf, fc.array(fc.boolean(), { minLength: 1, maxLength: maxDepth, size: 'max' })).map(([inner, levels]) =>
    levels.reduce<unknown>((held, list) => (list ? [held] : { held }), inner))
  return fc.oneof({ weight: 4, arbitrary: tree }, { weight: 1, arbitrary: deep })
}

/**
 * What JSON cannot carry, or would change in silence, at the top or within: functions, symbols, bigints, numbers that are
 * not finite, maps and sets, cycles, keys that could reach a prototype, and what nests too deep. Every bus refuses to
 * publish it.
 */
export const hostilePayloads = (): fc.Arbitrary<unknown> => {
  const leaf = fc.constantFrom<() => unknown>(
    () => () => undefined, () => Symbol('no'), () => 1n, () => Number.NaN, () => Infinity, () => new Map([[1, 2]]), () => new Set([1]), () => /no/,
    cycle, () => JSON.parse('{"__proto__":{"polluted":true}}'), () => JSON.parse('{"constructor":{"prototype":{}}}'), () => nest(200),
  )
  const around = fc.constantFrom<(inner: unknown) => unknown>((inner) => inner, (inner) => [inner], (inner) => ({ inner }), (inner) => [1, { a: [inner] }])
  return fc.tuple(leaf, around).map(([make, put]) => put(make()))
}

const cycle = (): unknown => {
  const ring: unknown[] = []
  ring.push({ ring })
  return ring
}

const nest = (depth: number): unknown => {
  let nested: unknown = null
  for (let level = 0; level < depth; level += 1) nested = [nested]
  return nested
}

const names = (): fc.Arbitrary<string> => fc.string({ unit: 'grapheme', minLength: 1 })
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined })

/**
 * Messages that every bus takes, with and without each part of the envelope. Ids are random: two may be the same, as of
 * one message published twice. They shrink to a message without any optional part.
 *
 * @throws {OptionsError}
 */
export function messages<P>(options: MessageOptions & { readonly payload: fc.Arbitrary<P> }): fc.Arbitrary<Message<P>>
export function messages(options?: MessageOptions): fc.Arbitrary<Message>
export function messages(options: MessageOptions = {}): fc.Arbitrary<Message> {
  checkOptions('messages', { topic: nonEmptyString, payload: anything, keys: anything }, options)
  const { topic, payload = payloads(), keys: ofKeys = [] } = options
  return fc.record({
    payload,
    id: names(),
    topic: topic === undefined ? names() : fc.constant(topic),
    sentAtMs: fc.nat(),
    headers: fc.dictionary(keys(), texts(), { maxKeys: 3 }),
    key: maybe(ofKeys.length === 0 ? names() : fc.constantFrom(...ofKeys)),
    replyTo: maybe(names()),
    correlationId: maybe(names()),
    from: maybe(names()),
  }).map(({ payload: content, ...envelope }) => createMessage(content, envelope))
}

/**
 * What comes on a topic and is no message: text and bytes that are no JSON, JSON that is no envelope, envelopes cut off
 * or with a part missing or wrong. Every bus delivers it as undecodable and goes on.
 */
export const rawNoise = (): fc.Arbitrary<string | Uint8Array> => {
  const sound = messages({ payload: fc.nat() })
  const cut = fc.tuple(sound, fc.nat()).map(([message, at]) => JSON.stringify(message).slice(0, at % JSON.stringify(message).length))
  const wrong = fc.tuple(sound, fc.constantFrom('id', 'topic', 'sentAtMs', 'headers'), fc.constantFrom<unknown>(null, undefined, [1], true)).map(([message, part, value]) => JSON.stringify({ ...message, [part]: value }))
  return fc.oneof(
    fc.uint8Array({ maxLength: 50 }).map((bytes) => Uint8Array.of(0xff, ...bytes)),
    anyPoints.map((tail) => `}${tail}`),
    fc.oneof(fc.nat(), fc.boolean(), fc.constant(null), fc.array(fc.nat())).map((value) => JSON.stringify(value)),
    cut,
    wrong,
  )
}
