import { describe, expect, it } from 'vitest'
import { moved, rangeProblems, unmeasured, withinLimits } from '../../src/scaling/limit.js'

describe('withinLimits', () => {
  it.each([
    [5, 5],
    [1, 2],
    [30, 20],
  ])('pulls %d into the policy\'s own bounds, 2 to 20, as %d', (limit, pulled) => {
    expect(withinLimits(limit, { minLimit: 2, maxLimit: 20 }, { min: 0, max: 100 })).toBe(pulled)
  })

  it('lets the bounds of the group win', () => {
    expect(withinLimits(50, { minLimit: 2, maxLimit: 20 }, { min: 30, max: 40 })).toBe(30)
    expect(withinLimits(1, { minLimit: 2, maxLimit: 20 }, { min: 0, max: 1 })).toBe(1)
  })
})

describe('rangeProblems', () => {
  it('finds nothing wrong with bounds in order', () => {
    expect(rangeProblems({ minLimit: 3, maxLimit: 3 })).toEqual([])
  })

  it('tells a least above the most, by the names of the options', () => {
    expect(rangeProblems({ minLimit: 4, maxLimit: 3 })).toEqual([{ path: 'minLimit', got: '4', expected: 'at most maxLimit, 3' }])
    expect(rangeProblems({ minLimit: 4, maxLimit: 3 }, 'lowerBound', 'upperBound')).toEqual([{ path: 'lowerBound', got: '4', expected: 'at most upperBound, 3' }])
  })
})

describe('moved', () => {
  it.each([
    [{ before: 5, from: 5, wished: 6, limit: 6 }, 6, 'tooFew'],
    [{ before: 5, from: 5, wished: 4, limit: 4 }, 4, 'tooMany'],
    [{ before: 5, from: 5, wished: 5, limit: 5 }, 5, 'withinRange'],
    [{ before: null, from: 5, wished: 5, limit: 5 }, 5, 'withinRange'],
    [{ before: 5.2, from: 5.2, wished: 5.9, limit: 5.9 }, 5, 'withinRange'],
    [{ before: 5.9, from: 5.9, wished: 6.1, limit: 6.1 }, 6, 'tooFew'],
    [{ before: 5, from: 5, wished: 9, limit: 7 }, 7, 'limited'],
    [{ before: 5, from: 5, wished: 6, limit: 5 }, 5, 'limited'],
    [{ before: 9, from: 5, wished: 5, limit: 5 }, 5, 'limited'],
    [{ before: 9, from: 5, wished: 6, limit: 6 }, 6, 'tooFew'],
  ])('decides %j as %d %s', (move, wanted, reason) => {
    expect(moved('state', move)).toEqual({ state: 'state', wanted, reason })
  })
})

describe('unmeasured', () => {
  it('holds the limit, in whole workers', () => {
    expect(unmeasured('state', 5.9, 5.9)).toEqual({ state: 'state', wanted: 5, reason: 'held' })
  })

  it('says that nothing was decided yet before the first sample', () => {
    expect(unmeasured('state', null, 5)).toEqual({ state: 'state', wanted: 5, reason: 'initial' })
  })
})
