import type { Settlement } from '../bus/bus.js'
import { reject, retry } from '../bus/settlement.js'
import type { Message } from '../core/message.js'
import { MessageError } from '../core/message-error.js'
import type { Outcome } from '../core/outcome.js'
import { FAILURE_HEADER, type Outbox } from './outbox.js'
import { refusal, settlementOf } from './settlement-of.js'

/** What could not be begun or answered for now comes again after this long. */
export const AGAIN_MS = 1_000

interface Desk {
  readonly outbox: Pick<Outbox, 'answer'>
  readonly edge: (what: string, error?: unknown) => void
}

/**
 * Tells whoever asked how it ended; resolves to what the bus is to be told then. An answer that could not be sent for
 * now makes the message come again; one that can never travel is a failure, and is told as one.
 */
export const answered = async ({ outbox, edge }: Desk, address: string, message: Message, outcome: Outcome): Promise<Settlement> => {
  const refuse = (type: string, why: string): Promise<void> => outbox.answer(address, message, why, { [FAILURE_HEADER]: type })
  const why = refusal(outcome)
  try {
    if (outcome.type === 'completed') await outbox.answer(address, message, outcome.value)
    else if (why !== undefined) await refuse(outcome.type, why)
    edge('an answer')
    return settlementOf(outcome)
  } catch (error) {
    if (error instanceof MessageError) {
      await refuse('failed', error.message).catch((second: unknown) => edge('an answer', second))
      return reject('the answer cannot travel', error)
    }
    edge('an answer', error)
    return outcome.type === 'completed' ? retry(AGAIN_MS, error) : settlementOf(outcome)
  }
}
