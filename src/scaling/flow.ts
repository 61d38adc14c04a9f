import type { LoadSample } from '../core/load.js'

/** How much arrives and how long it takes, smoothed. */
export interface Flow {
  /** Null before the first sample. */
  readonly arrivalsPerMs: number | null
  /** Busy time for each attempt that ended, in ms; null before the first end. */
  readonly serviceMs: number | null
  /** Busy time since the last end, in worker-ms: part of the next service time. */
  readonly unendedMs: number
}

export const NO_FLOW: Flow = Object.freeze({ arrivalsPerMs: null, serviceMs: null, unendedMs: 0 })

/**
 * What was known, and this sample with the weight `span / (span + smoothing)`: an exponential mean by implicit Euler
 * steps, the same on every machine. Where nothing ended, its busy time counts for what ends next.
 *
 * @param spanMs - Since the sample before, in ms; above 0.
 */
export const observed = ({ arrivalsPerMs, serviceMs, unendedMs }: Flow, load: LoadSample, spanMs: number, smoothingMs: number): Flow => {
  const { arrivals, windowMs, busyMs, completions, failures } = load
  const weight = spanMs / (spanMs + smoothingMs)
  const ended = completions + failures
  const spentMs = storable(unendedMs + busyMs)
  return {
    arrivalsPerMs: blended(arrivalsPerMs, storable(arrivals / windowMs), weight),
    serviceMs: ended === 0 ? serviceMs : blended(serviceMs, spentMs / ended, weight),
    unendedMs: ended === 0 ? spentMs : 0,
  }
}

/** Infinity would not survive JSON. */
const storable = (value: number): number => Math.min(value, Number.MAX_SAFE_INTEGER)

const blended = (before: number | null, now: number, weight: number): number => (before === null ? now : before + (now - before) * weight)

/** The mean number of workers that the arrivals keep busy, by Little's law; none before something ended. */
export const offeredLoad = ({ arrivalsPerMs, serviceMs }: Flow): number | undefined =>
  arrivalsPerMs === null || serviceMs === null ? undefined : arrivalsPerMs * serviceMs
