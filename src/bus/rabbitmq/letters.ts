import type { ConsumeMessage, Message as Raw, Options } from 'amqplib'
import type { Message } from '../../core/message.js'
import { encodeMessage, type WireLimits } from '../../core/wire.js'
import { deadTopic } from '../bus.js'
import { type History, historyHeaders } from './attempts.js'
import type { Names } from './names.js'
import type { Letter } from './publisher.js'

const DEAD = deadTopic('')

/** A dead letter holds a whole message and what is known about its end. */
export const limitsOf = (topic: string, maxBytes: number): WireLimits => (topic.endsWith(DEAD) ? { maxBytes: maxBytes * 2 + 65_536, maxDepth: 80 } : { maxBytes })

/** Throws a `MessageError` if the message cannot travel. */
export const messageLetter = (names: Names, message: Message, limits: WireLimits): Letter => ({
  exchange: names.topic(message.topic),
  routingKey: '',
  content: Buffer.from(encodeMessage(message, limits)),
  properties: { messageId: message.id, contentType: 'application/json' },
})

/** The same bytes once more, to one queue; with `afterMs`, to come out of it again so much later. */
export const copyLetter = (queue: string, raw: Raw, history?: History, afterMs = 0): Letter => ({
  exchange: '',
  routingKey: queue,
  content: raw.content,
  properties: { ...kept(raw), headers: { ...ownHeaders(raw), ...(history && historyHeaders(history)) }, ...(afterMs > 0 ? { expiration: String(Math.ceil(afterMs)) } : {}) },
})

const kept = ({ properties: { contentType, contentEncoding, correlationId, replyTo, messageId, timestamp, type, appId } }: Raw): Options.Publish & { messageId: string } => ({
  contentType,
  contentEncoding,
  correlationId,
  replyTo,
  timestamp,
  type,
  appId,
  messageId: typeof messageId === 'string' ? messageId : 'foreign',
})

// What the server says about a message must not be said of its copy.
const ownHeaders = ({ properties: { headers = {} } }: Pick<ConsumeMessage, 'properties'>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !/^x-(?:death|first-death|last-death|delivery-count|acquired-count)/.test(name)))
