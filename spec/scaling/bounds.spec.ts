import { describe, expect, it } from 'vitest'
import { isCount, withinBounds } from '../../src/scaling/bounds.js'

describe('withinBounds', () => {
  it.each([
    [5, 1, 10, 5],
    [0, 1, 10, 1],
    [11, 1, 10, 10],
    [1, 1, 10, 1],
    [10, 1, 10, 10],
    [11, 1, Number.NaN, 11],
    [0, 1, Number.NaN, 1],
    [11, Number.NaN, 10, 10],
    [-3, Number.NaN, 10, 0],
    [-3, Number.NaN, Number.NaN, 0],
    [3, 5, 2, 5],
    [3, 0.5, 9.5, 3],
    [0, -2, -1, 0],
  ])('pulls %d into [%d, %d] as %d', (wanted, min, max, pulled) => {
    expect(withinBounds(wanted, { min, max })).toBe(pulled)
  })

  it.each([[0, true], [7, true], [-1, false], [1.5, false], [Number.NaN, false], [Infinity, false]])('tells whether %d is a count: %s', (value, is) => {
    expect(isCount(value)).toBe(is)
  })
})
