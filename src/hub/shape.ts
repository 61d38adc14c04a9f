import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Either } from 'fp-ts/lib/Either.js'
import { left, right } from '../core/either.js'
import * as t from 'io-ts'
import { describe } from '../core/describe.js'
import type { Problem } from '../core/options-error.js'

/** What a value should look like: an io-ts type, or a validator of any library that keeps Standard Schema. */
export type Shape = t.Mixed | StandardSchemaV1

/** The value once it was found right. */
export type Decoded<C> = C extends t.Mixed ? t.TypeOf<C> : C extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<C> : unknown

/** The value as it travels. */
export type Encoded<C> = C extends t.Mixed ? t.OutputOf<C> : C extends StandardSchemaV1 ? StandardSchemaV1.InferInput<C> : unknown

type Checked<A> = Either<string, A> | Promise<Either<string, A>>

export const isShape = (value: unknown): boolean =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') && ('~standard' in value || ('decode' in value && 'is' in value))

/** The value as the shape has it, or every problem in one line. Never throws: a validator that does has found a problem. */
export function decodeWith<C extends Shape>(shape: C, value: unknown, what: string): Checked<Decoded<C>>
export function decodeWith(shape: Shape, value: unknown, what: string): Checked<unknown> {
  return guarded(what, () => ('~standard' in shape ? validate(shape, value, what) : decode(shape, value, what)))
}

/** Whether a value that a handler made is one that the shape decodes to; a report if not. */
export const checkWith = (shape: Shape, value: unknown, what: string): Checked<unknown> =>
  guarded(what, () => {
    if ('~standard' in shape) return validate(shape, value, what)
    if (shape.is(value)) return right(value)
    const decoded = decode(shape, value, what)
    return decoded._tag === 'Left' ? decoded : left(report([{ path: '', got: describe(value), expected: `${shape.name}, decoded` }], what))
  })

const guarded = (what: string, check: () => Checked<unknown>): Checked<unknown> => {
  const broken = (error: unknown): Either<string, never> => left(`the validator of ${what} failed: ${describe(error)}`)
  try {
    const checked = check()
    return 'then' in checked ? checked.then((settled) => settled, broken) : checked
  } catch (error) {
    return broken(error)
  }
}

const decode = (type: t.Mixed, value: unknown, what: string): Either<string, unknown> => {
  const decoded: Either<t.Errors, unknown> = type.decode(value)
  return decoded._tag === 'Right' ? decoded : left(report(merged(decoded.left.map(problemOf)), what))
}

const validate = (schema: StandardSchemaV1, value: unknown, what: string): Checked<unknown> => {
  const result = schema['~standard'].validate(value)
  return 'then' in result ? result.then((settled) => judged(settled, value, what)) : judged(result, value, what)
}

const judged = (result: StandardSchemaV1.Result<unknown>, value: unknown, what: string): Either<string, unknown> => {
  if (result.issues === undefined) return right(result.value)
  const told = result.issues.map(({ message, path = [] }) => {
    const keys = path.map((part) => (typeof part === 'object' ? part.key : part))
    return `${keys.length === 0 ? what : keys.map(String).join('.')}: ${message}, but is ${shown(at(value, keys))}`
  })
  return left(told.length === 0 ? `${what} is not as it should be` : told.join('; '))
}

const at = (value: unknown, keys: readonly PropertyKey[]): unknown =>
  keys.reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined), value)

const problemOf = ({ context, value, message }: t.ValidationError): Problem => ({
  // A union or an intersection numbers its members in the context; they are no part of the path.
  path: context.flatMap(({ key }, index) => (index === 0 || isChoice(context[index - 1]?.type) ? [] : [key])).join('.'),
  got: shown(value),
  expected: message ?? context.at(-1)?.type.name ?? '',
})

const isChoice = (type: t.Decoder<unknown, unknown> | undefined): boolean => type instanceof t.UnionType || type instanceof t.IntersectionType

const shown = (value: unknown): string => (value === undefined ? 'missing' : describe(value))

/** Problems at one place become one, so that a union reads as a choice. */
const merged = (problems: readonly Problem[]): readonly Problem[] => {
  const places = new Map<string, Problem>()
  for (const problem of problems) {
    const before = places.get(problem.path)
    const known = before === undefined || before.expected.split(' or ').includes(problem.expected)
    places.set(problem.path, known ? (before ?? problem) : { ...before, expected: `${before.expected} or ${problem.expected}` })
  }
  return [...places.values()]
}

const report = (problems: readonly Problem[], what: string): string =>
  problems.map(({ path, got, expected }) => `${path === '' ? what : path} should be ${expected}, but is ${got}`).join('; ')
