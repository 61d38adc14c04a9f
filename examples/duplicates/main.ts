import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import { HELP, readArguments, type Settings } from './arguments.js'
import { checkTarget, findFolder } from './folder.js'
import { createPaint } from './paint.js'
import { EXIT, processStage } from './process-stage.js'
import { runProgram } from './program.js'
import { reportPage } from './report-page.js'
import { resultJson } from './result-json.js'
import type { Result } from './result.js'
import { run, type Task } from './run.js'
import type { Stage } from './stage.js'
import { summary } from './summary.js'

const prepare = async ({ folder, report, json, maxSize, workers }: Settings): Promise<E.Either<string, Task>> => {
  const found = await findFolder(folder, process.cwd())
  if (E.isLeft(found)) return found
  for (const [option, path] of [['--report', report], ['--json', json]] as const) {
    const checked = path === undefined ? undefined : await checkTarget(option, resolve(path))
    if (checked !== undefined && E.isLeft(checked)) return checked
  }
  return E.right({ folder: found.right, maxSize, workers })
}

const publish = async (result: Result, { report, json }: Settings, { output, colours }: Stage): Promise<void> => {
  output.write(`${summary(result, createPaint(colours)).join('\n')}\n`)
  await writeFile(report, reportPage(result))
  output.write(`  Report: ${report}\n`)
  if (json === undefined) return
  await writeFile(json, resultJson(result))
  output.write(`  JSON: ${json}\n`)
}

await runProgram({
  name: 'duplicates',
  help: HELP,
  read: readArguments,
  prepare,
  go: async (task, settings) => {
    const stage = processStage()
    const result = await run(task, stage)
    await publish(result, settings, stage)
    return EXIT[result.end]
  },
})
