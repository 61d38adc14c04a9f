import type { Cell } from './cell.js'
import { BUS, DEEP, MOVING, PROMISE, SYNC } from './cells.js'
import { ratio, type Figure } from './race.js'
import { line, times } from './table.js'

export type Results = ReadonlyMap<Cell, readonly Figure[]>

interface Ratio {
  readonly cell: Cell
  readonly ours: string
  readonly theirs: string
  readonly most: number
}

const vs = (cell: Cell, ours: string, theirs: string, most: number): Ratio => ({ cell, ours, theirs, most })

const RATIOS: readonly Ratio[] = [
  vs(PROMISE, 'scaleMap', 'fastq.promise', 0.85),
  vs(PROMISE, 'scaleMap', 'floor', 2.2),
  vs(PROMISE, 'scaleMap', 'mergeMap', 0.45),
  vs(SYNC, 'scaleMap', 'mergeMap', 0.5),
  vs(SYNC, 'scaleMap', 'fastq.promise', 0.8),
  vs(DEEP, 'scaleMap', 'mergeMap', 0.02),
  vs(DEEP, 'scaleMap', 'fastq.promise', 0.3),
  vs(PROMISE, 'group', 'fastq.promise', 1),
  vs(PROMISE, 'group', 'p-queue', 0.5),
  vs(PROMISE, 'group, everything on', 'p-queue, timeout', 1),
  vs(PROMISE, 'group, everything on', 'Effect, mapEffect', 0.3),
  vs(MOVING, 'scaleMap, limit$ moving', 'scaleMap, limit$ at rest', 1.1),
  vs(MOVING, 'group, limit moving', 'group, limit at rest', 1.1),
]

const BYTES: readonly { readonly ours: string; readonly most: number }[] = [{ ours: 'scaleMap', most: 450 }, { ours: 'group', most: 700 }]

const LEAST_PER_SECOND = 500_000

const verdict = (met: boolean): string => (met ? 'met' : '**missed**')

const one = (results: Results, cell: Cell, name: string): Figure | undefined => results.get(cell)?.find((figure) => figure.name === name)

const ratioLine = (results: Results, { cell, ours, theirs, most }: Ratio): readonly string[] => {
  const [a, b] = [one(results, cell, ours), one(results, cell, theirs)]
  if (a === undefined || b === undefined) return []
  const value = ratio(a, b)
  return [line([cell.name, `${ours} ÷ ${theirs}`, `≤ ${most}`, times(value), times(a.cpuNs / b.cpuNs), verdict(value <= most)])]
}

const bytesLine = (results: Results, { ours, most }: (typeof BYTES)[number]): readonly string[] => {
  const figure = one(results, PROMISE, ours)
  return figure === undefined ? [] : [line([PROMISE.name, `bytes of ${ours}`, `≤ ${most}`, figure.bytes.toFixed(0), '', verdict(figure.bytes <= most)])]
}

const busLine = (results: Results): readonly string[] =>
  (results.get(BUS) ?? []).map(({ name, bestNs, cpuNs }) => {
    const rate = (each: number): string => Math.round(1e9 / each).toLocaleString('en')
    return line([BUS.name, `messages a second, ${name}`, `≥ ${LEAST_PER_SECOND.toLocaleString('en')}`, rate(bestNs), rate(cpuNs), verdict(1e9 / bestNs >= LEAST_PER_SECOND)])
  })

/** What was to be reached, and what was, in CPU time: of the fastest rounds, and of the medians. Cells that were not run are left out. */
export const goals = (results: Results): string =>
  [
    line(['work', 'what', 'goal', 'fastest rounds', 'medians', '']),
    '|---|---|---:|---:|---:|---|',
    ...RATIOS.flatMap((each) => ratioLine(results, each)),
    ...BYTES.flatMap((each) => bytesLine(results, each)),
    ...busLine(results),
  ].join('\n')
