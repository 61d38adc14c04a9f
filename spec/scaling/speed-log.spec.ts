import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SpeedLog, fastestNear, logged } from '../../src/scaling/speed-log.js'

const logOf = (speeds: Readonly<Record<number, number>>): SpeedLog => Object.entries(speeds).map(([workers, ms]) => ({ workers: Number(workers), ms }))

describe('logged', () => {
  it('has a first measurement as it is, in order', () => {
    expect(logged(logOf({ 3: 5, 9: 1 }), { workers: 4, ms: 7 }, 0.5)).toEqual(logOf({ 3: 5, 4: 7, 9: 1 }))
    expect(logged([], { workers: 10, ms: 7 }, 0)).toEqual(logOf({ 10: 7 }))
  })

  it('blends a further one with those before', () => {
    expect(logged(logOf({ 2: 50, 3: 1 }), { workers: 2, ms: 150 }, 0.5)).toEqual(logOf({ 2: 100, 3: 1 }))
    expect(logged(logOf({ 2: 50 }), { workers: 2, ms: 150 }, 0.25)).toEqual(logOf({ 2: 75 }))
    expect(logged(logOf({ 2: 50 }), { workers: 2, ms: 150 }, 1)).toEqual(logOf({ 2: 150 }))
  })

  it('has each number once, ascending, whatever comes', () => {
    fc.assert(fc.property(fc.array(fc.record({ workers: fc.integer({ min: 1, max: 30 }), ms: fc.nat(100) })), (all) => {
      const numbers = all.reduce<SpeedLog>((log, speed) => logged(log, speed, 0.5), []).map(({ workers }) => workers)
      expect(numbers).toEqual([...new Set(all.map(({ workers }) => workers))].toSorted((a, b) => a - b))
    }))
  })
})

describe('fastestNear', () => {
  it.each([
    [10, 4, 13],
    [10, 2, 8],
    [10, 1, 8],
    [9, 1, 8],
    [11, 1, 10],
    [13, 3, 13],
    [20, 1, 13],
    [20, 2, 13],
    [1, 1, 7],
    [1, 2, 8],
  ])('of numbers near %d, %d on each side', (workers, eachSide, fastest) => {
    expect(fastestNear(logOf({ 7: 5, 8: 2, 10: 3, 11: 4, 12: 3, 13: 1.5 }), workers, eachSide)).toBe(fastest)
  })

  it('takes fewer workers where two are as fast', () => {
    expect(fastestNear(logOf({ 4: 2, 5: 2, 6: 2, 9: 3 }), 6, 8)).toBe(4)
  })

  it('knows none where none was tried', () => {
    expect(fastestNear([], 6, 8)).toBeUndefined()
  })
})
