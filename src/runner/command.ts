import { writeFile } from 'node:fs/promises'
import * as E from 'fp-ts/lib/Either.js'
import { describe } from '../core/describe.js'
import { compare, tableOf, type Comparison } from './comparison.js'
import { HELP, SIMULATE_HELP } from './help.js'
import { loadLines } from './load-lines.js'
import { reportPage } from './report-page.js'
import { readSimulateTask, type ReportFile } from './simulate-task.js'
import { textTable } from './text-table.js'

/** Where text goes: a stream of Node, or whatever a test reads. */
export interface Sink {
  write(text: string): unknown
}

/** What a command has to do with the world around it. */
export interface Stage {
  readonly output: Sink
  readonly errors: Sink
  /** The folder that paths on the command line are relative to. */
  readonly folder: string
}

const DONE = 0
const FAILED = 1
const WRONG_USAGE = 2

/** Runs `rxcrew` with the words after its name, and gives the code to exit with. */
export const runCommand = async ([command, ...words]: readonly string[], stage: Stage): Promise<number> => {
  if (command === 'simulate') return words.some(isHelp) ? told(SIMULATE_HELP, stage) : runSimulate(words, stage)
  if (isHelp(command)) return told(HELP, stage)
  stage.errors.write(`rxcrew: ${command === undefined ? 'a command should be given' : `${describe(command)} is no command`}: simulate (rxcrew --help tells more)\n`)
  return WRONG_USAGE
}

const isHelp = (word: string | undefined): boolean => word === '--help' || word === '-h'

const told = (text: string, { output }: Stage): number => {
  output.write(text)
  return DONE
}

const runSimulate = async (words: readonly string[], stage: Stage): Promise<number> => {
  const task = await readSimulateTask(words, stage.folder)
  if (E.isLeft(task)) {
    stage.errors.write(['rxcrew simulate:', ...task.left, 'rxcrew simulate --help tells more', ''].join('\n  ').trimEnd() + '\n')
    return WRONG_USAGE
  }
  const { candidates, load, report } = task.right
  const comparison = compare(candidates, load)
  stage.output.write(`${[...loadLines(load), '', ...textTable(tableOf(comparison))].join('\n')}\n`)
  const written = report === undefined || (await publish(report, comparison, stage))
  for (const { label, reason } of comparison.failed) stage.errors.write(`rxcrew simulate: --policy ${label}: ${reason}\n`)
  return written && comparison.failed.length === 0 ? DONE : FAILED
}

const publish = async ({ name, path }: ReportFile, comparison: Comparison, { output, errors }: Stage): Promise<boolean> => {
  try {
    await writeFile(path, reportPage(comparison))
    output.write(`\nReport: ${name}\n`)
    return true
  } catch (error) {
    errors.write(`rxcrew simulate: the report cannot be written: ${describe(error)}\n`)
    return false
  }
}
