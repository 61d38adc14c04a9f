import type { Action } from '../core/action.js'
import type { Job, Transport } from '../core/job.js'
import type { Message } from '../core/message.js'
import type { Attempt } from './attempt.js'
import type { Slots } from './slot.js'

/** What an attempt needs of its group, and whom it tells its one end. */
export interface AttemptHost {
  readonly settings: { readonly address: string; readonly services?: unknown; readonly transport?: Transport | undefined }
  readonly slots: Slots
  /** What it returns, if anything, keeps the worker's slot taken until it resolves. */
  onValue(attempt: Attempt, value: unknown): PromiseLike<void> | undefined
  onError(attempt: Attempt, error: unknown): void
  onRejected(attempt: Attempt, reason: string): void
}

export type Work = Pick<Action<unknown, unknown, unknown, unknown>, 'handle'> & Partial<Pick<Action, 'decode'>>

const transportOf = ({ settings: { transport, address } }: AttemptHost, method: string): Transport => {
  if (transport === undefined) throw new Error(`${address}: ${method}() needs a transport; give the group one, or run it in a hub`)
  return transport
}

// Functions of their own, so that a handler may take them out of its job.
export const sender = (host: AttemptHost): Job['send'] => async (topic, payload, envelope = {}) => {
  await transportOf(host, 'send').send(host.settings.address, topic, payload, envelope)
}

export const replier = (host: AttemptHost, message: Message): Job['reply'] => async (payload) => {
  const { address } = host.settings
  if (message.replyTo === undefined) throw new Error(`${address}: reply() needs a message with replyTo, but ${message.id} has none`)
  await transportOf(host, 'reply').reply(address, message, payload)
}
