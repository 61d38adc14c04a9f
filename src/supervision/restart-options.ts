import { type OptionCodecs, checkOptions, having, milliseconds, wholeOrInfinity } from '../core/options.js'
import type { Backoff } from './backoff.js'
import { exponential } from './exponential.js'
import type { Intensity } from './strategy.js'

/** How a restart is paced and how often it is allowed. */
export interface RestartOptions {
  /** The wait before the restart; default `exponential()`. */
  readonly backoff?: Backoff | undefined
  /** Restarts allowed within `withinMs`: a whole number, 0 for none, `Infinity` for any number; default 3. One more stops and escalates. */
  readonly maxRestarts?: number | undefined
  /** The window, in ms, both ends included; 1 or more, default 5,000. */
  readonly withinMs?: number | undefined
}

export interface RestartTerms {
  readonly backoff: Backoff
  readonly intensity: Intensity
}

/** The options, checked and with their defaults; a strategy that has more of them brings their codecs. */
export const restartTerms = (where: string, options: RestartOptions, more: OptionCodecs = {}): RestartTerms => {
  const codecs = { backoff: having('a backoff', 'delayMs'), maxRestarts: wholeOrInfinity(0), withinMs: milliseconds(1) }
  checkOptions(where, { ...codecs, ...more }, options)
  const { backoff = exponential(), maxRestarts = 3, withinMs = 5_000 } = options
  return { backoff, intensity: { maxRestarts, withinMs } }
}
