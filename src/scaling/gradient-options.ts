import { checkOptions, milliseconds, whole, within } from '../core/options.js'
import { inOrder } from './limit.js'

export interface GradientOptions {
  /** How often the limit is updated, in ms; 1 or more. An update waits for the next sample. */
  readonly updateMs: number
  /** How often the least service time is measured, in ms; 1 or more. */
  readonly measureMs: number
  /** Fewest it wants by itself, and while it measures; 1 or more, default 3. The group's bounds win. */
  readonly min?: number | undefined
  /** Most it wants by itself; `min` or more, default 1,000. The group's bounds win. */
  readonly max?: number | undefined
  /** Completions that a measurement takes; 1 or more, default 50. */
  readonly requests?: number | undefined
  /** How much longer than least work may take before fewer are wanted, as a share: 0 to 1, default 0.25. */
  readonly buffer?: number | undefined
  /** Most that chance adds to `measureMs`, as a share of it: 0 to 1, default 0.15. */
  readonly jitter?: number | undefined
  /** Chance in when to measure; a whole number, 0 or more, default 0. */
  readonly seed?: number | undefined
}

export interface GradientRule {
  readonly updateMs: number
  readonly measureMs: number
  readonly own: { readonly min: number; readonly max: number }
  readonly requests: number
  readonly buffer: number
  readonly jitter: number
  readonly seed: number
}

const BOUNDS = { min: 3, max: 1_000 }

const CODECS = {
  updateMs: milliseconds(1),
  measureMs: milliseconds(1),
  min: whole(1),
  max: whole(1),
  requests: whole(1),
  buffer: within(0, 1),
  jitter: within(0, 1),
  seed: whole(0),
}

/** The options, all there. @throws {OptionsError} When one is missing or out of range, or `max` is below `min`. */
export const gradientRule = (options: GradientOptions): GradientRule => {
  checkOptions('gradient', CODECS, options, inOrder(BOUNDS), ['updateMs', 'measureMs'])
  const { updateMs, measureMs, min = BOUNDS.min, max = BOUNDS.max, requests = 50, buffer = 0.25, jitter = 0.15, seed = 0 } = options
  return { updateMs, measureMs, own: { min, max }, requests, buffer, jitter, seed }
}
