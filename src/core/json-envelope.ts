import * as t from 'io-ts'
import { codecOf } from './codec-of.js'
import { createMessage } from './create-message.js'
import { describe } from './describe.js'
import type { Message } from './message.js'
import { check, nonEmptyString } from './options.js'
import type { Problem } from './options-error.js'

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const text = codecOf(check('a string', t.string.is))
const moment = codecOf(check('a moment in ms', (value): value is number => Number.isFinite(value)))
const present = codecOf(check('any JSON value', (value): value is unknown => value !== undefined))
const named = codecOf(nonEmptyString)
const headers = t.record(t.string, text, 'an object of strings')

const REQUIRED = Object.entries({ id: named, topic: named, payload: present, headers, sentAtMs: moment })
const OPTIONAL = Object.entries({ key: text, replyTo: text, correlationId: text, from: text, expiresAtMs: moment })

// By hand, because a combination of codecs takes many times as long and this runs for every message.
const isMessage = (value: unknown): value is Message =>
  isRecord(value) &&
  REQUIRED.every(([field, codec]) => codec.is(value[field])) &&
  OPTIONAL.every(([field, codec]) => value[field] === undefined || codec.is(value[field]))

/** The envelope, on the wire and off it: what is not a field of a message is dropped. */
export const messageCodec: t.Type<Message> = new t.Type(
  'an object with the fields of a message',
  isMessage,
  (value, context) => {
    if (isMessage(value)) return t.success(createMessage(value.payload, value))
    if (!isRecord(value)) return t.failure(value, context)
    const given = OPTIONAL.filter(([field]) => value[field] !== undefined)
    return t.failures([...REQUIRED, ...given].flatMap(([field, codec]) => faults(codec, value[field], t.appendContext(context, field, codec))))
  },
  t.identity,
)

const faults = (codec: t.Mixed, value: unknown, context: t.Context): t.Errors => {
  const result = codec.validate(value, context)
  return result._tag === 'Left' ? result.left : []
}

/** What a codec found: where, what came, and what would be right. */
export const problems = (errors: t.Errors): readonly Problem[] =>
  errors.map(({ context, value }) => ({
    path: context.slice(1).map(({ key }) => key).join('.'),
    got: value === undefined ? 'missing' : describe(value),
    expected: context.at(-1)?.type.name ?? '',
  }))
