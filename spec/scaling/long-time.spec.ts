import { describe, expect, it } from 'vitest'
import { type LongTime, NO_LONG_TIME, observed } from '../../src/scaling/long-time.js'

const after = (samples: readonly number[], window: number): LongTime => samples.reduce<LongTime>((long, sample) => observed(long, sample, window), NO_LONG_TIME)

describe('the service time over long', () => {
  it('is the mean of the first ten samples', () => {
    expect(after([7], 600)).toEqual({ mean: 7, count: 1, sum: 7 })
    expect(after([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 600)).toEqual({ mean: 5.5, count: 10, sum: 55 })
  })

  it('forgets from then on, by two parts of the window and one', () => {
    expect(after([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15.5], 4)).toEqual({ mean: 5.5 * 0.6 + 15.5 * 0.4, count: 10, sum: 55 })
    expect(after([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 6.5, 6.5], 1)).toEqual({ mean: 6.5, count: 10, sum: 55 })
    expect(after([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 601], 600).mean).toBeCloseTo(2, 12)
  })
})
