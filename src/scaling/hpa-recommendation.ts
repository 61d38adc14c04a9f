/** What the workers did in a span, and what they should. */
export interface Utilization {
  /** Workers asked for last. */
  readonly workers: number
  /** Those of them that were measured. */
  readonly measured: number
  /** Those that are not ready yet: idle on the way up, left out on the way down. */
  readonly unready: number
  /** Those without a measure: idle on the way up, busy all the time on the way down. */
  readonly missing: number
  /** Busy time of the measured, in worker-ms. */
  readonly busyMs: number
  /** The span, in ms; above 0. */
  readonly windowMs: number
  /** Share of its time a worker should be busy, and how far from that is near enough, both in parts of `WHOLE`. */
  readonly target: number
  readonly tolerance: number
}

/** A share is counted in ten-thousandths, so that with whole milliseconds no rounding decides. */
export const WHOLE = 10_000

/**
 * How many workers bring each to the target: `ceil(workers × utilization / target)`, or as many as there are where the
 * two are near enough. None where no worker was measured.
 *
 * Kubernetes' `GetResourceReplicas`
 * (https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/podautoscaler/replica_calculator.go), in whole
 * numbers: at exactly 1.1 × target with a tolerance of 0.1 it holds, where floating point would not.
 */
export const hpaRecommendation = (seen: Utilization): number | undefined => {
  const { workers, measured, unready, missing, busyMs, windowMs } = seen
  if (workers === 0) return needed(busyMs, seen)
  if (measured === 0) return undefined
  const direction = Math.sign(excess(busyMs, measured, seen))
  if (direction === 0) return workers
  const guessed = missing + (direction > 0 ? unready : 0)
  const likelyMs = busyMs + (direction < 0 ? missing * windowMs : 0)
  if (isNear(likelyMs, measured + guessed, seen)) return workers
  if (guessed === 0) return needed(busyMs, seen)
  return Math.sign(excess(likelyMs, measured + guessed, seen)) === direction ? onwards(needed(likelyMs, seen), direction, workers) : workers
}

/** A number that would turn the direction changes nothing. */
const onwards = (wanted: number, direction: number, workers: number): number =>
  direction > 0 ? Math.max(wanted, workers) : Math.min(wanted, workers)

/** Work beyond what the workers should have: 0 at the target. */
const excess = (busyMs: number, workers: number, { windowMs, target }: Utilization): number => busyMs * WHOLE - workers * windowMs * target

const isNear = (busyMs: number, workers: number, seen: Utilization): boolean =>
  Math.abs(excess(busyMs, workers, seen)) * WHOLE <= seen.tolerance * workers * seen.windowMs * seen.target

const needed = (busyMs: number, { windowMs, target }: Utilization): number =>
  Math.min(Number.MAX_SAFE_INTEGER, Math.ceil((busyMs * WHOLE) / (windowMs * target)))
