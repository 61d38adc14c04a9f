/** What a backoff is asked with. */
export interface BackoffStep {
  /** How many failures came in a row, counted from 1. */
  readonly failures: number
  /** Chance, in `[0, 1)`, drawn by the caller: asking twice with the same gives the same. */
  readonly random: number
  /** The wait before, in ms; 0 before the first. */
  readonly previousMs: number
}

/** How long to wait after a failure: a pure value. */
export interface Backoff {
  readonly name: string
  /** The wait in ms; finite for any number of failures. */
  delayMs(step: BackoffStep): number
  /** After this long without a failure, in ms, counting starts again at 1. */
  readonly resetAfterMs: number
}
