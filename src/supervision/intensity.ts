import type { Intensity } from './strategy.js'

/** The moments of the restarts that still count, in ms, oldest first. */
export type RestartHistory = readonly number[]

export interface RecordedRestart {
  readonly history: RestartHistory
  /** True: there were more than `maxRestarts`, so this one is not to be made. */
  readonly exceeded: boolean
  /** Restarts within the window, this one included; with `Infinity` allowed, at most 1,000 are remembered. */
  readonly restarts: number
}

const REMEMBERED = 1_000

/**
 * Counts a restart at `nowMs` as OTP's supervisor does: keeps the moments `r >= nowMs - withinMs`, adds this one, and
 * gives up when there are more than `maxRestarts`. Moments that this window leaves behind are forgotten.
 */
export const recordRestart = (history: RestartHistory, nowMs: number, { maxRestarts, withinMs }: Intensity): RecordedRestart => {
  const inWindow = [...history.filter((atMs) => atMs >= nowMs - withinMs), nowMs]
  // One more than is allowed settles the question, so no more need be kept; with no bound nothing depends on them.
  const kept = inWindow.slice(-(maxRestarts === Infinity ? REMEMBERED : maxRestarts + 1))
  return { history: kept, exceeded: kept.length > maxRestarts, restarts: kept.length }
}
