import type { LoadSample } from '../../src/core/load.js'

const QUIET: LoadSample = {
  nowMs: 0, windowMs: 1_000, live: 1, min: 1, max: 10, waiting: 0, inFlight: 0, maxInFlight: 0, arrivals: 0,
  completions: 0, failures: 0, oldestWaitMs: 0, idleMs: [], busyMs: 0,
}

/** A load sample that says what the spec is about; the rest is a quiet group of one worker, 1 to 10 allowed. */
export const loadOf = (about: Partial<LoadSample> = {}): LoadSample => ({ ...QUIET, ...about })

/** The same with a part missing or nonsense. */
export const brokenLoadOf = (about: Partial<LoadSample>, broken: Readonly<Record<string, unknown>>): LoadSample => Object.assign(loadOf(about), broken)
