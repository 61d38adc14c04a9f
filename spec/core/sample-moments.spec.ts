import { describe, expect, it } from 'vitest'
import { SampleMoments, type SampleWake } from '../../src/core/sample-moments.js'

const setUp = (wake?: SampleWake) => {
  const group: { oldest?: number; idlest?: number; active: boolean } = { active: false }
  const moments = new SampleMoments(100, wake, { oldestMs: () => group.oldest, idlestMs: () => group.idlest, active: () => group.active })
  moments.sampled(0)
  return { group, moments }
}

describe('the moments at which a group is sampled', () => {
  it('are none while nothing can change', () => {
    const { moments } = setUp({ waitedMs: 10, idledMs: 20 })
    expect([moments.moved(), moments.dueMs]).toEqual([false, Infinity])
  })

  it('come regularly while there is work, from the sample before', () => {
    const { group, moments } = setUp()
    group.active = true
    expect([moments.moved(), moments.dueMs]).toEqual([true, 100])
    expect(moments.moved()).toBe(false)
    expect([moments.fired(100), moments.dueMs]).toEqual([true, Infinity])
    moments.sampled(100)
    expect([moments.moved(), moments.dueMs]).toEqual([true, 200])
    group.active = false
    expect([moments.fired(200), moments.moved()]).toEqual([false, false])
  })

  it('come when someone has waited long enough, and each such span later while someone waits', () => {
    const { group, moments } = setUp({ waitedMs: 10 })
    group.oldest = 5
    expect([moments.moved(), moments.dueMs]).toEqual([true, 15])
    expect(moments.fired(15)).toBe(true)
    expect([moments.moved(), moments.dueMs]).toEqual([true, 25])
    group.oldest = 24
    expect(moments.fired(25)).toBe(false)
    expect([moments.moved(), moments.dueMs]).toEqual([true, 34])
  })

  it('come when a worker has been idle long enough, and of the same worker again a span later', () => {
    const { group, moments } = setUp({ idledMs: 20 })
    group.idlest = 3
    expect([moments.moved(), moments.dueMs]).toEqual([true, 23])
    expect(moments.fired(23)).toBe(true)
    expect([moments.moved(), moments.dueMs]).toEqual([true, 43])
    group.idlest = 30
    expect(moments.fired(43)).toBe(false)
    expect([moments.moved(), moments.dueMs]).toEqual([true, 50])
  })

  it('never come more than once in a ms for a worker that is idle too long from the start', () => {
    const { group, moments } = setUp({ idledMs: 0 })
    group.idlest = 0
    moments.moved()
    expect(moments.fired(0)).toBe(true)
    expect([moments.moved(), moments.dueMs]).toEqual([true, 1])
  })

  it('come earlier when something begins that is due earlier, and only then', () => {
    const { group, moments } = setUp({ waitedMs: 10, idledMs: 500 })
    group.idlest = 0
    expect([moments.moved(), moments.dueMs]).toEqual([true, 500])
    group.active = true
    expect([moments.moved(), moments.dueMs]).toEqual([true, 100])
    group.oldest = 50
    expect([moments.moved(), moments.dueMs]).toEqual([true, 60])
    group.oldest = 55
    expect([moments.moved(), moments.dueMs]).toEqual([false, 60])
  })

  it('come in time for a worker whose elder, told of already, has left', () => {
    const { group, moments } = setUp({ idledMs: 41 })
    group.idlest = 2_300
    moments.moved()
    expect(moments.fired(2_422)).toBe(true)
    expect([moments.moved(), moments.dueMs]).toEqual([true, 2_463])
    group.idlest = 2_382
    expect([moments.moved(), moments.dueMs]).toEqual([true, 2_423])
  })

  it('come for an idle worker although the timer was set for one who waits', () => {
    const { group, moments } = setUp({ waitedMs: 100, idledMs: 5 })
    group.oldest = 0
    moments.moved()
    group.idlest = 1
    expect([moments.moved(), moments.dueMs]).toEqual([true, 6])
  })
})
