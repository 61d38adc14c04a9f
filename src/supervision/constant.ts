import { checkOptions, milliseconds } from '../core/options.js'
import type { Backoff } from './backoff.js'

/**
 * The same wait after every failure.
 *
 * @param ms - The wait, in ms; 0 or more.
 * @throws {OptionsError} When `ms` is no such span.
 */
export const constant = (ms: number): Backoff => {
  checkOptions('constant', { ms: milliseconds() }, { ms }, undefined, ['ms'])
  return { name: 'constant', delayMs: () => ms, resetAfterMs: ms }
}
