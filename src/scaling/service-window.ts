import type { LoadSample } from '../core/load.js'
import { isCount } from './bounds.js'

/** What a window tells about the work that ended in it. */
export interface ServiceWindow {
  /** How long one took on average, in ms and more than 0; null when it is not known. */
  readonly rttMs: number | null
  /** How many that average stands for. */
  readonly count: number
  /** Most at work at once. */
  readonly maxInFlight: number
  /** Whether an attempt failed. */
  readonly dropped: boolean
}

/**
 * The sample as one measurement: busy time per completion, or the median service time where that is not known. Null
 * when nothing ended or a part is missing. A mean of 0 ms says nothing and counts as not known.
 */
export const serviceWindow = (load: LoadSample): ServiceWindow | null => {
  const { completions, failures, maxInFlight } = load
  if (![completions, failures, maxInFlight].every(isCount)) return null
  const rttMs = [completions > 0 ? load.busyMs / completions : 0, load.serviceMs?.p50 ?? 0].find(isLength) ?? null
  if (rttMs === null && failures === 0) return null
  return { rttMs, count: Math.max(1, completions), maxInFlight, dropped: failures > 0 }
}

const isLength = (ms: number): boolean => Number.isFinite(ms) && ms > 0 && ms <= Number.MAX_SAFE_INTEGER
