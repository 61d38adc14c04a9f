/** Each size that is told apart is larger than the one before by this share, or by one. */
const RATIO = 1.08

/** The numbers of workers between which a knee is sought: every small one, then ever wider apart, and the largest. */
export const sizesUpTo = (max: number): readonly number[] => {
  const sizes: number[] = []
  for (let size = 1; size < max; size = Math.max(size + 1, Math.round(size * RATIO))) sizes.push(size)
  return [...sizes, Math.max(1, max)]
}

/** The place of the size that is nearest to a number. */
export const nearest = (sizes: readonly number[], number: number): number => {
  let [low, high] = [0, sizes.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((sizes[middle] ?? 0) <= number) low = middle
    else high = middle
  }
  return number - (sizes[low] ?? 0) < (sizes[high] ?? 0) - number ? low : high
}
