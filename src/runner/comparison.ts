import { describe } from '../core/describe.js'
import { ask } from '../scaling/ask.js'
import { fixed } from '../scaling/fixed.js'
import type { ScalingPolicy } from '../scaling/policy.js'
import { bestFixed, clairvoyant, type BestFixed, type Clairvoyant } from '../testing/best-fixed.js'
import type { Measures } from '../testing/measures.js'
import { simulate } from '../testing/simulate.js'
import type { SimulatedLoad } from '../testing/simulate-options.js'
import type { Trace } from '../testing/trace.js'
import type { Candidate } from './simulate-task.js'

export interface ComparedRun {
  readonly label: string
  readonly trace: Trace
}

/** A policy that gave no usable answer, and why. */
export interface FailedRun {
  readonly label: string
  readonly reason: string
}

/** Policies side by side, under the same messages. */
export interface Comparison {
  readonly load: SimulatedLoad
  readonly runs: readonly ComparedRun[]
  readonly failed: readonly FailedRun[]
  readonly best: BestFixed & ComparedRun
  readonly bound: Clairvoyant
}

/** Simulates every candidate, and the best fixed number of workers. A policy that fails is told, and the others go on. */
export const compare = (candidates: readonly Candidate[], load: SimulatedLoad): Comparison => {
  const tried = candidates.map((candidate) => attempt(candidate, load))
  const best = bestFixed(load)
  const { workers } = best
  const trace = simulate({ ...load, bounds: { min: workers, max: workers }, policy: fixed(workers) })
  return {
    load,
    runs: tried.flatMap((run) => ('trace' in run ? [run] : [])),
    failed: tried.flatMap((run) => ('reason' in run ? [run] : [])),
    best: { ...best, label: `best fixed: ${workers}`, trace },
    bound: clairvoyant(best),
  }
}

const attempt = ({ label, policy }: Candidate, load: SimulatedLoad): ComparedRun | FailedRun => {
  try {
    return { label, trace: simulate({ ...load, policy: asked(policy) }) }
  } catch (error) {
    return { label, reason: error instanceof Error ? error.message : describe(error) }
  }
}

/** The same policy, whose bad answers are named: a user's file may be plain JavaScript. */
const asked = (policy: ScalingPolicy): ScalingPolicy => ({
  name: policy.name, initial: policy.initial, wake: policy.wake, step: (state, load) => ask(policy, state, load),
})

/** One column of the table: its heading, what it says, and how it says it. */
export interface Column {
  readonly head: string
  readonly meaning: string
  readonly cell: (measures: Measures, best: Measures) => string
  /** What it says of the clairvoyant bound; nothing where that is no bound. */
  readonly bound?: (bound: Clairvoyant, best: Measures) => string
  /** Left out where it says 0 of all. */
  readonly rare?: true
}

export const COLUMNS: readonly Column[] = [
  { head: 'wait p50', meaning: 'from arrival to the start of work, ms: half no longer', cell: ({ waitMs }) => figure(waitMs.p50) },
  { head: 'wait p99', meaning: 'the same, 99 in 100 no longer', cell: ({ waitMs }) => figure(waitMs.p99) },
  { head: 'sojourn p50', meaning: 'waiting and service, ms: half no longer', cell: ({ sojournMs }) => figure(sojournMs.p50) },
  { head: 'sojourn p99', meaning: 'the same, 99 in 100 no longer', cell: ({ sojournMs }) => figure(sojournMs.p99), bound: ({ p99Ms }) => figure(p99Ms) },
  { head: '/ best', meaning: 'that p99, as a ratio to the best fixed number', cell: ({ sojournMs }, best) => ratio(sojournMs.p99, best.sojournMs.p99), bound: ({ p99Ms }, best) => ratio(p99Ms, best.sojournMs.p99) },
  { head: 'worker-s', meaning: 'workers alive, summed over the run: what is paid for', cell: ({ workerSeconds }) => figure(workerSeconds), bound: ({ workerSeconds }) => figure(workerSeconds) },
  { head: '/ best', meaning: 'those, as a ratio to the best fixed number', cell: ({ workerSeconds }, best) => ratio(workerSeconds, best.workerSeconds), bound: ({ workerSeconds }, best) => ratio(workerSeconds, best.workerSeconds) },
  { head: 'changes', meaning: 'how often the number wanted changed', cell: ({ changes }) => String(changes) },
  { head: 'past knee s', meaning: 'seconds with more at work than the downstream bears', cell: ({ secondsPastKnee }) => figure(secondsPastKnee) },
  { head: 'failed', meaning: 'messages whose tries were used up', cell: ({ failed }) => String(failed), rare: true },
  { head: 'unfinished', meaning: 'messages left without a worker to the end', cell: ({ unfinished }) => String(unfinished), rare: true },
  { head: 'lost', meaning: 'messages without an outcome: 0', cell: ({ lost }) => String(lost) },
]

/** Three digits, or all before the point. */
const figure = (value: number): string => {
  if (!Number.isFinite(value)) return '∞'
  return value.toFixed(value === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2)
}

const ratio = (value: number, best: number): string => (value === best ? '1.00' : best === 0 ? '–' : figure(value / best))

/** The columns that have something to say. */
export const columnsOf = ({ runs, best }: Comparison): readonly Column[] =>
  COLUMNS.filter(({ rare, cell }) => rare !== true || [...runs, best].some(({ trace }) => cell(trace.measures, best.measures) !== '0'))

/** The table: a heading, and a row for each policy, the best fixed number and the bound. */
export const tableOf = (comparison: Comparison): readonly (readonly string[])[] => {
  const { runs, best, bound } = comparison
  const columns = columnsOf(comparison)
  return [
    ['policy', ...columns.map(({ head }) => head)],
    ...[...runs, best].map(({ label, trace }) => [label, ...columns.map(({ cell }) => cell(trace.measures, best.measures))]),
    ['clairvoyant', ...columns.map((column) => column.bound?.(bound, best.measures) ?? '')],
  ]
}
