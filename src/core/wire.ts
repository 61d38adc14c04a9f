import type { Either } from 'fp-ts/lib/Either.js'
import { isLeft, left } from './either.js'
import { copyJson, JsonCopier } from './json-copy.js'
import { messageCodec, problems } from './json-envelope.js'
import { exceeds, excerpt, parseJson } from './json-text.js'
import type { Message } from './message.js'
import { MessageError, sentences } from './message-error.js'
import { checkOptions, whole } from './options.js'

/** What is too large or too deep to travel. */
export interface WireLimits {
  /** The largest encoded message, in bytes of UTF-8: 1 or more, default 1,048,576. */
  readonly maxBytes?: number | undefined
  /** How deep arrays and objects may nest, the envelope included: 1 to 1,000, default 64. */
  readonly maxDepth?: number | undefined
}

/** Why it is no message, in one sentence, and what came, cut to 1,024 characters. */
export interface NoMessage {
  readonly reason: string
  readonly raw: string
}

export const DEFAULT_MAX_BYTES = 1_048_576
const DEFAULT_MAX_DEPTH = 64

const NO_LIMITS: WireLimits = {}

const LIMITS = { maxBytes: whole(1), maxDepth: whole(1, 1_000) }

interface CheckedLimits {
  readonly maxBytes: number
  readonly maxDepth: number
}

/** Limits that were found right: a bus has the same for every message, and checking them takes longer than parsing one. */
const soundLimits = new WeakMap<WireLimits, CheckedLimits>()

const limits = (where: string, given: WireLimits): CheckedLimits => {
  const known = soundLimits.get(given)
  if (known !== undefined && (given.maxBytes ?? known.maxBytes) === known.maxBytes && (given.maxDepth ?? known.maxDepth) === known.maxDepth) return known
  checkOptions(where, LIMITS, given)
  const sound = { maxBytes: given.maxBytes ?? DEFAULT_MAX_BYTES, maxDepth: given.maxDepth ?? DEFAULT_MAX_DEPTH }
  soundLimits.set(given, sound)
  return sound
}

/**
 * A message as JSON, the same on every bus. Throws a `MessageError` that names the place if the envelope is not right, if
 * the payload holds what JSON cannot carry, if a key could reach a prototype, or if it is too large or too deep.
 */
export const encodeMessage = (message: Message, given: WireLimits = NO_LIMITS): string => {
  const { maxBytes, maxDepth } = limits('encodeMessage', given)
  const text = JSON.stringify(plain(message, maxBytes, maxDepth).message)
  if (exceeds(text, maxBytes)) tooLarge(maxBytes)
  return text
}

/** Text or bytes as a message, or everything that is wrong with them. Never throws, whatever came. */
export const decodeMessage = (raw: string | Uint8Array, given: WireLimits = NO_LIMITS): Either<NoMessage, Message> => {
  const { maxBytes, maxDepth } = limits('decodeMessage', given)
  const parsed = parseJson(raw, maxBytes, maxDepth)
  if (isLeft(parsed)) return left({ reason: parsed.left, raw: excerpt(raw) })
  const decoded = messageCodec.decode(parsed.right)
  return isLeft(decoded) ? left({ reason: sentences(problems(decoded.left)), raw: excerpt(raw) }) : decoded
}

/** The message as a bus would carry it, without the detour over text: a copy of its own, checked as `encodeMessage` does. */
export const plainMessage = (message: Message, maxBytes: number = DEFAULT_MAX_BYTES): Message => {
  const copied = plain(message, maxBytes, DEFAULT_MAX_DEPTH)
  if (copied.units * 6 > maxBytes && exceeds(JSON.stringify(copied.message), maxBytes)) tooLarge(maxBytes)
  return copied.message
}

/** A further copy of a message that `plainMessage` or `decodeMessage` gave: what is done to one is not seen by another. */
export const copyMessage = (message: Message): Message => ({
  ...message,
  headers: { ...message.headers },
  payload: copyJson(message.payload),
})

// For the names of the fields, their punctuation and the numbers.
const ENVELOPE_UNITS = 200

const plain = (message: Message, maxBytes: number, maxDepth: number): { readonly message: Message; readonly units: number } => {
  const checked = messageCodec.decode(message)
  if (isLeft(checked)) throw new MessageError(problems(checked.left))
  const { id, topic, key, replyTo, correlationId, from, headers, payload } = checked.right
  const copier = new JsonCopier(maxBytes, maxDepth)
  copier.copy(headers, 'headers', 1)
  const copied = copier.copy(payload, 'payload', 1)
  const units = copier.units + ENVELOPE_UNITS + length(id) + length(topic) + length(key) + length(replyTo) + length(correlationId) + length(from)
  return { message: { ...checked.right, headers: { ...headers }, payload: copied }, units }
}

const length = (text: string | undefined): number => (text === undefined ? 0 : text.length)

const tooLarge = (maxBytes: number): never => {
  throw new MessageError([{ path: '', got: 'larger', expected: `at most ${maxBytes} bytes as JSON` }])
}
