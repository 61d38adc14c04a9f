import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ShareClaim, shareOut } from '../../src/scaling/share-out.js'

const claim: fc.Arbitrary<ShareClaim> = fc.record({
  wants: fc.integer({ min: 0, max: 30 }),
  weight: fc.constantFrom(0.5, 1, 1, 2, 3),
  atLeast: fc.integer({ min: 0, max: 4 }),
})
const total = fc.integer({ min: 0, max: 60 })
const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0)
const even = (wants: number): ShareClaim => ({ wants, weight: 1, atLeast: 0 })

describe('shareOut', () => {
  it.each([
    [12, [4, 4, 4], [4, 4, 4]],
    [12, [1, 20, 20], [1, 6, 5]],
    [12, [2, 3, 20], [2, 3, 7]],
    [12, [0, 0, 20], [0, 0, 12]],
    [10, [20, 20, 20], [4, 3, 3]],
    [2, [5, 5, 5], [1, 1, 0]],
    [0, [5, 5], [0, 0]],
    [5, [], []],
  ])('of %d, of which are wanted %j, gives %j', (all, wants, shares) => {
    expect(shareOut(all, wants.map(even))).toEqual(shares)
  })

  it('gives by weight', () => {
    expect(shareOut(12, [{ ...even(20), weight: 2 }, even(20)])).toEqual([8, 4])
    expect(shareOut(12, [{ ...even(3), weight: 2 }, even(20), even(20)])).toEqual([3, 5, 4])
    expect(shareOut(9, [{ ...even(20), weight: 0.5 }, even(20)])).toEqual([3, 6])
  })

  it('gives everyone what is reserved before it is fair', () => {
    expect(shareOut(10, [{ wants: 9, weight: 1, atLeast: 7 }, even(9)])).toEqual([7, 3])
    expect(shareOut(10, [{ wants: 2, weight: 1, atLeast: 7 }, even(9)])).toEqual([2, 8])
  })

  it('gives nobody more than is wanted, all that is wanted while there is enough, and else all there is', () => {
    fc.assert(fc.property(total, fc.array(claim, { maxLength: 6 }), (all, claims) => {
      const shares = shareOut(all, claims)
      const reserved = sum(claims.map(({ wants, atLeast }) => Math.min(wants, atLeast)))
      expect(shares.every((share, at) => Number.isSafeInteger(share) && share >= 0 && share <= (claims[at]?.wants ?? 0))).toBe(true)
      expect(sum(shares)).toBe(Math.max(reserved, Math.min(all, sum(claims.map(({ wants }) => wants)))))
    }))
  })

  it('is fair: who wants more has, by weight, not one fewer than anyone who has more than is reserved', () => {
    fc.assert(fc.property(total, fc.array(claim, { maxLength: 6 }), (all, claims) => {
      const shares = shareOut(all, claims)
      const rows = claims.map((one, at) => ({ ...one, share: shares[at] ?? 0 }))
      const hungry = rows.filter(({ share, wants }) => share < wants)
      const fed = rows.filter(({ share, atLeast, wants }) => share > Math.min(atLeast, wants))
      hungry.forEach((poor) => fed.forEach((rich) => expect(rich.share / rich.weight).toBeLessThanOrEqual((poor.share + 1) / poor.weight)))
    }))
  })

  it('gives nobody less because there is more to share', () => {
    fc.assert(fc.property(total, fc.array(claim, { maxLength: 6 }), (all, claims) => {
      const more = shareOut(all + 1, claims)
      expect(shareOut(all, claims).every((share, at) => share <= (more[at] ?? 0))).toBe(true)
    }))
  })

  it('gives nobody less because it wants more, and no other more', () => {
    fc.assert(fc.property(total, claim, fc.array(claim, { maxLength: 5 }), (all, first, others) => {
      const [mine = 0, ...theirs] = shareOut(all, [first, ...others])
      const [greedy = 0, ...left] = shareOut(all, [{ ...first, wants: first.wants + 1 }, ...others])
      expect(greedy).toBeGreaterThanOrEqual(mine)
      expect(left.every((share, at) => share <= (theirs[at] ?? 0))).toBe(true)
    }))
  })
})
