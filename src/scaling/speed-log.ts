/** How fast a number of workers was. */
export interface Speed {
  readonly workers: number
  /** Time for each item, in ms, of all workers together. */
  readonly ms: number
}

/** Each number of workers at most once, in ascending order. */
export type SpeedLog = readonly Speed[]

/** With a measurement of a number of workers, of which older ones keep the rest of the weight. */
export const logged = (log: SpeedLog, { workers, ms }: Speed, weight: number): SpeedLog => {
  const old = log.find((entry) => entry.workers === workers)
  const blended = old === undefined ? ms : old.ms * (1 - weight) + ms * weight
  return [...log.filter((entry) => entry.workers !== workers), { workers, ms: blended }].toSorted((a, b) => a.workers - b.workers)
}

/** The fastest of the numbers nearest to `workers`, `eachSide` below it and as many from it upwards; fewer workers win a tie. */
export const fastestNear = (log: SpeedLog, workers: number, eachSide: number): number | undefined => {
  const below = log.filter((entry) => entry.workers < workers).slice(-eachSide)
  const above = log.filter((entry) => entry.workers >= workers).slice(0, eachSide)
  const near = [...below, ...above]
  return near.find(({ ms }) => near.every((other) => other.ms >= ms))?.workers
}
