/** The service time of one window, and how many attempts it stands for. */
export interface MeasuredWindow {
  readonly ms: number
  readonly count: number
}

/** How many attempts these windows stand for. */
export const attemptsIn = (windows: readonly MeasuredWindow[]): number => windows.reduce((sum, { count }) => sum + count, 0)

/** The smallest time of which a `share` of all attempts lies at or below; each attempt counts as its window's time. */
export const quantileOf = (windows: readonly MeasuredWindow[], share: number): number => {
  const ordered = windows.toSorted((a, b) => a.ms - b.ms)
  const rank = share * attemptsIn(windows)
  const at = ordered.findIndex((_, index) => attemptsIn(ordered.slice(0, index + 1)) >= rank)
  return ordered[at]?.ms ?? 0
}

/** The span until the next measurement, in ms: never shorter than the interval, longer by less than its share `jitter`. */
export const measuringInterval = (intervalMs: number, jitter: number, bits: number): number =>
  jitter === 0 ? intervalMs : intervalMs + (bits % Math.ceil(intervalMs * jitter))
