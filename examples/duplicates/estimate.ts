/** How far it is at a moment: what of a total is done. */
export interface Mark {
  readonly atMs: number
  readonly done: number
}

const SPAN_MS = 10_000
// What the first moments promise is mostly wrong.
const FIRST_MS = 1000

/** Adds a mark and forgets those beyond the last ten seconds, but one: the rate is that of the recent past. */
export const addMark = (marks: readonly Mark[], mark: Mark): readonly Mark[] => {
  const from = marks.findLastIndex(({ atMs }) => atMs <= mark.atMs - SPAN_MS)
  return [...marks.slice(Math.max(0, from)), mark]
}

/** Per second, over the marks; undefined while there is nothing to tell it from. */
export const rateOf = (marks: readonly Mark[]): number | undefined => {
  const first = marks[0]
  const last = marks.at(-1)
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return undefined
  return ((last.done - first.done) * 1000) / (last.atMs - first.atMs)
}

/** How long the rest will take at the recent rate, in ms; undefined while that cannot be told. */
export const timeLeftMs = (marks: readonly Mark[], total: number | undefined): number | undefined => {
  const rate = rateOf(marks)
  const [first, last] = [marks[0], marks.at(-1)]
  if (total === undefined || first === undefined || last === undefined || rate === undefined) return undefined
  return rate <= 0 || last.atMs - first.atMs < FIRST_MS ? undefined : (Math.max(0, total - last.done) * 1000) / rate
}
