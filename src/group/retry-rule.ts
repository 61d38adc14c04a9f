import type { Failure } from '../core/failure.js'
import type { Item } from './item.js'
import type { Settings } from './settings.js'

/** Whether an item that failed is to be tried again. */
export const mayRetry = (item: Item, failure: Failure, { maxAttempts, when }: Settings['retry']): boolean =>
  item.attempts < maxAttempts && !item.spent && worthIt(when, failure)

/** A rule that throws has no answer: the item is not tried again. */
const worthIt = (when: (failure: Failure) => boolean, failure: Failure): boolean => {
  try {
    return when(failure)
  } catch {
    return false
  }
}
