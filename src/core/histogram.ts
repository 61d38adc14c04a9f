import { NO_QUANTILES, type Quantiles } from './quantiles.js'

/** Buckets per doubling: a quantile is off by at most one part in this many. */
const STEPS = 32
const STEP_BITS = 5
/** Values are counted in sixteenths of a ms: finer is not told apart. */
const PER_MS = 16
const BUCKETS = (31 - STEP_BITS + 1) * STEPS

/**
 * Counts spans in fixed memory and constant time. The buckets grow with the value, as in an HDR histogram; counters come
 * into being with the first value, so that an idle group costs nothing.
 */
export class Histogram {
  #counters: Uint32Array | undefined

  record(spanMs: number): void {
    const counters = (this.#counters ??= new Uint32Array(BUCKETS))
    const bucket = bucketOf(spanMs)
    counters[bucket] = (counters[bucket] ?? 0) + 1
  }

  clear(): void {
    this.#counters?.fill(0)
  }

  /** Quantiles of what is counted here and there. */
  read(other?: Histogram): Quantiles {
    const counts = [this.#counters, other === undefined ? undefined : other.#counters].filter((counters) => counters !== undefined)
    const total = counts.reduce((sum, counters) => counters.reduce((a, b) => a + b, sum), 0)
    if (total === 0) return NO_QUANTILES
    const at = (share: number): number => quantile(counts, Math.ceil(total * share))
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99) }
  }
}

const bucketOf = (spanMs: number): number => {
  const value = Math.min(Math.max(Math.round(spanMs * PER_MS), 0), 0x7fff_ffff)
  if (value < STEPS) return value
  const doublings = 31 - STEP_BITS - Math.clz32(value)
  return (doublings + 1) * STEPS + ((value >>> doublings) - STEPS)
}

/** The largest span that falls into a bucket, so that a quantile is never told too small by rounding. */
const upperMs = (bucket: number): number => {
  if (bucket < 2 * STEPS) return bucket / PER_MS
  const doublings = Math.floor(bucket / STEPS) - 1
  return (((bucket % STEPS) + STEPS + 1) * 2 ** doublings - 1) / PER_MS
}

const quantile = (counts: readonly Uint32Array[], rank: number): number => {
  let seen = 0
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    for (const counters of counts) seen += counters[bucket] ?? 0
    if (seen >= rank) return upperMs(bucket)
  }
  return upperMs(BUCKETS - 1)
}
