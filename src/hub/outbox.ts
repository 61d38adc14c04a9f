import type { MessageBus } from '../bus/bus.js'
import { createMessage } from '../core/create-message.js'
import type { Envelope, Message } from '../core/message.js'

/** The header of an answer that is none: its value is the outcome, the payload says why. */
export const FAILURE_HEADER = 'rxcrew-failure'

export interface Outbox {
  readonly send: (topic: string, payload: unknown, envelope?: Envelope) => Promise<void>
  /** Answers a request; nothing happens if nobody asked. */
  readonly answer: (from: string, request: Message, payload: unknown, headers?: Message['headers']) => Promise<void>
}

/** Everything that the hub sends, with an id and a moment. What cannot travel is rejected, as the bus does. */
export const outbox = (bus: Pick<MessageBus, 'publish'>, now: () => number, newId: () => string): Outbox => {
  const send = async (topic: string, payload: unknown, envelope: Envelope = {}): Promise<void> => {
    // JSON has no `undefined`: an action that answers nothing answers null.
    await bus.publish([createMessage(payload === undefined ? null : payload, { ...envelope, id: envelope.id ?? newId(), sentAtMs: envelope.sentAtMs ?? now(), topic })])
  }
  return {
    send,
    answer: async (from, { replyTo, correlationId, id }, payload, headers) => {
      if (replyTo !== undefined) await send(replyTo, payload, { from, correlationId: correlationId ?? id, headers })
    },
  }
}
