import { isRight } from '../../core/either.js'
import { encodeMessage } from '../../core/wire.js'
import { deadId, deadLetterMessage } from '../dead-letter.js'
import type { RedisDelivery } from './redis-delivery.js'
import { takenAtMs } from './redis-reply.js'

/** A dead letter may be larger and deeper than the message in it, which may be as large and as deep as one may be. */
export const DEAD_LIMITS = { maxBytes: Number.MAX_SAFE_INTEGER, maxDepth: 1_000 }

/** The dead letter of a message as it is stored: first seen when Redis took the message, given up now. */
export const deadLetterText = (topic: string, { id, message: given, attempt }: RedisDelivery, nowMs: number, reason: string, cause: unknown): string => {
  const firstAtMs = takenAtMs(id)
  const message = isRight(given) ? given.right : given.left
  const death = { id: deadId(message, id), topic, message, reason, cause, attempts: attempt, firstAtMs, lastAtMs: Math.max(firstAtMs, nowMs) }
  return encodeMessage(deadLetterMessage(death), DEAD_LIMITS)
}
