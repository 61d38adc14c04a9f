import type { Quantiles } from './quantiles.js'
import type { Measures } from './vitals.js'

/** What a scaling policy sees of a group: how things are now, and what happened since the sample before; measures of the process where the group has `vitals`. */
export interface LoadSample extends Measures {
  /** The moment of the sample, on the group's scheduler, in ms. */
  readonly nowMs: number
  /** The span this sample covers, in ms: since the sample before. */
  readonly windowMs: number
  /** Workers alive: now. */
  readonly live: number
  /** Fewest workers allowed. */
  readonly min: number
  /** Most workers allowed. */
  readonly max: number
  /** Accepted, not started: now. */
  readonly waiting: number
  /** Started, not settled: now. */
  readonly inFlight: number
  /** Most started at once in the window. */
  readonly maxInFlight: number
  /** Accepted in the window. */
  readonly arrivals: number
  /** Completed in the window. */
  readonly completions: number
  /** Attempts that failed in the window. */
  readonly failures: number
  /**
   * How long the one who has waited longest has waited, in ms; 0 if none waits. With `offer`, the sender who waits for
   * room, and while no worker is wanted, whoever waits in the line or has come back to it from a retry.
   */
  readonly oldestWaitMs: number
  /** How long each idle worker has been idle, in ms, longest first. */
  readonly idleMs: readonly number[]
  /** Busy workers summed over the window, in worker-ms. */
  readonly busyMs: number
  /** Time from start to settlement of what ended in the window, in ms; absent when nothing ended. */
  readonly serviceMs?: Quantiles | undefined
  /** Time from start to settlement summed over what completed in the window, in ms. */
  readonly servedMs?: number | undefined
}
