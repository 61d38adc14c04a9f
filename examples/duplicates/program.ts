import process from 'node:process'
import * as E from 'fp-ts/lib/Either.js'
import { EXIT } from './process-stage.js'

/** A program of the command line: what it is asked for by words, and what it does then. */
export interface Program<S, T> {
  readonly name: string
  readonly help: string
  readonly read: (words: readonly string[]) => E.Either<string, { readonly type: 'help' } | { readonly type: 'run'; readonly settings: S }>
  /** Looks whether it can be done as asked. */
  readonly prepare: (settings: S) => Promise<E.Either<string, T>>
  /** Resolves to the exit code. */
  readonly go: (task: T, settings: S) => Promise<number>
}

/** Runs it with the words of the process: one clear line for what is wrong. */
export const runProgram = async <S, T>(program: Program<S, T>): Promise<void> => {
  try {
    process.exitCode = await codeOf(program, process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${program.name}: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = EXIT.gaveUp
  }
}

const codeOf = async <S, T>({ name, help, read, prepare, go }: Program<S, T>, words: readonly string[]): Promise<number> => {
  const refuse = (problem: string): number => {
    process.stderr.write(`${name}: ${problem} (--help tells more)\n`)
    return EXIT.wrongUsage
  }
  const request = read(words)
  if (E.isLeft(request)) return refuse(request.left)
  if (request.right.type === 'help') {
    process.stdout.write(help)
    return EXIT.complete
  }
  const { settings } = request.right
  const task = await prepare(settings)
  return E.isLeft(task) ? refuse(task.left) : go(task.right, settings)
}
