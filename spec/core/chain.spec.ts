import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Chain, type Link } from '../../src/core/chain.js'

class Ring implements Link<Ring> {
  before: Ring | undefined = undefined
  after: Ring | undefined = undefined
  readonly id: number

  constructor(id: number) {
    this.id = id
  }
}

const rings = (count: number): readonly Ring[] => Array.from({ length: count }, (_, id) => new Ring(id))

const idsOf = (chain: Chain<Ring>): readonly number[] => [...chain].map(({ id }) => id)

describe('a chain', () => {
  it('is empty at first, and again when all are out', () => {
    const chain = new Chain<Ring>()
    expect(idsOf(chain)).toEqual([])
    const [ring = new Ring(0)] = rings(1)
    chain.add(ring)
    expect(idsOf(chain)).toEqual([0])
    chain.delete(ring)
    expect(idsOf(chain)).toEqual([])
  })

  it('goes in order of arrival, without those that were taken out', () => {
    const chain = new Chain<Ring>()
    const all = rings(5)
    for (const ring of all) chain.add(ring)
    for (const id of [0, 2, 4]) chain.delete(all[id] ?? new Ring(-1))
    expect(idsOf(chain)).toEqual([1, 3])
  })

  it('lets what it is giving be taken out meanwhile', () => {
    const chain = new Chain<Ring>()
    for (const ring of rings(4)) chain.add(ring)
    const seen: number[] = []
    for (const ring of chain) {
      seen.push(ring.id)
      chain.delete(ring)
    }
    expect([seen, idsOf(chain)]).toEqual([[0, 1, 2, 3], []])
  })

  it('does nothing for what is in no chain', () => {
    const chain = new Chain<Ring>()
    const [first = new Ring(0), stranger = new Ring(1)] = rings(2)
    chain.add(first)
    chain.delete(stranger)
    chain.delete(stranger)
    expect(idsOf(chain)).toEqual([0])
  })

  it('holds on to nothing that was taken out', () => {
    const chain = new Chain<Ring>()
    const all = rings(3)
    for (const ring of all) chain.add(ring)
    for (const ring of all) chain.delete(ring)
    expect(all.map(({ before, after }) => [before, after])).toEqual([[undefined, undefined], [undefined, undefined], [undefined, undefined]])
  })

  it('behaves as a set does, whatever is done to it', () => {
    const deeds = fc.array(fc.record({ what: fc.constantFrom('add', 'delete'), id: fc.integer({ min: 0, max: 7 }) }), { maxLength: 60 })
    fc.assert(
      fc.property(deeds, (given) => {
        const chain = new Chain<Ring>()
        const model = new Set<Ring>()
        const all = rings(8)
        for (const { what, id } of given) {
          const ring = all[id] ?? new Ring(-1)
          if (what === 'delete') {
            chain.delete(ring)
            model.delete(ring)
          } else if (!model.has(ring)) {
            chain.add(ring)
            model.add(ring)
          }
          expect([...chain]).toEqual([...model])
          expect(idsOf(chain)).toHaveLength(model.size)
        }
      }),
    )
  })
})
