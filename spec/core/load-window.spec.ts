import { describe, expect, it } from 'vitest'
import { LoadWindow } from '../../src/core/load-window.js'

describe('what happens between two load samples', () => {
  it('is nothing at first', () => {
    expect(new LoadWindow(7).take(7)).toEqual({
      windowMs: 0, maxInFlight: 0, arrivals: 0, completions: 0, failures: 0, busyMs: 0, serviceMs: undefined, servedMs: 0,
    })
  })

  it('is counted, and the time of those at work summed up', () => {
    const window = new LoadWindow(0)
    window.arrived()
    window.arrived()
    window.arrived()
    window.started(10)
    window.started(20)
    window.ended(10, 50)
    window.completed(10, 50)
    window.failed()
    expect(window.inFlight).toBe(1)
    expect(window.take(60)).toEqual({
      windowMs: 60, maxInFlight: 2, arrivals: 3, completions: 1, failures: 1, busyMs: 10 + 60 + 10, serviceMs: { p50: 40.9375, p90: 40.9375, p99: 40.9375 }, servedMs: 40,
    })
  })

  it('begins anew with each sample, with those still at work', () => {
    const window = new LoadWindow(0)
    window.started(0)
    window.started(0)
    window.ended(0, 5)
    window.take(10)
    expect(window.take(30)).toEqual({ windowMs: 20, maxInFlight: 1, arrivals: 0, completions: 0, failures: 0, busyMs: 20, serviceMs: undefined, servedMs: 0 })
  })

  it('bears a clock that goes back', () => {
    const window = new LoadWindow(100)
    window.started(100)
    expect(window.take(50)).toMatchObject({ windowMs: 0, busyMs: 0 })
    expect(window.take(110)).toMatchObject({ windowMs: 60, busyMs: 10 })
  })
})
