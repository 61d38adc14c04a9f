import { checkOptions, milliseconds } from '../core/options.js'
import type { Settlement } from './bus.js'

/** It was handled: the bus forgets it. */
export const ack: Settlement = Object.freeze({ type: 'ack' })

/** It is to come again after so many ms (0 or more), or to become a dead letter if this was its last delivery. */
export const retry = (afterMs: number, cause?: unknown): Settlement => {
  checkOptions('retry', { afterMs: milliseconds() }, { afterMs }, undefined, ['afterMs'])
  return { type: 'retry', afterMs, cause }
}

/** It can never be handled: it becomes a dead letter for this reason. */
export const reject = (reason: string, cause?: unknown): Settlement => ({ type: 'reject', reason, cause })
