/** The bounds that a load sample carries. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

/** Whether it is a number of workers or items; anything else in a sample counts as missing. */
export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

/** The number pulled into `[min, max]`. A bound that is missing does not bind; `min` wins over a `max` below it. */
export const withinBounds = (wanted: number, { min, max }: Bounds): number => {
  const least = isCount(min) ? min : 0
  return isCount(max) ? Math.max(least, Math.min(wanted, max)) : Math.max(least, wanted)
}
