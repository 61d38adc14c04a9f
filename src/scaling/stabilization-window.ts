/** How many workers were right by the samples of one moment, before anything held them. */
export interface Recommendation {
  readonly atMs: number
  readonly workers: number
}

/**
 * The recommendations of the past that may still decide: those that no later one undercuts, for the way up, and those
 * that no later one exceeds, for the way down. Each list has every number of workers once at most, however often is sampled.
 */
export interface Recommendations {
  /** Rising. */
  readonly lowest: readonly Recommendation[]
  /** Falling. */
  readonly highest: readonly Recommendation[]
}

/** How long a recommendation holds back what goes beyond it. */
export interface StabilizationWindows {
  /** For growth, in ms; 0 lets every growth through. */
  readonly upMs: number
  /** For shrinking, in ms; 0 lets every shrinking through. */
  readonly downMs: number
}

export const NO_RECOMMENDATIONS: Recommendations = Object.freeze({ lowest: [], highest: [] })

/** The past of one direction: without what is as old as the window, and without what the newest outlives and outdoes; with that. */
export const remember = <R extends { readonly atMs: number }>(past: readonly R[], newest: R, windowMs: number, outlasts: (old: R) => boolean): readonly R[] => [
  ...past.filter((old) => newest.atMs - old.atMs < windowMs && outlasts(old)),
  newest,
]

/** The past with one recommendation more and without those whose window is over: it is while they are younger than it. */
export const recommended = (
  { lowest, highest }: Recommendations,
  latest: Recommendation,
  { upMs, downMs }: StabilizationWindows,
): Recommendations => ({
  lowest: remember(lowest, latest, upMs, ({ workers }) => workers < latest.workers),
  highest: remember(highest, latest, downMs, ({ workers }) => workers > latest.workers),
})

/**
 * The workers there are, moved only as far as all recommendations of a window agree: up to the least of the window for
 * growth, down to the most of the window for shrinking. Kubernetes' `stabilizeRecommendationWithBehaviors`
 * (https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/podautoscaler/horizontal.go).
 */
export const heldBy = (workers: number, { lowest, highest }: Recommendations): number =>
  Math.min(Math.max(workers, lowest[0]?.workers ?? workers), highest[0]?.workers ?? workers)
