import { describe, expect, it } from 'vitest'
import { seededRandom, xoshiro128 } from '../../src/testing/seeded-random.js'

const take = (random: () => number, count: number): readonly number[] => Array.from({ length: count }, () => random())

describe('seeded chance', () => {
  it('is xoshiro128**, as its reference implementation has it from the state 1, 2, 3, 4', () => {
    expect(take(xoshiro128([1, 2, 3, 4]), 10).map((value) => value * 2 ** 32)).toEqual([
      11_520, 0, 5_927_040, 70_819_200, 2_031_721_883, 1_637_235_492, 1_287_239_034, 3_734_860_849, 3_729_100_597, 4_258_142_804,
    ])
  })

  it('is the same for the same seed and branch, and another for any other', () => {
    const all = [[1], [2], [0], [1, 0], [1, 1], [1, 0, 0], [1, 2 ** 32], [2 ** 32 + 1], [2 ** 52]].map(([seed = 0, ...branch]) => take(seededRandom(seed, ...branch), 4).join())
    expect(new Set(all).size).toBe(all.length)
    expect(take(seededRandom(7, 3), 100)).toEqual(take(seededRandom(7, 3), 100))
  })

  it('is spread evenly, also over the first numbers of neighbouring branches', () => {
    const firsts = Array.from({ length: 20_000 }, (_, i) => seededRandom(1, 3, i)())
    const tenths = Array.from({ length: 10 }, (_, tenth) => firsts.filter((value) => Math.floor(value * 10) === tenth).length)
    // 2,000 each, and 5 standard deviations of it.
    for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(5 * Math.sqrt(1_800))
  })
})
