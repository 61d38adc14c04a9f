import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Backoff, BackoffStep } from '../../src/supervision/backoff.js'
import { NO_FAILURES, nextDelay } from '../../src/supervision/backoff-track.js'

/** Waits 10 ms for each failure in a row; healthy after 100 ms. */
const linear: Backoff = { name: 'linear', delayMs: ({ failures }) => failures * 10, resetAfterMs: 100 }

const delays = (...momentsMs: readonly number[]): readonly number[] => {
  let track = NO_FAILURES
  return momentsMs.map((nowMs) => {
    const next = nextDelay(track, linear, nowMs, 0)
    track = next.track
    return next.delayMs
  })
}

describe('nextDelay', () => {
  it('counts failures in a row', () => {
    expect(delays(0, 20, 50)).toEqual([10, 20, 30])
  })

  it('counts from 1 again after a healthy span, both ends included', () => {
    expect(delays(0, 10 + 99)).toEqual([10, 20])
    expect(delays(0, 10 + 100)).toEqual([10, 10])
    expect(delays(0, 10, 10 + 20 + 100, 150)).toEqual([10, 20, 10, 20])
  })

  it('does not take the wait itself for health', () => {
    const long: Backoff = { name: 'long', delayMs: ({ failures }) => failures * 500, resetAfterMs: 100 }
    const first = nextDelay(NO_FAILURES, long, 0, 0)
    expect(nextDelay(first.track, long, 500, 0).delayMs).toBe(1_000)
  })

  it('counts a first failure long after the start as the first', () => {
    expect(delays(1_000_000)).toEqual([10])
  })

  it('asks with the chance it was given and the wait before, which a reset forgets', () => {
    const asked: BackoffStep[] = []
    const spy: Backoff = {
      name: 'spy',
      resetAfterMs: 100,
      delayMs: (step) => {
        asked.push(step)
        return 7
      },
    }
    const first = nextDelay(NO_FAILURES, spy, 5, 0.25)
    const second = nextDelay(first.track, spy, 20, 0.5)
    nextDelay(second.track, spy, 500, 0.75)
    expect(asked).toEqual([
      { failures: 1, random: 0.25, previousMs: 0 },
      { failures: 2, random: 0.5, previousMs: 7 },
      { failures: 1, random: 0.75, previousMs: 0 },
    ])
    expect(second.track).toEqual({ failures: 2, previousMs: 7, healthyFromMs: 27 })
  })

  it('changes nothing it was given, and answers the same twice', () => {
    fc.assert(fc.property(fc.nat(), fc.nat(), fc.nat(), (failures, previousMs, nowMs) => {
      const track = Object.freeze({ failures, previousMs, healthyFromMs: 50 })
      expect(nextDelay(track, linear, nowMs, 0)).toEqual(nextDelay(track, linear, nowMs, 0))
    }))
    expect(Object.isFrozen(NO_FAILURES)).toBe(true)
    expect(NO_FAILURES).toEqual({ failures: 0, previousMs: 0, healthyFromMs: 0 })
  })
})
