import { describe, expect, expectTypeOf, it } from 'vitest'
import { type Failure, TimeoutError } from '../../src/core/failure.js'
import { OptionsError } from '../../src/core/options-error.js'
import { type ErrorMatcher, byError } from '../../src/supervision/by-error.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import type { SupervisionStrategy } from '../../src/supervision/strategy.js'
import { strategyLaws } from '../../src/testing/strategy-laws.js'

class Poison {
  readonly dose = 1
}

/** As a class looks that was compiled to a function. */
const Legacy = Object.assign(function Legacy(): boolean { return false }, { prototype: Object.create(Error.prototype) })

const answer = (matcher: ErrorMatcher, error: unknown): string => byError([[matcher, resume()]], stopAndEscalate()).decide({ type: 'thrown', error, attempt: 1, atMs: 0 }).type
const fits = (matcher: ErrorMatcher, error: unknown): boolean => answer(matcher, error) === 'resume'
const coded = (code: string): Error => Object.assign(new Error('coded'), { code })

describe('byError', () => {
  const make = () => byError([[RangeError, resume()], ['E1', restartOne()], [(error) => error === 1, stopAndEscalate()]], restartAll())
  strategyLaws('byError', make).forEach(({ title, check }) => it(title, () => check()))

  it('takes an error by its class, and by the class of its parents', () => {
    expect(fits(RangeError, new RangeError('high'))).toBe(true)
    expect(fits(Error, new RangeError('high'))).toBe(true)
    expect(fits(TimeoutError, new TimeoutError(5))).toBe(true)
    expect(fits(RangeError, new TypeError('other'))).toBe(false)
    expect(fits(RangeError, 'RangeError')).toBe(false)
  })

  it('takes what is no error by its class too', () => {
    expect(fits(Poison, new Poison())).toBe(true)
    expect(fits(Poison, { dose: 1 })).toBe(false)
  })

  it('takes an error by a class that was compiled to a function', () => {
    expect(fits(Legacy, Object.create(Legacy.prototype))).toBe(true)
    expect(fits(Legacy, new Error('other'))).toBe(false)
  })

  it('takes an error by a predicate, of any make', () => {
    expect(fits((error) => error === 7, 7)).toBe(true)
    expect(fits((error) => error === 7, 8)).toBe(false)
    expect(fits(function odd(error) { return error === 7 }, 7)).toBe(true)
    expect(fits(function odd(error) { return error === 7 }, 8)).toBe(false)
    expect(fits((error): error is Poison => error instanceof Poison, new Poison())).toBe(true)
  })

  it('takes an error by its code or its name, not by those of its cause', () => {
    expect(fits('ECONNRESET', coded('ECONNRESET'))).toBe(true)
    expect(fits('ECONNRESET', { code: 'ECONNRESET' })).toBe(true)
    expect(fits('TimeoutError', new TimeoutError(5))).toBe(true)
    expect(fits('ECONNRESET', coded('EPIPE'))).toBe(false)
    expect(fits('ECONNRESET', new Error('outer', { cause: coded('ECONNRESET') }))).toBe(false)
  })

  it.each([[null], [undefined], [7], ['ECONNRESET'], [() => 'ECONNRESET']])('finds no code in %s', (error) => {
    expect(fits('ECONNRESET', error)).toBe(false)
  })

  it('lets the first pair that fits decide, else what is said otherwise', () => {
    const strategy = byError([[RangeError, resume()], [Error, restartOne()]], stopAndEscalate())
    const typeOf = (error: unknown): string => strategy.decide({ type: 'thrown', error, attempt: 1, atMs: 0 }).type
    expect([new RangeError('a'), new TypeError('b'), 'c'].map(typeOf)).toEqual(['resume', 'restartOne', 'stopAndEscalate'])
    expect(strategy.name).toBe('byError')
  })

  it('gives the chosen strategy the whole failure', () => {
    const given: Failure[] = []
    const spy: SupervisionStrategy = {
      name: 'spy',
      decide: (failure) => {
        given.push(failure)
        return { type: 'resume' }
      },
    }
    const failure: Failure = { type: 'acquire', error: new RangeError('a'), attempt: 3, atMs: 9, worker: 2 }
    byError([[RangeError, spy]], stopAndEscalate()).decide(failure)
    byError([], spy).decide(failure)
    expect(given).toEqual([failure, failure])
    expect(given[0]).toBe(failure)
  })

  it('nests', () => {
    const inner = byError([['E2', resume()]], stopAndEscalate())
    expect(byError([[Error, inner]], restartOne()).decide({ type: 'thrown', error: coded('E2'), attempt: 1, atMs: 0 }).type).toBe('resume')
  })

  it('infers what a predicate is given, and takes guards and classes', () => {
    byError([[(error) => {
      expectTypeOf(error).toBeUnknown()
      return false
    }, resume()]], resume())
    expectTypeOf(byError).returns.toEqualTypeOf<SupervisionStrategy>()
    expectTypeOf<typeof RangeError>().toExtend<ErrorMatcher>()
    expectTypeOf<typeof TimeoutError>().toExtend<ErrorMatcher>()
    expectTypeOf<(error: unknown) => error is RangeError>().toExtend<ErrorMatcher>()
    expectTypeOf<number>().not.toExtend<ErrorMatcher>()
  })

  it('refuses what are no pairs and no strategy, all in one error', () => {
    const wrong = () => Reflect.apply(byError, undefined, [[[RangeError]], {}])
    expect(wrong).toThrow(OptionsError)
    expect(wrong).toThrow(/^byError: pairs should be pairs of a class, predicate or code and a supervision strategy, but .*; otherwise should be a supervision strategy/)
    expect(() => Reflect.apply(byError, undefined, [])).toThrow(/pairs .* but is missing; otherwise .* but is missing/)
    expect(() => Reflect.apply(byError, undefined, [[[7, resume()]], resume()])).toThrow('pairs should be')
    expect(() => byError([['', resume()]], resume())).toThrow('pairs should be')
    expect(() => Reflect.apply(byError, undefined, [[[RangeError, {}]], resume()])).toThrow('pairs should be')
  })
})
