import type { Envelope, Message } from './message.js'

/** Everything a handler is given for one attempt at one item. */
export interface Job<I = unknown, W = undefined, S = undefined> {
  /** The item in its envelope. */
  readonly message: Message<I>
  /** The payload, decoded. */
  readonly input: I
  /** Which try this is, counted from 1. */
  readonly attempt: number
  /** Where this group is found: its name, or `<parent>/children/<child>`. */
  readonly address: string
  /** The resource of the worker that runs this. */
  readonly worker: W
  /** What the hub or the group was given for its actions to use. */
  readonly services: S
  /** Aborted on timeout, restart, drain deadline, lost lease, withdrawal or unsubscription; its reason says which. */
  readonly signal: AbortSignal
  /** Sends a message through the group's bus; rejects with a clear error where there is none. */
  send(topic: string, payload: unknown, envelope?: Envelope): Promise<void>
  /** Answers the message's `replyTo`; rejects with a clear error if nobody asked. */
  reply(payload: unknown): Promise<void>
}

/** How a group's jobs send: given by the hub, or by a user who has a bus of their own. */
export interface Transport {
  send(from: string, topic: string, payload: unknown, envelope: Envelope): Promise<void>
  reply(from: string, request: Message, payload: unknown): Promise<void>
}
