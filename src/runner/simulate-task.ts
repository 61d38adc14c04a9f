import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { checkOptions, milliseconds, whole, within } from '../core/options.js'
import type { ScalingPolicy } from '../scaling/policy.js'
import type { Downstream } from '../testing/downstream.js'
import type { SimulatedFailures, SimulatedLoad } from '../testing/simulate-options.js'
import { NAMED_DOWNSTREAMS } from './named-loads.js'
import { NAMED_POLICIES } from './named-policies.js'
import { problemsOf, readPick, type Problems, type Read } from './problems.js'
import { readMessages, type Messages } from './read-messages.js'
import { byOptions } from './recipe.js'
import { readSimulateFlags, type SimulateFlags } from './simulate-flags.js'
import { importPolicy, isFile } from './user-policy.js'

/** A policy, and the word it was asked for with. */
export interface Candidate {
  readonly label: string
  readonly policy: ScalingPolicy
}

/** What `rxcrew simulate` is asked to do. */
export interface SimulateTask {
  readonly candidates: readonly Candidate[]
  readonly load: SimulatedLoad
  /** Where the page goes, if anywhere. */
  readonly report: ReportFile | undefined
}

export interface ReportFile {
  /** As it was given. */
  readonly name: string
  /** In full. */
  readonly path: string
}

/** Reads everything that the words name, relative to a folder; Left has every problem of all of them. */
export const readSimulateTask = async (words: readonly string[], folder: string): Promise<Read<SimulateTask>> => {
  const flags = readSimulateFlags(words)
  const candidates = await Promise.all(flags.policies.map((word) => readCandidate(word, folder)))
  const messages = await readMessages(flags, folder)
  const downstream = readPick('downstream', flags.text('downstream') ?? 'free', NAMED_DOWNSTREAMS)
  const failures = readFailures(flags.text('failures'))
  const report = await readReport(flags.text('report'), folder)
  const problems = [...flags.problems, ...problemsOf([...candidates, messages, downstream, failures, report]), ...boundsProblems(flags)]
  if (problems.length > 0 || E.isLeft(messages) || E.isLeft(downstream) || E.isLeft(failures) || E.isLeft(report)) return E.left(problems)
  return E.right({
    candidates: candidates.flatMap((one) => (E.isRight(one) ? [one.right] : [])),
    load: loadOf(flags, messages.right, downstream.right, failures.right),
    report: report.right,
  })
}

const readCandidate = async (word: string, folder: string): Promise<Read<Candidate>> => {
  const named = (policy: ScalingPolicy): Candidate => ({ label: word, policy })
  if (!isFile(word)) return E.map(named)(readPick('policy', word, NAMED_POLICIES))
  const found = await importPolicy(resolve(folder, word))
  return E.bimap((problem: string) => [`--policy ${word} ${problem}`], named)(found)
}

const FAILURES = { share: within(0, 1, 'a share'), maxAttempts: whole(1), retryAfterMs: milliseconds() }

const checked = (failures: SimulatedFailures): SimulatedFailures => {
  checkOptions('failures', FAILURES, failures, undefined, ['share'])
  return failures
}

// It picks nothing by name, but its options are written as those of what does.
const readFailures = (options: string | undefined): Read<SimulatedFailures | undefined> =>
  options === undefined ? E.right(undefined) : readPick('failures', `failures:${options}`, { failures: byOptions(checked) })

const readReport = async (file: string | undefined, folder: string): Promise<Read<ReportFile | undefined>> => {
  if (file === undefined) return E.right(undefined)
  const path = resolve(folder, file)
  const isFolder = async (where: string): Promise<boolean> => (await stat(where).catch(() => undefined))?.isDirectory() === true
  if (await isFolder(path)) return E.left([`--report should be a file, but ${file} is a folder`])
  return (await isFolder(dirname(path))) ? E.right({ name: file, path }) : E.left([`--report should be a file in a folder that is there, but is ${file}`])
}

const FEWEST = 1
const MOST = 10
const SECONDS = 300

const boundsProblems = ({ number }: SimulateFlags): Problems => {
  const [min, max] = [number('min') ?? FEWEST, number('max') ?? MOST]
  return min > max ? [`--min should be at most --max, ${max}, but is ${min}`] : []
}

const loadOf = ({ number }: SimulateFlags, messages: Messages, downstream: Downstream, failures: SimulatedFailures | undefined): SimulatedLoad => {
  const [seconds, count, restartMs] = [number('seconds'), number('count'), number('restart-after-ms')]
  const untilMs = (seconds ?? (count === undefined && messages.arrivals.endless ? SECONDS : Number.NaN)) * 1_000
  return {
    ...messages,
    downstream,
    failures,
    restart: restartMs === undefined ? undefined : { afterMs: restartMs },
    bounds: { min: number('min') ?? FEWEST, max: number('max') ?? MOST },
    seed: number('seed'),
    count,
    untilMs: Number.isNaN(untilMs) ? undefined : untilMs,
    sampleEveryMs: number('sample-every-ms'),
    startMs: number('start-ms'),
    capacity: number('capacity'),
  }
}
