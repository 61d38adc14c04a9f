import type { Either } from 'fp-ts/lib/Either.js'
import { left, right } from '../../core/either.js'
import { excerpt } from '../../core/json-text.js'
import type { Message } from '../../core/message.js'
import { plainMessage, wireOf } from '../../core/wire.js'
import { deadTopic, type Undecodable } from '../bus.js'
import { DEAD_LIMITS } from './redis-death.js'
import { FIELD } from './redis-keys.js'
import type { RedisEntry } from './redis-reply.js'

/** An entry that another program wrote. */
export interface ForeignEntry {
  readonly topic: string
  readonly id: string
  readonly fields: Readonly<Record<string, string>>
}

/** Makes a message of a foreign entry; `undefined` or an error if it is none. */
export type DecodeForeign = (entry: ForeignEntry) => Message | undefined

/** What an entry says, or why it says nothing. Never throws. */
export type DecodeEntry = (entry: RedisEntry) => Either<Undecodable, Message>

const DEAD = deadTopic('')

export const entryDecoder = (topic: string, maxBytes: number, foreign: DecodeForeign | undefined): DecodeEntry => {
  const wire = wireOf(topic.endsWith(DEAD) ? DEAD_LIMITS : { maxBytes })
  return (entry) => {
    const { fields } = entry
    if (fields[0] === FIELD && fields[1] !== undefined) return wire.decode(fields[1])
    return foreign === undefined ? noMessage(fields, `the entry should have the field '${FIELD}', but has ${namesOf(fields)}`) : decodeForeign(topic, entry, foreign, maxBytes)
  }
}

const decodeForeign = (topic: string, { id, fields }: RedisEntry, foreign: DecodeForeign, maxBytes: number): Either<Undecodable, Message> => {
  try {
    const message = foreign({ topic, id, fields: recordOf(fields) })
    return message === undefined ? noMessage(fields, 'decode made no message of the entry') : right(plainMessage(message, maxBytes))
  } catch (error) {
    return noMessage(fields, `decode failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const noMessage = (fields: readonly string[], reason: string): Either<Undecodable, Message> => left({ reason, raw: excerpt(JSON.stringify(recordOf(fields))) })

const recordOf = (fields: readonly string[]): Record<string, string> =>
  Object.fromEntries(fields.flatMap((name, index) => (index % 2 === 0 ? [[name, fields[index + 1] ?? '']] : [])))

const namesOf = (fields: readonly string[]): string => fields.filter((_, index) => index % 2 === 0).map((name) => `'${name}'`).join(', ')
