import { pathToFileURL } from 'node:url'
import * as E from 'fp-ts/lib/Either.js'
import { describe } from '../core/describe.js'
import { checkOptions, flag, milliseconds } from '../core/options.js'
import type { ScalingPolicy } from '../scaling/policy.js'

/** Whether a word is a file rather than a name: it has a slash before its options would begin, or ends like a module. */
export const isFile = (word: string): boolean => /^[^:{]*\//.test(word) || /^[a-z]:\\/i.test(word) || /\.[cm]?[jt]s$/i.test(word)

/** The policy that a module has as its default export or as `policy`; Left says what is wrong with it. */
export const importPolicy = async (path: string): Promise<E.Either<string, ScalingPolicy>> => {
  try {
    const all: object = await import(pathToFileURL(path).href)
    return policyIn(all)
  } catch (error) {
    return E.left(`cannot be imported: ${error instanceof Error ? error.message : describe(error)}`)
  }
}

const policyIn = (all: object): E.Either<string, ScalingPolicy> => {
  const offered = ['default', 'policy'].flatMap((wanted) => Object.entries(all).filter(([name]) => name === wanted))
  const right = offered.map(([, value]: readonly [string, unknown]) => value).find(isPolicy)
  if (right !== undefined) return E.right(right)
  const [first] = offered
  if (first === undefined) return E.left(`should export a policy, as default or as 'policy', but exports ${Object.keys(all).join(', ') || 'nothing'}`)
  return E.left(`exports no policy as '${first[0]}': ${wrongWith(first[1]).join('; ')}`)
}

const isPolicy = (value: unknown): value is ScalingPolicy => wrongWith(value).length === 0

const wrongWith = (value: unknown): readonly string[] => {
  if (typeof value === 'function') return [`it should be an object, but is a function: export what it returns`]
  if (typeof value !== 'object' || value === null) return [`it should be an object, but is ${describe(value)}`]
  const name = 'name' in value ? value.name : undefined
  const step = 'step' in value ? value.step : undefined
  return [
    ...(typeof name === 'string' && name !== '' ? [] : [`name should be a string that is not empty, but is ${shown(name)}`]),
    ...('initial' in value ? [] : ['initial should be its first state (null will do), but is missing']),
    ...(typeof step === 'function' ? [] : [`step should be a function, but is ${shown(step)}`]),
    ...wrongWake('wake' in value ? value.wake : undefined),
  ]
}

const WAKE = { waitedMs: milliseconds(1), idledMs: milliseconds(1), afterWork: flag }

const wrongWake = (wake: unknown): readonly string[] =>
  E.match((error: Error) => [error.message], (): string[] => [])(E.tryCatch(() => checkOptions('wake', WAKE, wake ?? {}), E.toError))

const shown = (value: unknown): string => (value === undefined ? 'missing' : describe(value))
