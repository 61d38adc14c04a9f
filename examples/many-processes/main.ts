import { createHash, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import { checkTarget, findFolder } from '../duplicates/folder.js'
import { count, plural, printable } from '../duplicates/format.js'
import { createPaint } from '../duplicates/paint.js'
import { EXIT, processStage } from '../duplicates/process-stage.js'
import { runProgram } from '../duplicates/program.js'
import { fromText } from '../duplicates/raw-path.js'
import { resultJson } from '../duplicates/result-json.js'
import type { Result } from '../duplicates/result.js'
import { run, type Task } from '../duplicates/run.js'
import type { Stage } from '../duplicates/stage.js'
import { summary } from '../duplicates/summary.js'
import { countFiles } from '../duplicates/walker.js'
import { processesView } from './processes-view.js'
import { HELP, readArguments, type Settings } from './arguments.js'
import { ownRedis, runningRedis, type Server } from './redis.js'
import { startSharedPipeline } from './shared-pipeline.js'
import { Staff } from './staff.js'

const MAX_SIZE = 256 * 1024 ** 2
/** Most workers of each group of a process. */
const WORKERS = 4

/** What the processes found together, and what became of them on the way. */
interface Shared {
  readonly result: Result
  readonly staff: Staff
}

/** Prints lines also on a terminal: each stays. */
const inLines = (stage: Stage): Stage => ({ ...stage, line: processesView, output: { write: (text) => stage.output.write(text) } })

const silent = (stage: Stage): Stage => ({ ...stage, output: { write: () => undefined } })

const shared = async (task: Task, server: Server, prefix: string, processes: number, stage: Stage): Promise<Shared> => {
  const say = (line: string): unknown => stage.output.write(`${line}\n`)
  const root = fromText(task.folder)
  const files = (await countFiles(root, stage.interrupted)) ?? 0
  // One of them has begun so many at the latest when half of the files are begun, whoever takes how many.
  const asksAt = Math.max(1, Math.ceil(files / 2 / processes))
  const staff = new Staff({ processes, orders: { redis: server.url, prefix, root, maxSize: task.maxSize, workers: task.workers, asksAt }, say })
  try {
    await staff.ready()
    say(`${plural(processes, 'process', 'processes')} on ${server.shown}; the first to begin ${plural(asksAt, 'file')} is killed`)
    const result = await run(task, stage, (options) =>
      startSharedPipeline({ ...options, redis: server.url, prefix, readings: () => staff.readings(), broken$: staff.broken$ }))
    return { result, staff }
  } finally {
    await staff.leave()
  }
}

/** All that the result says of the folder; the rest is when it was made. */
const comparable = (result: Result): string => resultJson({ ...result, startedAt: '', elapsedMs: 0 })

const course = ({ killed, again }: Staff): string => {
  if (killed === undefined) return 'No process was killed: none has begun so many files.'
  const redone = killed.hand.filter((path) => again.has(path)).length
  return `Process ${killed.number} was killed with ${plural(killed.hand.length, 'file')} in hand; ${plural(again.size, 'file')} came again, ${count(redone)} of these among them.`
}

const verdict = (ours: string, theirs: string): string =>
  ours === theirs
    ? `One process alone finds the same, to the byte: ${count(Buffer.byteLength(ours))} bytes of JSON, SHA-256 ${createHash('sha256').update(ours).digest('hex').slice(0, 16)}…`
    : `One process alone finds something else: the result is wrong, or the folder has changed meanwhile.\n${firstDifference(ours, theirs)}`

const firstDifference = (ours: string, theirs: string): string => {
  const [mine, others] = [ours.split('\n'), theirs.split('\n')]
  const at = mine.findIndex((line, index) => line !== others[index])
  return `  In line ${at + 1}: ${printable(mine[at] ?? 'nothing')}\n  instead of ${printable(others[at] ?? 'nothing')}`
}

const tell = async (task: Task, { result, staff }: Shared, { json }: Settings, stage: Stage): Promise<number> => {
  const { output, colours } = stage
  output.write(`${summary(result, createPaint(colours)).join('\n')}\n  ${course(staff)}\n`)
  if (json !== undefined) {
    await writeFile(json, resultJson(result))
    output.write(`  JSON: ${json}\n`)
  }
  if (result.end !== 'complete') return EXIT[result.end]
  const [ours, theirs] = [comparable(result), comparable(await run(task, silent(stage)))]
  output.write(`  ${verdict(ours, theirs)}\n`)
  return ours === theirs ? EXIT.complete : EXIT.gaveUp
}

const prepare = async ({ folder, json }: Settings): Promise<E.Either<string, Task>> => {
  const found = await findFolder(folder, process.cwd())
  if (E.isLeft(found)) return found
  const checked = json === undefined ? found : await checkTarget('--json', resolve(json))
  return E.isLeft(checked) ? checked : E.right({ folder: found.right, maxSize: MAX_SIZE, workers: WORKERS })
}

await runProgram({
  name: 'many-processes',
  help: HELP,
  read: readArguments,
  prepare,
  go: async (task, settings) => {
    const stage = inLines(processStage())
    const server = await (settings.redis === undefined ? ownRedis() : runningRedis(settings.redis))
    // Nobody else's keys on a server that others use too, and none left behind.
    const prefix = `rxcrew-processes-${randomUUID()}:`
    try {
      return await tell(task, await shared(task, server, prefix, settings.processes, stage), settings, stage)
    } finally {
      await server.close(prefix)
    }
  },
})
