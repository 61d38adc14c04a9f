import { anyFunction, check, checkOptions, either, having, nonEmptyString } from '../core/options.js'
import type { SupervisionStrategy } from './strategy.js'

/** What tells an error: its class, a guard or any other predicate, or a word that its `code` or its `name` equals. */
export type ErrorMatcher = (abstract new (...given: never) => unknown) | ((error: unknown) => boolean) | string

/**
 * Another strategy for each kind of error: the first pair whose matcher fits decides, else `otherwise`. An error is
 * matched itself, not its `cause`. All restarts count together, each against the intensity of the strategy that asked
 * for it.
 *
 * @example
 * byError([[RangeError, resume()], ['ECONNRESET', restartOne()], [(error) => error === 'gone', stopAndEscalate()]], restartAll())
 *
 * @throws {OptionsError} When given no pairs of a matcher and a strategy, or no strategy otherwise.
 */
export const byError = (
  pairs: readonly (readonly [ErrorMatcher, SupervisionStrategy])[],
  otherwise: SupervisionStrategy,
): SupervisionStrategy => {
  checkOptions('byError', CODECS, { pairs, otherwise }, undefined, ['pairs', 'otherwise'])
  const rules = pairs.map(([matcher, strategy]) => [test(matcher), strategy] as const)
  return {
    name: 'byError',
    decide: (failure) => (rules.find(([fits]) => fits(failure.error))?.[1] ?? otherwise).decide(failure),
  }
}

const strategy = having('a supervision strategy', 'decide')

const key = either(anyFunction, nonEmptyString)
const isPair = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && key.is(value[0]) && strategy.is(value[1])

const CODECS = {
  pairs: check('pairs of a class, predicate or code and a supervision strategy', (value): value is unknown => Array.isArray(value) && value.every(isPair)),
  otherwise: strategy,
}

const test = (matcher: ErrorMatcher): ((error: unknown) => boolean) => {
  if (typeof matcher === 'string') return (error) => isObject(error) && (field(error, 'code') === matcher || field(error, 'name') === matcher)
  return isClass(matcher) ? (error) => error instanceof matcher : matcher
}

/** The prototype of a class cannot be replaced, that of a function can; a class compiled to a function extends Error. */
const isClass = (matcher: Exclude<ErrorMatcher, string>): matcher is abstract new (...given: never) => unknown =>
  Object.getOwnPropertyDescriptor(matcher, 'prototype')?.writable === false || matcher.prototype instanceof Error

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const field = (error: object, name: string): unknown => Reflect.get(error, name)
