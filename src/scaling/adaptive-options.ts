export interface AdaptiveOptions {
  /** How long someone waits before the policy looks again, in ms; 1 or more, default 50. */
  readonly waitedMs?: number | undefined
  /** What was seen counts half after this span, in ms; 1 or more, default 120,000. */
  readonly memoryMs?: number | undefined
  /** Workers that are not needed any more are given back over about this span, in ms; 1 or more, default 30,000. */
  readonly holdMs?: number | undefined
  /** What waits should be gone after this span, in ms, or after three services if they take longer; 1 or more, default 500. */
  readonly drainMs?: number | undefined
  /** Spare workers, in square roots of the number that is busy: 0 to 10, default 1. */
  readonly headroom?: number | undefined
  /** The largest step to a number of workers that was never tried, as a ratio: more than 1, to 4, default 1.5. */
  readonly growth?: number | undefined
  /** Messages that have to end before a number of workers counts as tried, for times without variation: 1 to 1,000, default 6. */
  readonly evidence?: number | undefined
}

/** So many are let go without knowing anything: a slow start from one worker costs seconds of waiting, as it did TCP before RFC 6928. */
export const UNSEEN = 8

export type AdaptivePlan = Required<{ [Name in Exclude<keyof AdaptiveOptions, 'waitedMs'>]: number }>
