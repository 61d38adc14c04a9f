import { parseArgs } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'

/** What the command line asked for. */
export interface Settings {
  /** As given; `undefined` for the `node_modules` of the project around the current folder. */
  readonly folder: string | undefined
  /** Worker processes. */
  readonly processes: number
  /** A server that runs; `undefined` for one of this program's own. */
  readonly redis: URL | undefined
  /** Where the result goes as JSON, if anywhere. */
  readonly json: string | undefined
}

export type Request = { readonly type: 'help' } | { readonly type: 'run'; readonly settings: Settings }

const MOST_PROCESSES = 32

export const HELP = `Finds duplicate files with several worker processes that share the work over Redis,
kills one of them on the way, and compares the result with that of one process.

Usage: npm run start:processes [-- FOLDER] [-- OPTIONS]

  FOLDER        what to look at; default: the installed node_modules
  --workers N   how many processes measure and hash, 1 to ${MOST_PROCESSES}; default: 3
  --redis URL   a Redis that runs, such as redis://127.0.0.1:6379; default: a
                redis-server that is started for the time of the run
  --json PATH   also writes the result as JSON
  --help        this text

The process that is the first to begin its share of a half of the files is killed
with SIGKILL while it has some in hand, and another one takes its place. What it
had comes again to the others. Exit codes: 0 done, and the result is the same;
1 gave up, or it is not; 2 wrong usage; 130 interrupted.
`

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  workers: { type: 'string', default: '3' },
  redis: { type: 'string' },
  json: { type: 'string' },
} as const

const firstSentence = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/, 1).join('')

/** Reads the words after the program's name; Left says in one line what is wrong. */
export const readArguments = (words: readonly string[]): E.Either<string, Request> => {
  const parsed = E.tryCatch(() => parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true }), firstSentence)
  if (E.isLeft(parsed)) return parsed
  const { values, positionals } = parsed.right
  if (values.help === true) return E.right({ type: 'help' })
  const processes = /^\d{1,2}$/.test(values.workers) ? Number(values.workers) : 0
  const redis = values.redis === undefined ? undefined : addressOf(values.redis)
  if (positionals.length > 1) return E.left(`one folder, please, not ${positionals.length}`)
  if (processes < 1 || processes > MOST_PROCESSES) return E.left(`--workers should be a whole number from 1 to ${MOST_PROCESSES}, but is ${JSON.stringify(values.workers)}`)
  if (redis === null) return E.left('--redis should be an address like redis://127.0.0.1:6379')
  if (values.json === '') return E.left('--json should be a path, but is empty')
  return E.right({ type: 'run', settings: { folder: positionals[0], processes, redis, json: values.json } })
}

const addressOf = (word: string): URL | null => {
  const url = URL.canParse(word) ? new URL(word) : undefined
  return url !== undefined && /^rediss?:$/.test(url.protocol) && url.hostname !== '' ? url : null
}
