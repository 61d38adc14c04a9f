import * as t from 'io-ts'
import { anything, checkOptions, milliseconds, oneOf } from '../core/options.js'
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

const SETTLEMENT = { type: oneOf('ack', 'retry', 'reject'), afterMs: milliseconds(), reason: t.string, cause: anything }

/** Throws an `OptionsError` unless it is a settlement; one that was made elsewhere may be anything. */
export const checkSettlement = (settlement: Settlement): void => {
  if (settlement.type !== 'ack') checkOptions('settle', SETTLEMENT, settlement, undefined, ['type', settlement.type === 'retry' ? 'afterMs' : 'reason'])
}
