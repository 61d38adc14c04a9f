/** How long a message took with so many workers. */
export interface SizeSpeed {
  readonly size: number
  /** Time per message, in ms: a running average. */
  readonly ms: number
}

/** What each size was measured to do, smallest first. */
export type SizeLog = readonly SizeSpeed[]

/** The log with one more measurement, of which the average takes this share. */
export const measured = (log: SizeLog, { size, ms }: SizeSpeed, weight: number): SizeLog => {
  const old = log.find((entry) => entry.size === size)
  const entry = { size, ms: old === undefined ? ms : old.ms + weight * (ms - old.ms) }
  return [...log.filter((other) => other.size !== size), entry].toSorted((a, b) => a.size - b.size)
}

/** The fastest of the nearest known sizes: so many below, and as many from this size up. The smaller of equals. */
export const fastestNear = (log: SizeLog, size: number, each: number): number => {
  const below = log.filter((entry) => entry.size < size).slice(-each)
  const above = log.filter((entry) => entry.size >= size).slice(0, each)
  const [first = { size, ms: Infinity }, ...others] = [...below, ...above]
  return others.reduce((best, entry) => (entry.ms < best.ms ? entry : best), first).size
}
