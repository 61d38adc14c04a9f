import { isRight } from '../../core/either.js'
import type { Message } from '../../core/message.js'
import { encodeMessage } from '../../core/wire.js'
import { deadId, type Death, deadLetterMessage } from '../dead-letter.js'
import { deadTopic, type DeadLetter } from '../bus.js'
import type { NatsDelivery } from './nats-delivery.js'
import { storedAtMs } from './nats-lot.js'

/** What is told of a message that is given up. */
export interface Grave {
  readonly topic: string
  readonly reason: string
  readonly cause?: unknown
  readonly nowMs: number
  readonly maxBytes: number
  readonly maxAttempts: number
}

/** A dead letter holds a message that may be as deep as one may be. */
export const DEAD_DEPTH = 68

/**
 * The dead letter of a delivery, encoded: with its causes if there is room, else without them and with the reason cut.
 * The first time is when this delivery was handed out; for a later attempt, when the broker took the message.
 */
export const deadLetterText = (delivery: NatsDelivery, grave: Grave): { readonly topic: string; readonly text: string } => {
  const { lot, message, attempt, atMs } = delivery
  const what = isRight(message) ? message.right : message.left
  const id = deadId(what, `${lot.sequence}.${attempt}`)
  const times = { firstAtMs: Math.min(attempt === 1 ? atMs : storedAtMs(lot), grave.nowMs), lastAtMs: grave.nowMs }
  const death: Death = { id, topic: grave.topic, message: what, reason: grave.reason, cause: grave.cause, attempts: Math.min(attempt, grave.maxAttempts), ...times }
  return { topic: deadTopic(grave.topic), text: fitting(deadLetterMessage(death), grave.maxBytes) }
}

const SHORT = 1_024

const fitting = (letter: Message<DeadLetter>, maxBytes: number): string => {
  try {
    return encodeMessage(letter, { maxBytes, maxDepth: DEAD_DEPTH })
  } catch {
    const { payload } = letter
    return encodeMessage({ ...letter, payload: { ...payload, reason: payload.reason.slice(0, SHORT), causes: [] } }, { maxBytes, maxDepth: DEAD_DEPTH })
  }
}
