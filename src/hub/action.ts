import type { Either } from 'fp-ts/lib/Either.js'
import { right } from '../core/either.js'
import type { Action } from '../core/action.js'
import type { Job } from '../core/job.js'
import { anyFunction, anything, checkOptions, nonEmptyString } from '../core/options.js'
import type { Problem } from '../core/options-error.js'
import type { Result } from '../core/result.js'
import { describe } from '../core/describe.js'
import { lastValue } from './last-value.js'
import { checkWith, type Decoded, decodeWith, type Encoded, isShape, type Shape } from './shape.js'

/** An action that knows the types of what is sent to it and of what it answers. */
export interface TypedAction<P, I, O, W = unknown, S = unknown> extends Action<I, O, W, S> {
  /** For the compiler only; never there. */
  readonly types?: { readonly payload: P; readonly result: O } | undefined
}

export interface ActionOptions<C extends Shape | undefined, O, W, S> {
  /** Not empty; what messages to it are addressed to. */
  readonly name: string
  /** What the payload should look like; left out, the handler gets it as it came. */
  readonly input?: C
  /** Runs for each attempt. Several values of an Observable or an async iterable: the last is the result. */
  readonly handle: (job: Job<Decoded<C>, W, S>) => Result<O>
}

export interface CheckedActionOptions<C extends Shape | undefined, D extends Shape, W, S> extends ActionOptions<C, Decoded<D>, W, S> {
  /** What the result should look like; a result that does not fails the attempt. */
  readonly output: D
}

/** The handler's result is not what its action promised: the attempt fails with this. */
export class OutputError extends Error {
  override readonly name = 'OutputError'
}

/**
 * A named handler, with the shapes of what goes in and comes out. The types follow from the shapes and from what
 * `handle` returns; a handler that uses its worker's resource or the hub's services says so in the type of its job:
 * `handle: (job: Job<Image, Page, Services>) => …`.
 *
 * A payload that does not decode is told in one line (each problem with its place, what would be right and what came)
 * and never reaches the handler.
 *
 * @throws {OptionsError} When the name is empty or an option is of another kind.
 */
export function action<D extends Shape, C extends Shape | undefined = undefined, W = unknown, S = unknown>(
  options: CheckedActionOptions<C, D, W, S>,
): TypedAction<Encoded<C>, Decoded<C>, Decoded<D>, W, S>
export function action<O, C extends Shape | undefined = undefined, W = unknown, S = unknown>(
  options: ActionOptions<C, O, W, S> & { readonly output?: undefined },
): TypedAction<Encoded<C>, Decoded<C>, O, W, S>
export function action(options: AnyActionOptions): Action<unknown, unknown, unknown, unknown> {
  checkOptions('action', CODECS, options, shapesIn, ['name', 'handle'])
  const { name, input, output, handle } = options
  return {
    name,
    decode: (payload) => (input === undefined ? right(payload) : decodeWith(input, payload, 'the input')),
    handle: output === undefined ? handle : (job) => checked(handle(job), output, name),
  }
}

interface AnyActionOptions {
  readonly name: string
  readonly input?: Shape | undefined
  readonly output?: Shape | undefined
  readonly handle: (job: Job<unknown, unknown, unknown>) => Result<unknown>
}

const CODECS = { name: nonEmptyString, input: anything, output: anything, handle: anyFunction }

const shapesIn = (given: Readonly<Record<string, unknown>>): readonly Problem[] =>
  ['input', 'output']
    .filter((path) => given[path] !== undefined && !isShape(given[path]))
    .map((path) => ({ path, got: describe(given[path]), expected: 'an io-ts type or a Standard Schema validator' }))

/** The same result, its last value checked; an Observable stays one, so that it can still be cut. */
const checked = (result: Result<unknown>, output: Shape, name: string): Result<unknown> => {
  const check = (value: unknown): unknown => {
    const either = checkWith(output, value, 'the output')
    return 'then' in either ? either.then((settled) => valueOf(settled, name)) : valueOf(either, name)
  }
  return lastValue(result, check)
}

const valueOf = (either: Either<string, unknown>, name: string): unknown => {
  if (either._tag === 'Left') throw new OutputError(`${name}: ${either.left}`)
  return either.right
}
