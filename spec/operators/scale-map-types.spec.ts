import { BehaviorSubject, EMPTY, mergeMap, NEVER, of, type Observable, type OperatorFunction } from 'rxjs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { scaleMap } from '../../src/operators/scale-map.js'

describe('the types of scaleMap', () => {
  it('infers the value in a pipe and the output from what project gives', () => {
    const output$ = of(1, 2).pipe(scaleMap((n, index) => {
      expectTypeOf(n).toEqualTypeOf<number>()
      expectTypeOf(index).toEqualTypeOf<number>()
      return of(String(n))
    }, 2))
    expectTypeOf(output$).toEqualTypeOf<Observable<string>>()
    const seen: string[] = []
    output$.subscribe((value) => seen.push(value))
    expect(seen).toEqual(['1', '2'])
  })

  it('infers the same as mergeMap for promises, arrays, strings, iterables and unions', () => {
    const flag = Math.max(1, 2) > 1
    const source$ = of(1)
    expectTypeOf(source$.pipe(scaleMap(async (n) => ({ n }), 1))).toEqualTypeOf<Observable<{ n: number }>>()
    expectTypeOf(source$.pipe(scaleMap((n) => [n, 'x'], 1))).toEqualTypeOf<Observable<string | number>>()
    expectTypeOf(source$.pipe(scaleMap(() => 'text', 1))).toEqualTypeOf<Observable<string>>()
    expectTypeOf(source$.pipe(scaleMap(() => new Set([true]), 1))).toEqualTypeOf<Observable<boolean>>()
    expectTypeOf(source$.pipe(scaleMap((n) => (flag ? of(n) : EMPTY), 1))).toEqualTypeOf<Observable<number>>()
    expectTypeOf(source$.pipe(scaleMap((n) => (flag ? of(n) : ['a']), 1))).toEqualTypeOf<Observable<string | number>>()
    expectTypeOf(source$.pipe(scaleMap(() => NEVER, 1))).toEqualTypeOf<Observable<never>>()
    expectTypeOf(scaleMap((n: number) => of(n > 1), 1)).toEqualTypeOf(mergeMap((n: number) => of(n > 1), 1))
    expect(flag).toBe(true)
  })

  it('takes an Observable of numbers as the limit, and nothing else', () => {
    expectTypeOf(scaleMap((name: string) => [name], new BehaviorSubject(1))).toEqualTypeOf<OperatorFunction<string, string>>()
    // @ts-expect-error -- the limit emits numbers
    expect(typeof scaleMap((name: string) => [name], of('1'))).toBe('function')
    // @ts-expect-error -- what project gives is to be flattened
    expect(typeof scaleMap((n: number) => n, 1)).toBe('function')
  })
})
