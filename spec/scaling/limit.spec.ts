import { describe, expect, it } from 'vitest'
import { decimal } from '../../src/scaling/decimal.js'
import { inOrder, moved, unmoved, withinBoth } from '../../src/scaling/limit.js'
import { serviceWindow } from '../../src/scaling/service-window.js'
import { latest } from '../../src/scaling/clock.js'
import { brokenLoadOf, loadOf } from './load-of.js'

describe('a limit', () => {
  it.each([
    [5, { min: 1, max: 3 }, { min: 0, max: 10 }, 3],
    [5, { min: 8, max: 9 }, { min: 0, max: 7 }, 7],
    [5, { min: 1, max: 4 }, { min: 6, max: 7 }, 6],
    [5.5, { min: 1, max: 9 }, { min: 0, max: 10 }, 5.5],
  ])('of %d within its own %j and the group\'s %j is %d', (limit, own, load, kept) => {
    expect(withinBoth(limit, own, load)).toBe(kept)
  })

  it.each([
    ['a rise', { before: 5, from: 5, wished: 6.2, limit: 6.2 }, 'tooFew'],
    ['a fall', { before: 5, from: 5, wished: 4.9, limit: 4.9 }, 'tooMany'],
    ['a rise of less than one', { before: 5, from: 5, wished: 5.9, limit: 5.9 }, 'withinRange'],
    ['a rise that a bound keeps', { before: 5, from: 5, wished: 7, limit: 6 }, 'limited'],
    ['a bound that moved it', { before: 5, from: 4, wished: 4, limit: 4 }, 'limited'],
    ['the first', { before: null, from: 4, wished: 4, limit: 4 }, 'withinRange'],
  ])('says of %s what moved it', (_, move, reason) => {
    expect(moved(null, move)).toEqual({ state: null, wanted: Math.floor(move.limit), reason })
  })

  it('says that it waits for a measurement', () => {
    expect(unmoved(null, null, 4.5)).toEqual({ state: null, wanted: 4, reason: 'initial' })
    expect(unmoved(null, 4, 4.5)).toEqual({ state: null, wanted: 4, reason: 'held' })
  })

  it('has bounds in order, those by default as well', () => {
    const rule = inOrder({ min: 3, max: 5 })
    expect(rule({})).toEqual([])
    expect(rule({ min: 5, max: undefined })).toEqual([])
    expect(rule({ min: 6 })).toEqual([{ path: 'max', got: '5', expected: 'at least min, which is 6' }])
  })
})

describe('a window', () => {
  const load = loadOf({ completions: 4, busyMs: 100, maxInFlight: 3, serviceMs: { p50: 7, p90: 8, p99: 9 } })

  it.each([
    ['busy time per completion', load, { rttMs: 25, count: 4, maxInFlight: 3, dropped: false }],
    ['the median without completions', { ...load, completions: 0 }, { rttMs: 7, count: 1, maxInFlight: 3, dropped: false }],
    ['the median without busy time', { ...load, busyMs: 0 }, { rttMs: 7, count: 4, maxInFlight: 3, dropped: false }],
    ['the median without a known busy time', brokenLoadOf(load, { busyMs: Infinity }), { rttMs: 7, count: 4, maxInFlight: 3, dropped: false }],
    ['failures alone', loadOf({ failures: 2 }), { rttMs: null, count: 1, maxInFlight: 0, dropped: true }],
    ['failures besides', { ...load, failures: 1 }, { rttMs: 25, count: 4, maxInFlight: 3, dropped: true }],
  ])('tells %s', (_, sample, window) => {
    expect(serviceWindow(sample)).toMatchObject(window)
  })

  it.each([
    ['nothing ended', loadOf({ busyMs: 100 })],
    ['all took no time', loadOf({ completions: 4 })],
    ['completions are unknown', brokenLoadOf(load, { completions: null })],
    ['failures are unknown', brokenLoadOf(load, { failures: -1 })],
    ['the peak is unknown', brokenLoadOf(load, { maxInFlight: 0.5 })],
    ['times are nonsense', brokenLoadOf(load, { busyMs: 'seven', serviceMs: { p50: Number.NaN } })],
    ['the median is a word', brokenLoadOf(load, { completions: 0, serviceMs: { p50: '7' } })],
  ])('tells nothing when %s', (_, sample) => {
    expect(serviceWindow(sample)).toBeNull()
  })
})

describe('numbers', () => {
  it('are products as on paper', () => {
    expect([0.57 * 100, 0.1 * 3, 1.1 * 10, 0].map(decimal)).toEqual([57, 0.3, 11, 0])
  })

  it('are the later of two moments', () => {
    expect([6, 4, Number.NaN, Infinity].map((nowMs) => latest(5, loadOf({ nowMs })))).toEqual([6, 5, 5, 5])
  })
})
