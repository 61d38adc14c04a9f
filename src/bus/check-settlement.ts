import * as t from 'io-ts'
import { anything, checkOptions, milliseconds, oneOf } from '../core/options.js'
import type { Settlement } from './bus.js'

const SETTLEMENT = { type: oneOf('ack', 'retry', 'reject'), afterMs: milliseconds(), reason: t.string, cause: anything }

/** Throws an `OptionsError` unless it is a settlement that a bus can act on. */
export const checkSettlement = (settlement: Settlement): void =>
  checkOptions('settle', SETTLEMENT, settlement, undefined, ['type', settlement.type === 'retry' ? 'afterMs' : 'reason'])
