import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Ids } from '../../src/group/ids.js'

describe('the ids of messages that came without one', () => {
  it('are the address and the number, whatever was asked for before', () => {
    const seq = fc.oneof(fc.nat({ max: 3_000 }), fc.nat(), fc.maxSafeNat(), fc.constantFrom(999, 1_000, 1_001, 1_999, 2_000, 999_999, 1_000_000))
    fc.assert(fc.property(fc.string(), fc.array(seq, { minLength: 1 }), (address, seqs) => {
      const ids = new Ids(address)
      expect(seqs.map((one) => ids.at(one))).toEqual(seqs.map((one) => `${address}-${one}`))
    }))
  })
})
