import { describe, expect, it } from 'vitest'
import { draw } from '../../src/scaling/chance.js'

const drawn = (seed: number, count: number): readonly number[] => {
  let next = seed
  return Array.from({ length: count }, () => {
    const { value, seed: after } = draw(next)
    next = after
    return value
  })
}

describe('chance in a state', () => {
  it('draws the same from the same seed, and others from others', () => {
    expect(drawn(7, 20)).toEqual(drawn(7, 20))
    expect(drawn(7, 20)).not.toEqual(drawn(8, 20))
  })

  it('draws numbers from 0 to below 1, evenly enough', () => {
    const numbers = drawn(1, 10_000)
    expect(numbers.every((value) => value >= 0 && value < 1)).toBe(true)
    const tenths = Array.from({ length: 10 }, (_, tenth) => numbers.filter((value) => Math.floor(value * 10) === tenth).length)
    expect(Math.min(...tenths)).toBeGreaterThan(900)
    expect(Math.max(...tenths)).toBeLessThan(1_100)
  })

  it('goes on from a seed that travelled as JSON, of any size', () => {
    const { seed } = draw(Number.MAX_SAFE_INTEGER)
    expect(draw(Number(JSON.stringify(seed)))).toEqual(draw(seed))
    expect(seed).toBeLessThan(2 ** 32)
  })
})
