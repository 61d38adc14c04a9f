import * as fc from 'fast-check'
import { NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import {
  anyFunction, anything, checkOptions, either, flag, having, MAX_TIMER_MS, milliseconds, nested, nonEmptyString, observable, oneOf, whole, wholeOrInfinity, within,
  type OptionCodecs, type Rule,
} from '../../src/core/options.js'
import { OptionsError, type Problem } from '../../src/core/options-error.js'

const problemsOf = (codecs: OptionCodecs, given: unknown, rule?: Rule, required?: readonly string[]): readonly Problem[] => {
  try {
    checkOptions('here', codecs, given, rule, required)
    return []
  } catch (error) {
    if (error instanceof OptionsError) return error.problems
    throw error
  }
}

describe('an option', () => {
  it.each([
    ['a whole number', whole(1), [1, 5, Number.MAX_SAFE_INTEGER], [0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 2 ** 53]],
    ['a whole number with a bound', whole(0, 3), [0, 3], [-1, 4]],
    ['a whole number or Infinity', wholeOrInfinity(0), [0, 7, Number.POSITIVE_INFINITY], [-1, Number.NEGATIVE_INFINITY, 0.5, Number.NaN]],
    ['a number within bounds', within(0, 1), [0, 0.5, 1], [-0.1, 1.1, Number.NaN, '0.5']],
    ['milliseconds', milliseconds(), [0, 0.5, MAX_TIMER_MS], [-1, MAX_TIMER_MS + 1, Number.POSITIVE_INFINITY]],
    ['one of some words', oneOf('a', 'b'), ['a', 'b'], ['c', '', 1]],
    ['a string', nonEmptyString, ['x'], ['', 1, null]],
    ['a flag', flag, [true, false], [0, 'true', null]],
    ['a function', anyFunction, [() => 0, Number], [{}, null]],
    ['an object with methods', having('a bus', 'publish'), [{ publish: () => 0 }], [{ publish: 1 }, {}, null, () => 0]],
    ['an Observable', observable, [NEVER], [{ subscribe: () => 0 }, null]],
    ['either of two', either(flag, whole(1)), [true, 1], [0, 'x']],
    ['anything', anything, [1, null, {}], []],
  ] as const)('that is %s is told from what is none', (_what, codec, right, wrong) => {
    for (const value of right) expect(problemsOf({ it: codec }, { it: value })).toEqual([])
    for (const value of wrong) expect(problemsOf({ it: codec }, { it: value })).toMatchObject([{ path: 'it', expected: codec.name }])
  })

  it('that is undefined counts as not given', () => {
    expect(problemsOf({ it: whole(1) }, { it: undefined })).toEqual([])
    expect(problemsOf({ it: whole(1) }, { it: undefined }, undefined, ['it'])).toEqual([{ path: 'it', got: 'missing', expected: 'a whole number, 1 or more' }])
  })

  it('that is unknown is refused, with the name that may have been meant', () => {
    expect(problemsOf({ timeoutMs: milliseconds() }, { timeout: 5 })).toEqual([{ path: 'timeout', got: 'not an option', expected: '\'timeoutMs\'' }])
    expect(problemsOf({ a: flag, b: flag }, { zzzz: 5 })).toEqual([{ path: 'zzzz', got: 'not an option', expected: 'one of a, b' }])
    expect(problemsOf({ a: flag }, JSON.parse('{ "__proto__": 1, "toString": 2 }'))).toMatchObject([{ path: '__proto__' }, { path: 'toString' }])
  })
})

describe('options', () => {
  const codecs = { count: whole(1), inner: nested({ ms: milliseconds(), deep: nested({ on: flag }) }, undefined, ['ms']) }

  it('are refused with every problem at once, each with its path, in one sentence each', () => {
    const given = { count: 0, inner: { deep: { on: 1, off: 2 } }, more: 3 }
    expect(() => checkOptions('here', codecs, given)).toThrow(new OptionsError('here', [
      { path: 'more', got: 'not an option', expected: 'one of count, inner' },
      { path: 'count', got: '0', expected: 'a whole number, 1 or more' },
      { path: 'inner.ms', got: 'missing', expected: 'milliseconds from 0 to 2147483647' },
      { path: 'inner.deep.off', got: 'not an option', expected: 'one of on' },
      { path: 'inner.deep.on', got: '1', expected: 'true or false' },
    ]))
    expect(() => checkOptions('here', codecs, { count: 0 })).toThrow('here: count should be a whole number, 1 or more, but is 0')
  })

  it.each([[null], [undefined], [1], ['text'], [[]]])('that are no object are refused: %j', (given) => {
    expect(problemsOf(codecs, given)).toMatchObject([{ path: '', expected: 'an object' }])
    expect(() => checkOptions('here', codecs, given)).toThrow('here: options should be an object, but is')
  })

  it('within options that are no object are refused by their path', () => {
    expect(problemsOf(codecs, { inner: 3 })).toEqual([{ path: 'inner', got: '3', expected: 'an object' }])
  })

  it('are asked for what they are together, and that problem has its full path', () => {
    const rule: Rule = ({ min, max }) => (Number(min) > Number(max) ? [{ path: 'min', got: String(min), expected: 'at most max' }] : [])
    const bounds = { bounds: nested({ min: whole(0), max: whole(0) }, rule) }
    expect(problemsOf(bounds, { bounds: { min: 2, max: 1 } })).toEqual([{ path: 'bounds.min', got: '2', expected: 'at most max' }])
    expect(problemsOf(bounds, { bounds: { min: 1, max: 1 } })).toEqual([])
  })

  it('show a rule only those that are right alone', () => {
    const seen: unknown[] = []
    const rule: Rule = (given) => {
      seen.push(given)
      return []
    }
    expect(problemsOf({ a: whole(1), b: whole(1) }, { a: 0, b: 2, c: 3 }, rule)).toHaveLength(2)
    for (const given of seen) expect(given).toEqual({ b: 2 })
    expect(seen).toHaveLength(1)
  })

  it('are never met by an error of another kind, whatever is given', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (given) => {
        for (const { path, got, expected } of problemsOf(codecs, given)) expect([path, got, expected].map((part) => typeof part)).toEqual(['string', 'string', 'string'])
      }),
    )
  })
})
