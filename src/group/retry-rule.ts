import type { Failure } from '../core/failure.js'
import type { Item } from './item.js'
import type { Settings } from './settings.js'

/** How long until an item that failed is tried again, in ms; `undefined`: it is not. A rule or a backoff that throws has no answer. */
export const retryDelay = (item: Item, failure: Failure, { retry, random }: Settings): number | undefined => {
  if (item.attempts >= retry.maxAttempts || item.extras?.spent === true) return undefined
  try {
    if (retry.when(failure)) return retry.backoff.delayMs({ failures: item.attempts, random: random(), previousMs: item.extras?.previousDelayMs ?? 0 })
  } catch {
    // The item ends with the failure that was its own.
  }
  return undefined
}
