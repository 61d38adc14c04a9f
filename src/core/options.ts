import { describe } from './describe.js'
import { OptionsError, type Problem } from './options-error.js'

/** What a value is to be, in words, and whether one is. An io-ts codec is one too; `codecOf` makes one of it where shapes are composed. */
export interface Check<A = unknown> {
  readonly name: string
  readonly is: (value: unknown) => value is A
}

/**
 * Options are checked at the door, once, all of them: each check's `name` says in words what would be right, so a
 * problem reads as a sentence. Nothing is clamped, renamed or filled in here; defaults are the caller's.
 */
export type OptionCodecs = Readonly<Record<string, Check>>

export const check = <A>(name: string, is: Check<A>['is']): Check<A> => ({ name, is })

const isNumber = (value: unknown): value is number => Number.isFinite(value)

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value)

/** A finite whole number within `[min, max]`. */
export const whole = (min: number, max = Number.MAX_SAFE_INTEGER): Check<number> =>
  check(max === Number.MAX_SAFE_INTEGER ? `a whole number, ${min} or more` : `a whole number from ${min} to ${max}`, (value): value is number =>
    isWhole(value) && value >= min && value <= max)

/** A whole number of at least `min`, or `Infinity` for "without bound". */
export const wholeOrInfinity = (min: number): Check<number> =>
  check(`a whole number, ${min} or more, or Infinity`, (value): value is number =>
    value === Infinity || (isWhole(value) && value >= min))

/** A finite number within `[min, max]`. */
export const within = (min: number, max: number, what = 'a number'): Check<number> =>
  check(`${what} from ${min} to ${max}`, (value): value is number => isNumber(value) && value >= min && value <= max)

/** The longest a timer waits: a longer one would fire at once. */
export const MAX_TIMER_MS = 2_147_483_647

/** A span of time in milliseconds, from `min` (default 0) up to what a timer can wait. */
export const milliseconds = (min = 0): Check<number> => within(min, MAX_TIMER_MS, 'milliseconds')

/** One of the words. */
export const oneOf = (...words: readonly string[]): Check<string> =>
  check(words.map((word) => `'${word}'`).join(' or '), (value): value is string => typeof value === 'string' && words.includes(value))

export const nonEmptyString: Check<string> = check('a string that is not empty', (value): value is string => typeof value === 'string' && value !== '')

export const flag: Check<boolean> = check('true or false', (value): value is boolean => typeof value === 'boolean')

export const anyFunction: Check = check('a function', (value): value is unknown => typeof value === 'function')

/** An object that has the methods, whatever else it has: how a policy, a bus or an Observable is told. */
export const having = (name: string, ...methods: readonly string[]): Check =>
  check(name, (value): value is unknown => isRecord(value) && methods.every((method) => typeof value[method] === 'function'))

export const observable: Check = having('an Observable', 'subscribe', 'pipe')

export const anything: Check = check('anything', (_value): _value is unknown => true)

/** One of two codecs; its name joins theirs. */
export const either = (a: Check, b: Check): Check => check(`${a.name}, or ${b.name}`, (value): value is unknown => a.is(value) || b.is(value))

/** An options object within an options object; its own problems are told with their full path. */
export const nested = (codecs: OptionCodecs, rule: Rule = () => [], required: readonly string[] = []): Check => new NestedType(codecs, rule, required)

/** What a rule over several options finds wrong. It sees those that were found right alone. */
export type Rule = (given: Readonly<Record<string, unknown>>) => readonly Problem[]

class NestedType implements Check {
  readonly name = 'an object'
  readonly codecs: OptionCodecs
  readonly rule: Rule
  readonly required: readonly string[]

  constructor(codecs: OptionCodecs, rule: Rule, required: readonly string[]) {
    this.codecs = codecs
    this.rule = rule
    this.required = required
  }

  is = (value: unknown): value is unknown => value !== undefined
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Throws one `OptionsError` with every problem of `given`; an option that is `undefined` counts as not given. */
export const checkOptions = (where: string, codecs: OptionCodecs, given: unknown, rule: Rule = () => [], required: readonly string[] = []): void => {
  const problems = inspect('', codecs, given, rule, required)
  if (problems.length > 0) throw new OptionsError(where, problems)
}

const inspect = (path: string, codecs: OptionCodecs, given: unknown, rule: Rule, required: readonly string[]): readonly Problem[] => {
  if (!isRecord(given) || Array.isArray(given)) return [{ path, got: describe(given), expected: 'an object' }]
  const alone = Object.keys(given).filter((name) => !Object.hasOwn(codecs, name)).map((name) => stray(join(path, name), name, codecs))
  for (const name of required) if (given[name] === undefined) alone.push({ path: join(path, name), got: 'missing', expected: codecs[name]?.name ?? 'given' })
  for (const name of Object.keys(codecs)) alone.push(...one(path, name, codecs[name], given[name]))
  return [...alone, ...rule(alone.length === 0 ? given : sound(path, given, alone)).map((problem) => ({ ...problem, path: join(path, problem.path) }))]
}

/** The options that are right alone: what a rule over several may go by. */
const sound = (path: string, given: Readonly<Record<string, unknown>>, problems: readonly Problem[]): Readonly<Record<string, unknown>> => {
  const names = new Set(problems.map((problem) => problem.path.slice(path === '' ? 0 : path.length + 1).split('.')[0]))
  return Object.fromEntries(Object.entries(given).filter(([name]) => !names.has(name)))
}

const one = (path: string, name: string, codec: Check | undefined, value: unknown): readonly Problem[] => {
  if (codec === undefined || value === undefined) return NONE
  if (codec instanceof NestedType) return inspect(join(path, name), codec.codecs, value, codec.rule, codec.required)
  return codec.is(value) ? NONE : [{ path: join(path, name), got: describe(value), expected: codec.name }]
}

const NONE: readonly Problem[] = []

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

const stray = (path: string, name: string, codecs: OptionCodecs): Problem => {
  const near = Object.keys(codecs).find((known) => known.toLowerCase().startsWith(name.slice(0, 4).toLowerCase()))
  return { path, got: 'not an option', expected: near === undefined ? `one of ${Object.keys(codecs).join(', ')}` : `'${near}'` }
}
