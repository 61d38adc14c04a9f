import { describe, expect, it } from 'vitest'
import { attemptsIn, measuringInterval, quantileOf } from '../../src/scaling/gradient-measuring.js'

describe('the time without load', () => {
  const single = (...all: readonly number[]): readonly { ms: number, count: number }[] => all.map((ms) => ({ ms, count: 1 }))

  it('is the quantile of its attempts', () => {
    expect(quantileOf(single(5, 1, 4, 2, 3), 0.5)).toBe(3)
    expect(quantileOf(single(4, 1, 3, 2), 0.5)).toBe(2)
    expect(quantileOf(single(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 0.9)).toBe(9)
    expect(quantileOf(single(7), 0.99)).toBe(7)
  })

  it('takes each window for as many attempts as ended in it', () => {
    expect(quantileOf([{ ms: 9, count: 6 }, { ms: 1, count: 5 }], 0.5)).toBe(9)
    expect(quantileOf([{ ms: 9, count: 5 }, { ms: 1, count: 5 }], 0.5)).toBe(1)
    expect(attemptsIn([{ ms: 9, count: 6 }, { ms: 1, count: 5 }])).toBe(11)
    expect(attemptsIn([])).toBe(0)
  })

  it('is 0 of no window', () => {
    expect(quantileOf([], 0.5)).toBe(0)
  })
})

describe('the span until the next measurement', () => {
  it.each([
    [100_000, 0.1, 15_000, 105_000],
    [45_000, 0, 15_000, 45_000],
    [30_000, 0.15, 4_499, 34_499],
    [30_000, 0.15, 4_500, 30_000],
    [10, 0.15, 1, 11],
    [10, 0.15, 2, 10],
    [1, 1, 0xff_ff_ff_ff, 1],
  ])('of %d ms and a jitter of %d is, for %d drawn, %d ms', (intervalMs, jitter, bits, expected) => {
    expect(measuringInterval(intervalMs, jitter, bits)).toBe(expected)
  })
})
