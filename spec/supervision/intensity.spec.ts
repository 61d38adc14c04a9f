import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RestartHistory, recordRestart } from '../../src/supervision/intensity.js'
import type { Intensity } from '../../src/supervision/strategy.js'

const moments = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }).map((gaps) => {
  let atMs = 0
  return gaps.map((gapMs) => (atMs += gapMs))
})
const intensities = fc.record({ maxRestarts: fc.integer({ min: 0, max: 6 }), withinMs: fc.integer({ min: 1, max: 100 }) })

interface Verdict {
  readonly exceeded: boolean
  readonly restarts: number
}

const verdicts = (times: readonly number[], intensity: Intensity): readonly Verdict[] => {
  let history: RestartHistory = []
  return times.map((atMs) => {
    const recorded = recordRestart(history, atMs, intensity)
    history = recorded.history
    return { exceeded: recorded.exceeded, restarts: recorded.restarts }
  })
}

describe('recordRestart', () => {
  it('gives up at one more than allowed within the window', () => {
    const exceeded = verdicts([0, 1_000, 2_000, 3_000], { maxRestarts: 3, withinMs: 5_000 })
    expect(exceeded).toEqual([
      { exceeded: false, restarts: 1 },
      { exceeded: false, restarts: 2 },
      { exceeded: false, restarts: 3 },
      { exceeded: true, restarts: 4 },
    ])
  })

  it('counts both ends of the window', () => {
    expect(verdicts([0, 100], { maxRestarts: 1, withinMs: 100 }).map(({ exceeded }) => exceeded)).toEqual([false, true])
    expect(verdicts([0, 101], { maxRestarts: 1, withinMs: 100 })).toEqual([
      { exceeded: false, restarts: 1 },
      { exceeded: false, restarts: 1 },
    ])
  })

  it('gives up at the first with none allowed', () => {
    expect(verdicts([7], { maxRestarts: 0, withinMs: 100 })).toEqual([{ exceeded: true, restarts: 1 }])
  })

  it('tells the same as a plain list that forgets nothing', () => {
    fc.assert(fc.property(moments, intensities, (times, intensity) => {
      const plain = times.map((nowMs, n) => times.slice(0, n + 1).filter((atMs) => atMs >= nowMs - intensity.withinMs).length)
      expect(verdicts(times, intensity).map(({ exceeded }) => exceeded)).toEqual(plain.map((count) => count > intensity.maxRestarts))
      expect(verdicts(times, intensity).map(({ restarts }) => restarts)).toEqual(plain.map((count) => Math.min(count, intensity.maxRestarts + 1)))
    }))
  })

  it('allows no window of that span more restarts than it says, until it gives up', () => {
    fc.assert(fc.property(moments, intensities, (times, intensity) => {
      const end = verdicts(times, intensity).findIndex(({ exceeded }) => exceeded)
      const made = end === -1 ? times : times.slice(0, end)
      made.forEach((fromMs) => {
        const inWindow = made.filter((atMs) => atMs >= fromMs && atMs <= fromMs + intensity.withinMs)
        expect(inWindow.length).toBeLessThanOrEqual(intensity.maxRestarts)
      })
    }))
  })

  it('never gives up when any number is allowed, and remembers a thousand of them', () => {
    let history: RestartHistory = []
    for (let n = 1; n <= 2_500; n += 1) {
      const recorded = recordRestart(history, n, { maxRestarts: Infinity, withinMs: 100_000 })
      history = recorded.history
      expect(recorded.exceeded).toBe(false)
      expect(recorded.restarts).toBe(Math.min(n, 1_000))
    }
    expect(history).toHaveLength(1_000)
    expect(history.at(-1)).toBe(2_500)
  })

  it('keeps the moments in order, only those that count, and never more than one beyond what is allowed', () => {
    fc.assert(fc.property(moments, intensities, (times, intensity) => {
      let history: RestartHistory = []
      times.forEach((atMs) => {
        history = recordRestart(Object.freeze(history), atMs, intensity).history
        expect(history.length).toBeLessThanOrEqual(intensity.maxRestarts + 1)
        expect(history.every((earlier) => earlier >= atMs - intensity.withinMs)).toBe(true)
        expect(history.at(-1)).toBe(atMs)
        expect(history).toEqual(history.toSorted((a, b) => a - b))
      })
    }))
  })
})
