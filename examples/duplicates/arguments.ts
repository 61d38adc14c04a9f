import { parseArgs } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import { availableParallelism } from 'node:os'

/** What the command line asked for. */
export interface Settings {
  /** As given; `undefined` for the `node_modules` of the project around the current folder. */
  readonly folder: string | undefined
  readonly report: string
  /** Where the result goes as JSON, if anywhere. */
  readonly json: string | undefined
  /** Larger files are not read, in bytes. */
  readonly maxSize: number
  /** Most workers of each scaling group. */
  readonly workers: number
}

export type Request = { readonly type: 'help' } | { readonly type: 'run'; readonly settings: Settings }

const DEFAULT_MAX_SIZE = '256M'
const MOST_WORKERS = 256

export const HELP = `Finds duplicate files: walks a folder, hashes every file with groups of workers
that grow and shrink with the load, and writes a page about files and workers.

Usage: npm start [-- FOLDER] [-- OPTIONS]

  FOLDER           what to look at; default: the installed node_modules
  --report PATH    where the page goes; default: rxcrew-report.html
  --json PATH      also writes the result as JSON
  --max-size SIZE  larger files are not read and are told as such: bytes, or
                   with K, M, G; default: ${DEFAULT_MAX_SIZE}
  --workers N      most workers of a scaling group, 1 to ${MOST_WORKERS}; default: 4 for
                   each processor, here ${4 * availableParallelism()}
  --help           this text

Symbolic links are not followed. Empty files are counted, and are no duplicates:
they waste nothing. Ctrl-C finishes what was begun and tells what was not; a
second Ctrl-C ends at once. Exit codes: 0 done (also when some files could not
be read: they are listed), 1 gave up, 2 wrong usage, 130 interrupted.
`

/** Reads the words after the program's name; Left says in one line what is wrong. */
export const readArguments = (words: readonly string[]): E.Either<string, Request> => {
  const parsed = E.tryCatch(() => parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true }), firstSentence)
  if (E.isLeft(parsed)) return parsed
  const { values, positionals } = parsed.right
  if (values.help === true) return E.right({ type: 'help' })
  const maxSize = readSize(values['max-size'] ?? DEFAULT_MAX_SIZE)
  const workers = readWhole(values.workers ?? String(4 * availableParallelism()))
  const report = values.report ?? 'rxcrew-report.html'
  if (positionals.length > 1) return E.left(`one folder, please, not ${positionals.length}: ${positionals.map((word) => JSON.stringify(word)).join(', ')}`)
  if (positionals[0] === '') return E.left('the folder is an empty word')
  if (maxSize === undefined) return E.left(`--max-size should be bytes, or with K, M or G (like 256M), but is ${JSON.stringify(values['max-size'])}`)
  if (workers === undefined) return E.left(`--workers should be a whole number from 1 to ${MOST_WORKERS}, but is ${JSON.stringify(values.workers)}`)
  if (report === '' || values.json === '') return E.left(`${report === '' ? '--report' : '--json'} should be a path, but is empty`)
  return E.right({ type: 'run', settings: { folder: positionals[0], report, json: values.json, maxSize, workers } })
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  report: { type: 'string' },
  json: { type: 'string' },
  'max-size': { type: 'string' },
  workers: { type: 'string' },
} as const

const firstSentence = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/, 1).join('')

const FACTORS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }

const readSize = (word: string): number | undefined => {
  const [, digits = '', unit = ''] = /^(\d{1,12})([KMG]?)$/i.exec(word) ?? []
  const size = Number(digits) * (FACTORS[unit.toUpperCase()] ?? Number.NaN)
  return digits !== '' && Number.isSafeInteger(size) ? size : undefined
}

const readWhole = (word: string): number | undefined => {
  const value = /^\d{1,9}$/.test(word) ? Number(word) : 0
  return value >= 1 && value <= MOST_WORKERS ? value : undefined
}
