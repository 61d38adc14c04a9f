import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_SERVICE, tailOf, typicalMs, withServices, type ServiceSums } from '../../src/scaling/service-tail.js'
import { brokenLoads } from '../../src/testing/load-arbitraries.js'
import { brokenLoadOf, loadOf } from './load-of.js'

const quantiles = (ms: number): { readonly p50: number; readonly p90: number; readonly p99: number } => ({ p50: ms, p90: ms, p99: ms })

/** Windows of ten messages each, with a median and a mean. */
const windows = (...seen: readonly (readonly [medianMs: number, meanMs: number])[]): ServiceSums =>
  seen.reduce((sums, [medianMs, meanMs]) => withServices(sums, loadOf({ completions: 10, servedMs: 10 * meanMs, serviceMs: quantiles(medianMs) })), NO_SERVICE)

describe('the tail of service times', () => {
  it('is by how much their mean lies above their median, as a logarithm', () => {
    expect(tailOf(windows([20, 20], [20, 20]))).toBeCloseTo(0)
    expect(tailOf(windows([20, 50], [20, 30]))).toBeCloseTo(Math.log(2))
  })

  it('is none while nothing has ended, or all is forgotten', () => {
    expect(tailOf(NO_SERVICE)).toBe(0)
    const forgotten = withServices(windows([20, 50]), loadOf({ completions: 0 }), 1e-9)
    expect(tailOf(forgotten)).toBe(0)
  })

  it('gives the mean back of times that have it', () => {
    const seen = windows([20, 50], [20, 30])
    expect(typicalMs(seen, tailOf(seen))).toBeCloseTo(seen.servedMs)
    expect(typicalMs(NO_SERVICE, 1)).toBe(0)
  })

  it('grows with a slowdown of all messages, and not with a few long ones', () => {
    const tail = tailOf(windows([20, 40]))
    expect(typicalMs(windows([60, 120]), tail)).toBeCloseTo(10 * 120)
    expect(typicalMs(windows([20, 120]), tail)).toBeCloseTo(10 * 40)
  })

  it('keeps the share of the past that it is told to', () => {
    expect(withServices(windows([20, 40]), loadOf({ completions: 10, servedMs: 100, serviceMs: quantiles(10) }), 0.5)).toEqual({
      ended: 15, servedMs: 300, logMs: 5 * (Math.log(20) * 2) / 2 + 10 * Math.log(10),
    })
  })

  it('makes do with busy time and the mean where the others are missing or nonsense', () => {
    const sums = { ended: 4, servedMs: 200, logMs: 4 * Math.log(50) }
    expect(withServices(NO_SERVICE, loadOf({ completions: 4, busyMs: 200 }))).toEqual(sums)
    expect(withServices(NO_SERVICE, brokenLoadOf({ completions: 4, busyMs: 200 }, { servedMs: Number.NaN, serviceMs: { p50: 'seven' } }))).toEqual(sums)
    expect(withServices(NO_SERVICE, loadOf({ completions: 4, busyMs: 200, serviceMs: quantiles(0) }))).toEqual(sums)
    expect(withServices(NO_SERVICE, loadOf({ completions: 4, busyMs: 200, serviceMs: quantiles(Infinity) }))).toEqual(sums)
  })

  it('stays finite whatever the times are, nothing included', () => {
    fc.assert(fc.property(fc.array(brokenLoads(), { maxLength: 5 }), (loads) => {
      const usable = loads.map((load) => ({ ...load, completions: 7, busyMs: 0 }))
      const sums = usable.reduce((before, load) => withServices(before, load, 0.9), NO_SERVICE)
      expect([sums.logMs, tailOf(sums), typicalMs(sums, tailOf(sums))].every(Number.isFinite)).toBe(true)
    }))
  })
})
