import { describe, expect, it } from 'vitest'
import { isWindow, percentileCodec, positiveServiceTime, serviceTime } from '../../src/scaling/service-time.js'
import { brokenLoadOf, loadOf } from './load-of.js'
import { NONSENSE } from './measured-windows.js'

const load = loadOf({ serviceMs: { p50: 1, p90: 2, p99: 3 } })

describe('serviceTime', () => {
  it('is the quantile asked for', () => {
    expect([serviceTime(load, 'p50'), serviceTime(load, 'p90'), serviceTime(load, 'p99')]).toEqual([1, 2, 3])
    expect(['p50', 'p90', 'p99', 'p95', 50].map((value) => percentileCodec.is(value))).toEqual([true, true, true, false, false])
  })

  it('is not known when nothing ended', () => {
    expect(serviceTime(loadOf(), 'p50')).toBeUndefined()
  })

  it.each([...NONSENSE, 2 ** 53])('is not known when it is %s', (value) => {
    expect(serviceTime(brokenLoadOf({}, { serviceMs: { p50: value } }), 'p50')).toBeUndefined()
    expect(serviceTime(brokenLoadOf({}, { serviceMs: value }), 'p50')).toBeUndefined()
  })

  it('may be 0, which then says nothing where it should be above 0', () => {
    const nothing = loadOf({ serviceMs: { p50: 0, p90: 0, p99: 0.5 } })
    expect(serviceTime(loadOf({ serviceMs: { p50: 2 ** 53 - 1, p90: 0, p99: 0 } }), 'p50')).toBe(2 ** 53 - 1)
    expect([serviceTime(nothing, 'p50'), positiveServiceTime(nothing, 'p50'), positiveServiceTime(nothing, 'p99')]).toEqual([0, undefined, 0.5])
  })
})

describe('isWindow', () => {
  it('takes a span of time and bounds in order', () => {
    expect(isWindow(loadOf({ windowMs: 1, min: 0, max: 0 }))).toBe(true)
  })

  it.each(['windowMs', 'min', 'max'].flatMap((field) => NONSENSE.map((value) => [field, value] as const)))('refuses %s that is %s', (field, value) => {
    expect(isWindow(brokenLoadOf({}, { [field]: value }))).toBe(false)
  })

  it('refuses no span at all, and a least above the most', () => {
    expect([isWindow(loadOf({ windowMs: 0 })), isWindow(loadOf({ min: 3, max: 2 }))]).toEqual([false, false])
  })
})
