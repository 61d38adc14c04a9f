import { MAX_TIMER_MS, check, checkOptions, either, milliseconds, oneOf, within } from '../core/options.js'
import type { Problem } from '../core/options-error.js'
import type { Backoff } from './backoff.js'

/**
 * How chance spreads a wait of `d` ms, with `u` in `[0, 1)`: `none` d; `full` d·u; `equal` d/2·(1 + u);
 * `{ proportional: j }` d·(1 + j·u), which may exceed `maxMs` by the share `j`.
 */
export type Jitter = 'none' | 'full' | 'equal' | { readonly proportional: number }

export interface ExponentialOptions {
  /** The wait after the first failure, before jitter, in ms; 1 or more, at most `maxMs`, default 100. */
  readonly baseMs?: number | undefined
  /** By how much each further failure in a row multiplies it; from 1 to 100, default 2. */
  readonly factor?: number | undefined
  /** The longest wait, before jitter, in ms; 1 or more, default 30,000. */
  readonly maxMs?: number | undefined
  /** Default `'full'`; a proportion is from 0 to 1. */
  readonly jitter?: Jitter | undefined
}

/**
 * A wait that grows with each failure in a row: after the nth, `min(maxMs, baseMs · factor^(n − 1))`, spread by jitter.
 * Counting starts again after `(baseMs + maxMs) / 2` without a failure. As Pekko's `restartWithBackoff`; the jitters are
 * those of "Exponential Backoff And Jitter" (AWS Architecture Blog).
 *
 * @throws {OptionsError} When an option is out of its range, `baseMs` exceeds `maxMs`, or jitter could exceed what a timer waits.
 */
export const exponential = (options: ExponentialOptions = {}): Backoff => {
  checkOptions('exponential', CODECS, options, () => contradictions(withDefaults(options)))
  const { baseMs, factor, maxMs, jitter } = withDefaults(options)
  return {
    name: 'exponential',
    delayMs: ({ failures, random }) => spread(jitter, Math.min(maxMs, baseMs * factor ** (failures - 1)), random),
    resetAfterMs: (baseMs + maxMs) / 2,
  }
}

const SHARE = within(0, 1)

// Not io-ts's own `type`: it would be the only one in a bundle with worker groups, and weighs more than all of this file.
const PROPORTIONAL = check('{ proportional: a share from 0 to 1 }', (value): value is Extract<Jitter, object> =>
  typeof value === 'object' && value !== null && 'proportional' in value && SHARE.is(value.proportional))

const CODECS = {
  baseMs: milliseconds(1),
  factor: within(1, 100, 'a factor'),
  maxMs: milliseconds(1),
  jitter: either(oneOf('none', 'full', 'equal'), PROPORTIONAL),
}

interface Settings {
  readonly baseMs: number
  readonly factor: number
  readonly maxMs: number
  readonly jitter: Jitter
}

const withDefaults = ({ baseMs = 100, factor = 2, maxMs = 30_000, jitter = 'full' }: ExponentialOptions): Settings =>
  ({ baseMs, factor, maxMs, jitter })

const contradictions = ({ baseMs, maxMs, jitter }: Settings): readonly Problem[] => {
  if (baseMs > maxMs) return [{ path: 'baseMs', got: String(baseMs), expected: `at most maxMs, ${maxMs}` }]
  const longest = spread(jitter, maxMs, 1)
  return longest > MAX_TIMER_MS ? [{ path: 'maxMs', got: `${longest} with jitter`, expected: `at most ${MAX_TIMER_MS} with jitter` }] : []
}

const spread = (jitter: Jitter, ms: number, random: number): number => {
  switch (jitter) {
    case 'none':
      return ms
    case 'full':
      return ms * random
    case 'equal':
      return (ms / 2) * (1 + random)
    default:
      return ms * (1 + jitter.proportional * random)
  }
}
