/** What the crew tells, and whom it asks. */
export interface CrewHost {
  /** How many items may run at once has changed, or a worker has become free. */
  onLimit(): void
  /** Acquiring failed for the `attempt`-th time in a row: how long to wait before the next try, or `undefined` to give up. */
  onAcquireFailure(error: unknown, attempt: number, worker: number): number | undefined
  /** Nothing is being released or replaced any more. */
  onQuiet(): void
}
