import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describe as inWords } from '../../src/core/describe.js'

describe('a value in a few words', () => {
  it.each<readonly [unknown, string]>([
    ['text', '"text"'],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    [10n, '10'],
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [Symbol('s'), 'Symbol(s)'],
    [{ a: 1 }, '{"a":1}'],
    [[1, 2], '[1,2]'],
    [new RangeError('far'), 'RangeError: far'],
    [function named(): void { /* nothing */ }, 'function named'],
    [(() => () => 0)(), 'function (anonymous)'],
    [{ toJSON: () => undefined }, 'object'],
  ])('is %s', (value, words) => {
    expect(inWords(value)).toBe(words)
  })

  it.each<readonly [string, () => unknown]>([
    ['refers to itself', () => { const loop: unknown[] = []; return loop.concat([loop]).concat(Object.assign(loop, [loop])) }],
    ['is an error whose message throws', () => Object.defineProperty(new Error('m'), 'message', { get: () => { throw new Error('no') } })],
    ['holds a bigint', () => ({ n: 1n })],
    ['is a proxy that was revoked', () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy }],
  ])('is its kind when it %s', (_what, make) => {
    expect(inWords(make())).toBe('object')
  })

  it('is cut when it is long', () => {
    expect(inWords('x'.repeat(1_000))).toBe(`"${'x'.repeat(79)}…`)
  })

  it('is never long and never throws, whatever it is of', () => {
    fc.assert(fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withDate: true }), (value) => inWords(value).length <= 81))
  })
})
