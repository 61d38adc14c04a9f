import * as E from 'fp-ts/lib/Either.js'
import { describe } from '../core/describe.js'

/** Recorded messages: the nth of each list is about the nth message. */
export interface RecordedTraffic {
  /** In ms from the first arrival. */
  readonly arrivalMs: Float64Array
  readonly serviceMs: Float64Array
}

const DECIMAL = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const LONGEST_MS = 86_400_000
const MOST_TOLD = 5

interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

/**
 * Reads a CSV text whose first line names the columns `arrivalMs` and `serviceMs`; others are not looked at. Arrivals are
 * ms from whatever moment, in ascending order: the first is where the run begins. Blank lines hold nothing. Left has a
 * sentence, with its line, for each thing that is wrong, the first five of them.
 */
export const readTraffic = (name: string, text: string): E.Either<readonly string[], RecordedTraffic> => {
  const [head, ...rows] = rowsOf(text)
  const columns = ['arrivalMs', 'serviceMs'].map((column) => head?.cells.indexOf(column) ?? -1)
  const [arrival = -1, service = -1] = columns
  if (columns.includes(-1)) return E.left([`${name}:${head?.line ?? 1} should name the columns arrivalMs and serviceMs, but is ${describe(head?.cells.join(',') ?? '')}`])
  if (rows.length === 0) return E.left([`${name} should have a line for each message, but has none after its first`])
  const problems = rows.flatMap((row, i) => problemsOf(row, rows[i - 1], arrival, service).map((problem) => `${name}:${row.line} ${problem}`))
  if (problems.length > 0) return E.left(fewOf(name, problems))
  const firstMs = numberIn(rows[0], arrival)
  return E.right({
    arrivalMs: Float64Array.from(rows, (row) => numberIn(row, arrival) - firstMs),
    serviceMs: Float64Array.from(rows, (row) => numberIn(row, service)),
  })
}

// Spreadsheets put a byte order mark in front, and end lines in their own way.
const rowsOf = (text: string): readonly Row[] =>
  text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
    .map((line, i) => ({ line: i + 1, cells: line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))

const numberIn = (row: Row | undefined, column: number): number => {
  const cell = row?.cells[column] ?? ''
  return DECIMAL.test(cell) ? Number(cell) : Number.NaN
}

const problemsOf = (row: Row, before: Row | undefined, arrival: number, service: number): readonly string[] => {
  const [atMs, beforeMs, tookMs] = [numberIn(row, arrival), numberIn(before, arrival), numberIn(row, service)]
  const got = (column: number): string => (row.cells[column] === undefined ? 'missing' : describe(row.cells[column]))
  return [
    ...(Number.isFinite(atMs) ? [] : [`arrivalMs should be milliseconds, 0 or more, but is ${got(arrival)}`]),
    ...(atMs < beforeMs ? [`arrivalMs should be at least ${beforeMs}, that of the row before, but is ${atMs}: sort the rows`] : []),
    ...(tookMs <= LONGEST_MS ? [] : [`serviceMs should be milliseconds from 0 to ${LONGEST_MS}, but is ${got(service)}`]),
  ]
}

const fewOf = (name: string, problems: readonly string[]): readonly string[] =>
  problems.length <= MOST_TOLD ? problems : [...problems.slice(0, MOST_TOLD), `${name} has ${problems.length - MOST_TOLD} more problems`]
