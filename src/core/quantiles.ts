/** Three quantiles of a span of time, in ms: half, nine tenths and ninety-nine hundredths of the values lie at or below. */
export interface Quantiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** Quantiles of nothing: what is reported before the first value. */
export const NO_QUANTILES: Quantiles = Object.freeze({ p50: 0, p90: 0, p99: 0 })
