import type { Settlement } from '../bus/bus.js'
import { ack, reject, retry } from '../bus/settlement.js'
import { describe } from '../core/describe.js'
import type { Outcome } from '../core/outcome.js'

/**
 * What the bus is told of an item's one outcome: handled, or taken over by whoever claimed it from an escalation;
 * never to be handled, with why; or not dealt with, so that it comes again, at once and to whoever has room.
 */
export const settlementOf = (outcome: Outcome): Settlement => {
  switch (outcome.type) {
    case 'completed':
      return ack
    case 'failed':
    case 'timedOut':
      return reject(refusal(outcome) ?? outcome.type, outcome.failure.error)
    case 'rejected':
      return reject(outcome.reason)
    case 'expired':
      return reject('expired')
    case 'handedBack':
      return outcome.to === 'claimant' ? ack : retry(0)
    case 'cancelled':
    case 'dropped':
      return retry(0)
  }
}

/** What whoever asked is told when there will be no answer; nothing if the message comes again, or if nobody waits any more. */
export const refusal = (outcome: Outcome): string | undefined => {
  switch (outcome.type) {
    case 'failed':
    case 'timedOut':
      return `${outcome.type} after ${outcome.attempts} ${outcome.attempts === 1 ? 'attempt' : 'attempts'}: ${told(outcome.failure.error)}`
    case 'rejected':
      return outcome.reason
    default:
      return undefined
  }
}

const told = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : describe(error))
