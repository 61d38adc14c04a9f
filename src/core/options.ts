import * as t from 'io-ts'
import { describe } from './describe.js'
import { OptionsError, type Problem } from './options-error.js'

/**
 * Options are checked at the door, once, all of them: each codec's `name` says in words what would be right, so a
 * problem reads as a sentence. Nothing is clamped, renamed or filled in here; defaults are the caller's.
 */
export type OptionCodecs = Readonly<Record<string, t.Mixed>>

/** A codec whose name says what would be right. */
export const check = <A>(name: string, is: t.Is<A>): t.Type<A> =>
  new t.Type(name, is, (value, context) => (is(value) ? t.success(value) : t.failure(value, context)), t.identity)

const isNumber = (value: unknown): value is number => Number.isFinite(value)

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value)

/** A finite whole number within `[min, max]`. */
export const whole = (min: number, max = Number.MAX_SAFE_INTEGER): t.Type<number> =>
  check(max === Number.MAX_SAFE_INTEGER ? `a whole number, ${min} or more` : `a whole number from ${min} to ${max}`, (value): value is number =>
    isWhole(value) && value >= min && value <= max)

/** A whole number of at least `min`, or `Infinity` for "without bound". */
export const wholeOrInfinity = (min: number): t.Type<number> =>
  check(`a whole number, ${min} or more, or Infinity`, (value): value is number =>
    value === Infinity || (isWhole(value) && value >= min))

/** A finite number within `[min, max]`. */
export const within = (min: number, max: number, what = 'a number'): t.Type<number> =>
  check(`${what} from ${min} to ${max}`, (value): value is number => isNumber(value) && value >= min && value <= max)

/** The longest a timer waits: a longer one would fire at once. */
export const MAX_TIMER_MS = 2_147_483_647

/** A span of time in milliseconds, from `min` (default 0) up to what a timer can wait. */
export const milliseconds = (min = 0): t.Type<number> => within(min, MAX_TIMER_MS, 'milliseconds')

/** One of the words. */
export const oneOf = (...words: readonly string[]): t.Type<string> =>
  check(words.map((word) => `'${word}'`).join(' or '), (value): value is string => typeof value === 'string' && words.includes(value))

export const nonEmptyString: t.Type<string> = check('a string that is not empty', (value): value is string => typeof value === 'string' && value !== '')

export const flag: t.Type<boolean> = check('true or false', (value): value is boolean => typeof value === 'boolean')

export const anyFunction: t.Type<unknown> = check('a function', (value): value is unknown => typeof value === 'function')

/** An object that has the methods, whatever else it has: how a policy, a bus or an Observable is told. */
export const having = (name: string, ...methods: readonly string[]): t.Type<unknown> =>
  check(name, (value): value is unknown => isRecord(value) && methods.every((method) => typeof value[method] === 'function'))

export const observable: t.Type<unknown> = having('an Observable', 'subscribe', 'pipe')

export const anything: t.Type<unknown> = t.unknown

/** One of two codecs; its name joins theirs. */
export const either = (a: t.Mixed, b: t.Mixed): t.Type<unknown> => check(`${a.name}, or ${b.name}`, (value): value is unknown => a.is(value) || b.is(value))

/** An options object within an options object; its own problems are told with their full path. */
export const nested = (codecs: OptionCodecs, rule: Rule = () => [], required: readonly string[] = []): t.Type<unknown> => new NestedType(codecs, rule, required)

/** What a rule over several options finds wrong. It sees those that were found right alone. */
export type Rule = (given: Readonly<Record<string, unknown>>) => readonly Problem[]

class NestedType extends t.Type<unknown> {
  readonly codecs: OptionCodecs
  readonly rule: Rule
  readonly required: readonly string[]

  constructor(codecs: OptionCodecs, rule: Rule, required: readonly string[]) {
    super('an object', (value): value is unknown => value !== undefined, t.success, t.identity)
    this.codecs = codecs
    this.rule = rule
    this.required = required
  }
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

const one = (path: string, name: string, codec: t.Mixed | undefined, value: unknown): readonly Problem[] => {
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
