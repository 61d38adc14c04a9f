/** A mean over long: of all samples while there are few, then one that forgets exponentially. */
export interface LongTime {
  readonly mean: number
  /** Samples so far, up to those of the warm-up. */
  readonly count: number
  /** Their sum. */
  readonly sum: number
}

const WARM_UP = 10

export const NO_LONG_TIME: LongTime = Object.freeze({ mean: 0, count: 0, sum: 0 })

/** With one more sample; after the warm-up it weighs `2 / (window + 1)`. */
export const observed = ({ mean, count, sum }: LongTime, sample: number, window: number): LongTime => {
  if (count < WARM_UP) return { mean: (sum + sample) / (count + 1), count: count + 1, sum: sum + sample }
  const weight = 2 / (window + 1)
  return { mean: mean * (1 - weight) + sample * weight, count, sum }
}
