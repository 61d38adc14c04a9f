import type { Envelope, Message } from './message.js'

/** What a message cannot do without, and everything else it may have. */
export type NewMessage = Envelope & Pick<Message, 'id' | 'topic' | 'sentAtMs'>

/**
 * A message from a payload and its envelope. The id and the moment are the caller's, so that nothing here draws on chance
 * or on a clock. `headers` are empty by default; a part that is `undefined` is left out.
 */
export const createMessage = <P>(payload: P, envelope: NewMessage): Message<P> => {
  const { id, topic, headers = {}, sentAtMs, key, replyTo, correlationId, from, expiresAtMs } = envelope
  // Built by assignment: it runs for every message sent, and a spread for each optional part costs more than all the rest.
  const message: { -readonly [Field in keyof Message<P>]: Message<P>[Field] } = { id, topic, payload, headers, sentAtMs }
  if (key !== undefined) message.key = key
  if (replyTo !== undefined) message.replyTo = replyTo
  if (correlationId !== undefined) message.correlationId = correlationId
  if (from !== undefined) message.from = from
  if (expiresAtMs !== undefined) message.expiresAtMs = expiresAtMs
  return message
}
