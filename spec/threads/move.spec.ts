import { fc, test } from '@fast-check/vitest'
import { Piscina, transferableSymbol, valueSymbol } from 'piscina'
import { describe, expect, it } from 'vitest'
import { move } from '../../src/threads/move.js'

describe('move', () => {
  test.prop([fc.oneof(fc.object(), fc.uint8Array(), fc.array(fc.nat()))])('leaves a value what it is', (value) => {
    const before = structuredClone(value)
    expect(move(value, [])).toBe(value)
    expect(value).toEqual(before)
    expect(structuredClone(value)).toEqual(before)
    expect(Object.getOwnPropertySymbols(Object.assign({}, value))).toEqual([])
  })

  it('marks it for piscina, with the parts that were named last', () => {
    const [first, second] = [new ArrayBuffer(1), new ArrayBuffer(2)]
    const value = move(move({ first, second }, [first]), [first, second])
    expect(Reflect.get(value, transferableSymbol)).toEqual([first, second])
    expect(Reflect.get(value, valueSymbol)).toBe(value)
    expect(Piscina.move(value.first)).not.toBe(value)
  })
})
