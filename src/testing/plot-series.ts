import type { Trace } from './trace.js'

/** A value that holds from a moment on. */
export interface Point {
  readonly atMs: number
  readonly value: number
}

/** How many columns a picture is divided into: finer is not told apart. */
export const COLUMNS = 240

/** Messages that arrive per second, in each column. */
export const arrivalSeries = ({ messages: { arrivedMs } }: Trace, endMs: number): readonly Point[] => {
  const spanMs = endMs / COLUMNS
  return byColumn(arrivedMs, arrivedMs, endMs).map((column, i) => ({ atMs: i * spanMs, value: (column.length / spanMs) * 1_000 }))
}

/** p99 of waiting and service of the messages that ended in each column; none where none did. */
export const latencySeries = ({ messages: { arrivedMs, endedMs } }: Trace, endMs: number): readonly Point[] => {
  const spans = endedMs.map((ms, i) => ms - (arrivedMs[i] ?? 0))
  return byColumn(endedMs, spans, endMs).flatMap((column, i) => {
    const p99 = column.toSorted((a, b) => a - b)[Math.ceil(column.length * 0.99) - 1]
    return p99 === undefined ? [] : [{ atMs: ((i + 0.5) * endMs) / COLUMNS, value: p99 }]
  })
}

/** The most that wait in each column: arrived, not started. */
export const waitingSeries = ({ messages: { arrivedMs, startedMs } }: Trace, endMs: number): readonly Point[] => {
  const most = new Float64Array(COLUMNS)
  const leftOver = new Float64Array(COLUMNS)
  // A message that never starts waits to the end.
  const starts = startedMs.map((ms) => (Number.isNaN(ms) ? Infinity : ms)).sort()
  let started = 0
  arrivedMs.forEach((atMs, i) => {
    while ((starts[started] ?? Infinity) <= atMs) started += 1
    const column = columnOf(atMs, endMs)
    most[column] = Math.max(most[column] ?? 0, i + 1 - started)
  })
  let [here, gone] = [0, 0]
  for (let column = 0; column < COLUMNS; column += 1) {
    const untilMs = ((column + 1) * endMs) / COLUMNS
    while ((arrivedMs[here] ?? Infinity) < untilMs) here += 1
    while ((starts[gone] ?? Infinity) < untilMs) gone += 1
    leftOver[column] = Math.max(0, here - gone)
  }
  return Array.from(most, (value, i) => ({ atMs: (i * endMs) / COLUMNS, value: Math.max(value, leftOver[i] ?? 0, leftOver[i - 1] ?? 0) }))
}

/** The same, and the last value holds until a moment. */
export const held = (points: readonly Point[], untilMs: number): readonly Point[] => {
  const last = points.at(-1)
  return last === undefined ? points : [...points, { atMs: untilMs, value: last.value }]
}

/** Of many steps those that can be seen: in each column the lowest, the highest and the last. */
export const thinned = (points: readonly Point[], endMs: number): readonly Point[] => {
  if (points.length <= 4 * COLUMNS) return points
  const columns = Array.from({ length: COLUMNS }, (): Point[] => [])
  for (const point of points) columns[columnOf(point.atMs, endMs)]?.push(point)
  return columns.flatMap((column) => {
    const extremes = new Set([column.reduce(lower, column[0]), column.reduce(higher, column[0]), column.at(-1)])
    return column.filter((point) => extremes.has(point))
  })
}

const lower = (a: Point | undefined, b: Point): Point => (a === undefined || b.value < a.value ? b : a)

const higher = (a: Point | undefined, b: Point): Point => (a === undefined || b.value > a.value ? b : a)

const columnOf = (atMs: number, endMs: number): number => Math.min(COLUMNS - 1, Math.floor((atMs / endMs) * COLUMNS))

const byColumn = (atMs: Float64Array, values: Float64Array, endMs: number): readonly (readonly number[])[] => {
  const columns = Array.from({ length: COLUMNS }, (): number[] => [])
  atMs.forEach((ms, i) => columns[columnOf(ms, endMs)]?.push(values[i] ?? 0))
  return columns
}
