import type { Backoff } from './backoff.js'

/** What is remembered of failures in a row. */
export interface BackoffTrack {
  /** Failures in a row. */
  readonly failures: number
  /** The wait after the last of them, in ms. */
  readonly previousMs: number
  /** From when on it counts as healthy, in ms: the end of that wait, unless whoever restarts it knows of a later moment. */
  readonly healthyFromMs: number
}

/** Nothing has failed yet. */
export const NO_FAILURES: BackoffTrack = Object.freeze({ failures: 0, previousMs: 0, healthyFromMs: 0 })

export interface NextDelay {
  readonly track: BackoffTrack
  /** The wait before it is tried again, in ms. */
  readonly delayMs: number
}

/**
 * Counts one failure at `nowMs` and asks the backoff for the wait; after `resetAfterMs` of health counting starts again
 * at 1. Health is measured from the end of the last wait: else every wait longer than `resetAfterMs` would reset it.
 *
 * @param random - Chance, in `[0, 1)`.
 */
export const nextDelay = (track: BackoffTrack, backoff: Backoff, nowMs: number, random: number): NextDelay => {
  const { failures, previousMs } = nowMs - track.healthyFromMs >= backoff.resetAfterMs ? NO_FAILURES : track
  const delayMs = backoff.delayMs({ failures: failures + 1, random, previousMs })
  return { track: { failures: failures + 1, previousMs: delayMs, healthyFromMs: nowMs + delayMs }, delayMs }
}
