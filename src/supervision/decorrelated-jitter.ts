import { checkOptions, milliseconds } from '../core/options.js'
import type { Backoff } from './backoff.js'

export interface DecorrelatedJitterOptions {
  /** The shortest wait, in ms; 1 or more, at most `maxMs`, default 100. */
  readonly baseMs?: number | undefined
  /** The longest wait, in ms; 1 or more, default 30,000. */
  readonly maxMs?: number | undefined
}

/**
 * A wait drawn anew each time between `baseMs` and three times the wait before, at most `maxMs`; the first between
 * `baseMs` and three times `baseMs`. Counting starts again after `(baseMs + maxMs) / 2` without a failure.
 * As in "Exponential Backoff And Jitter" (AWS Architecture Blog).
 *
 * @throws {OptionsError} When a span is not one, or `baseMs` exceeds `maxMs`.
 */
export const decorrelatedJitter = (options: DecorrelatedJitterOptions = {}): Backoff => {
  checkOptions('decorrelatedJitter', { baseMs: milliseconds(1), maxMs: milliseconds(1) }, options, () => {
    const { baseMs = 100, maxMs = 30_000 } = options
    return baseMs > maxMs ? [{ path: 'baseMs', got: String(baseMs), expected: `at most maxMs, ${maxMs}` }] : []
  })
  const { baseMs = 100, maxMs = 30_000 } = options
  return {
    name: 'decorrelatedJitter',
    delayMs: ({ random, previousMs }) => Math.min(maxMs, baseMs + random * (3 * Math.max(baseMs, previousMs) - baseMs)),
    resetAfterMs: (baseMs + maxMs) / 2,
  }
}
