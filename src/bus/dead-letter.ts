import { isRight } from '../core/either.js'
import * as t from 'io-ts'
import { createMessage } from '../core/create-message.js'
import { describe } from '../core/describe.js'
import { messageCodec } from '../core/json-envelope.js'
import type { Message } from '../core/message.js'
import { type DeadLetter, deadTopic, type Undecodable } from './bus.js'

/** What a dead letter is made of, as whoever gave the message up knows it. */
export interface Death extends Omit<DeadLetter, 'causes'> {
  /** Unique among messages: the dead letter is one itself. */
  readonly id: string
  /** Where the message was consumed. */
  readonly topic: string
  /** The last error, as it was thrown. */
  readonly cause?: unknown
}

/** The id of a dead letter: that of the message, if it had one, and a mark that tells its deaths apart. */
export const deadId = (message: Message | Undecodable, mark: string): string => `${'id' in message ? message.id : 'undecodable'}.dead.${mark}`

/** The message to publish in place of one that could not be handled. */
export const deadLetterMessage = ({ id, topic, cause, ...known }: Death): Message<DeadLetter> =>
  createMessage({ ...known, causes: causesOf(cause) }, { id, topic: deadTopic(topic), sentAtMs: known.lastAtMs })

// Causes may go round in circles; more than so many say nothing new.
const MAX_CAUSES = 16

/** An error and what caused it, from the outermost inwards, one line each. Nothing for `undefined`. */
export const causesOf = (cause: unknown): readonly string[] => {
  const seen: unknown[] = []
  for (let next = cause; next !== undefined && !seen.includes(next) && seen.length < MAX_CAUSES; next = inner(next)) seen.push(next)
  return seen.map(line)
}

const inner = (cause: unknown): unknown => (cause instanceof Error ? cause.cause : undefined)

const line = (cause: unknown): string => {
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : describe(cause)
  return text.split('\n', 1)[0] ?? text
}

const unread = t.type({ reason: t.string, raw: t.string })

// By hand: `t.union` weighs half a kB in a bundle.
const carried = new t.Type<DeadLetter['message']>(
  'a message, or what came instead of one',
  (value): value is DeadLetter['message'] => messageCodec.is(value) || unread.is(value),
  (value, context) => {
    const message = messageCodec.validate(value, context)
    return isRight(message) ? message : unread.validate(value, context)
  },
  t.identity,
)

const codec = t.type({
  message: carried,
  reason: t.string,
  causes: t.array(t.string),
  attempts: t.number,
  firstAtMs: t.number,
  lastAtMs: t.number,
})

/** The dead letter that a message on a dead-letter topic carries; none if it carries something else. */
export const deadLetterOf = ({ payload }: Message): DeadLetter | undefined => {
  const decoded = codec.decode(payload)
  return isRight(decoded) ? decoded.right : undefined
}

/** The message as it was first published, to be sent to its topic once more; none if what came was no message. */
export const original = ({ message }: DeadLetter, topic: string): Message | undefined => ('payload' in message ? { ...message, topic } : undefined)
