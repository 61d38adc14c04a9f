import * as fc from 'fast-check'
import { type Failure, type FailureType, TimeoutError, WorkerCrash } from '../core/failure.js'
import { check, checkOptions, whole } from '../core/options.js'

const TYPES: readonly FailureType[] = ['thrown', 'timedOut', 'crashed', 'acquire']

export interface FailureOptions {
  /** How it may have failed; default in every way. */
  readonly types?: readonly FailureType[] | undefined
  /** The highest number of a try: 1 or more, default 100. */
  readonly maxAttempts?: number | undefined
}

const OPTIONS = {
  types: check('a list of types of failures that is not empty', (value): value is unknown => Array.isArray(value) && value.length > 0 && value.every((type) => TYPES.includes(type))),
  maxAttempts: whole(1),
}

/**
 * Anything that a handler may throw: errors of several classes, with a code, with a cause, frozen ones, and what is no
 * error at all. They shrink to an error without a message.
 */
export const thrown = (): fc.Arbitrary<unknown> => {
  const error = fc.string().map((message) => new Error(message))
  return fc.oneof(
    error,
    fc.string().map((message) => new RangeError(message)),
    fc.string().map((code) => Object.assign(new Error('coded'), { code })),
    fc.tuple(fc.string(), fc.anything()).map(([message, cause]) => new Error(message, { cause })),
    fc.string().map((message) => new WorkerCrash(message)),
    fc.nat().map((ms) => new TimeoutError(ms)),
    error.map((one) => Object.freeze(one)),
    fc.anything(),
  )
}

/**
 * Failures as a supervision strategy meets them, with anything as their error, with and without a worker. They shrink to
 * the first try of the first type.
 *
 * @throws {OptionsError}
 */
export const failures = (options: FailureOptions = {}): fc.Arbitrary<Failure> => {
  checkOptions('failures', OPTIONS, options)
  const { types = TYPES, maxAttempts = 100 } = options
  return fc.record(
    { type: fc.constantFrom(...types), error: thrown(), attempt: fc.integer({ min: 1, max: maxAttempts }), atMs: fc.nat(), worker: fc.nat() },
    { requiredKeys: ['type', 'error', 'attempt', 'atMs'] },
  )
}
