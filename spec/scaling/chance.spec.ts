import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { draw } from '../../src/scaling/chance.js'

const drawn = (seed: number, count: number): readonly number[] => {
  let next = seed
  return Array.from({ length: count }, () => {
    const { unit, seed: after } = draw(next)
    next = after
    return unit
  })
}

describe('draw', () => {
  it('draws the same from the same seed', () => {
    expect(draw(7)).toEqual(draw(7))
    expect(drawn(7, 5)).toEqual(drawn(7, 5))
    expect(drawn(7, 5)).not.toEqual(drawn(8, 5))
  })

  it('gives whole numbers of 32 bits, the same as a share of all, and a seed to go on from', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
      const { bits, unit, seed: next } = draw(seed)
      expect([bits, next].every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32)).toBe(true)
      expect(unit).toBe(bits / 2 ** 32)
      expect(next).not.toBe(seed)
    }))
  })

  it('draws as often from each tenth, and one number says nothing of the next', () => {
    const units = drawn(1, 100_000)
    const tenths = Array.from({ length: 10 }, (_, tenth) => units.filter((unit) => Math.floor(unit * 10) === tenth).length)
    // 5 standard deviations of a binomial count with mean 10,000 are 474.
    expect(tenths.every((count) => Math.abs(count - 10_000) < 474)).toBe(true)
    const after = units.filter((_, at) => at > 0 && (units[at - 1] ?? 0) < 0.5)
    expect(Math.abs(after.reduce((sum, unit) => sum + unit, 0) / after.length - 0.5)).toBeLessThan(0.0065)
  })

  it('draws what the mixing function of 32 bits gives for its counter', () => {
    expect([draw(0).seed, draw(0x9e_37_79_b9).seed]).toEqual([0x9e_37_79_b9, 0x3c_6e_f3_72])
    expect(drawn(0, 3).map((unit) => unit * 2 ** 32)).toEqual(REFERENCE)
  })
})

/** The first three for seed 0, reckoned with integers of any length. */
const REFERENCE = [0, 1, 2].map((at) => {
  const low = (value: bigint): bigint => value & 0xff_ff_ff_ffn
  let bits = low(0x9e_37_79_b9n * BigInt(at + 1))
  bits = low((bits ^ (bits >> 16n)) * 0x21_f0_aa_adn)
  bits = low((bits ^ (bits >> 15n)) * 0x73_5a_2d_97n)
  return Number(bits ^ (bits >> 15n))
})
