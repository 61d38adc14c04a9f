import { describe, expect, it } from 'vitest'
import { type ExploringState, exploring } from '../../src/scaling/exploring.js'
import type { ExploringOptions } from '../../src/scaling/exploring-options.js'
import type { SpeedLog } from '../../src/scaling/speed-log.js'
import { loadOf } from './load-of.js'

const HOUR_MS = 3_600_000
const NOW_MS = 1_000 * HOUR_MS

const stateOf = (about: Partial<ExploringState> = {}): ExploringState =>
  ({ limit: null, nowMs: 0, checkedAtMs: null, completed: 0, underUse: null, log: [], seed: 1, ...about })

const logOf = (speeds: Readonly<Record<number, number>>): SpeedLog => Object.entries(speeds).map(([workers, ms]) => ({ workers: Number(workers), ms }))

interface Pool {
  readonly live: number
  readonly busy: number
  readonly completed?: number
  readonly nowMs?: number
}

/** What it decides for a pool of workers of which some are busy. */
const after = (options: ExploringOptions, state: Partial<ExploringState>, { live, busy, completed = 0, nowMs = NOW_MS }: Pool) =>
  exploring(options).step(stateOf({ limit: live, ...state }), loadOf({ nowMs, live, inFlight: busy, completions: completed, max: 1_000 }))

/** By how much it changes a pool in which all are busy. */
const change = (options: ExploringOptions, log: SpeedLog, live: number): number => after(options, { log }, { live, busy: live }).wanted - live

describe('exploring, when Pekko tests whether it is time', () => {
  it.each([
    ['with an empty history', null, 5_000, true],
    ['not 8 s after the last change with an interval of 10', NOW_MS - 8_000, 10_000, false],
    ['11 s after the last change with an interval of 10', NOW_MS - 11_000, 10_000, true],
  ])('looks at the pool %s', (_, checkedAtMs, actionIntervalMs, looked) => {
    expect(after({ actionIntervalMs }, { checkedAtMs }, { live: 2, busy: 1 }).state.checkedAtMs === NOW_MS).toBe(looked)
  })
})

describe('exploring, when Pekko tests what it learns', () => {
  it('begins to count under-use when not all are busy', () => {
    expect(after({}, {}, { live: 2, busy: 0 }).state.underUse).toEqual({ sinceMs: NOW_MS, highest: 0 })
  })

  it('stops when all are', () => {
    expect(after({}, { underUse: { sinceMs: NOW_MS - HOUR_MS, highest: 1 } }, { live: 2, busy: 2 }).state.underUse).toBeNull()
  })

  it.each([
    ['leaves its start and its highest use', 2, 1, 2],
    ['raises its highest use', 1, 2, 2],
  ])('%s while it goes on', (_, highest, busy, then) => {
    expect(after({}, { underUse: { sinceMs: NOW_MS - HOUR_MS, highest } }, { live: 3, busy }).state.underUse).toEqual({ sinceMs: NOW_MS - HOUR_MS, highest: then })
  })

  it('logs no speed when not all were busy at both ends', () => {
    const before = after({}, { checkedAtMs: NOW_MS - 5_000 }, { live: 2, busy: 0 }).state
    expect(after({}, before, { live: 2, busy: 2, completed: 2, nowMs: NOW_MS + 5_000 }).state.log).toEqual([])
    expect(after({}, { checkedAtMs: NOW_MS - 5_000 }, { live: 2, busy: 1, completed: 2 }).state.log).toEqual([])
  })

  it('logs no speed when nothing was completed', () => {
    expect(after({}, { checkedAtMs: NOW_MS - 5_000 }, { live: 2, busy: 2 }).state.log).toEqual([])
  })

  it('logs the time for each item at the size of the pool', () => {
    expect(after({ actionIntervalMs: 300 }, { checkedAtMs: NOW_MS - 300 }, { live: 2, busy: 2, completed: 2 }).state.log).toEqual(logOf({ 2: 150 }))
  })

  it('blends it with what it logged before', () => {
    const options = { actionIntervalMs: 300, weightOfLatestMetric: 0.5 }
    expect(after(options, { checkedAtMs: NOW_MS - 300, log: logOf({ 2: 50 }) }, { live: 2, busy: 2, completed: 2 }).state.log).toEqual(logOf({ 2: 100 }))
  })
})

describe('exploring, when Pekko tests what it does', () => {
  it('shrinks after 72 hours to the ratio of the highest use', () => {
    const underUse = { sinceMs: NOW_MS - 73 * HOUR_MS, highest: 8 }
    expect(after({ downsizeRatio: 0.5 }, { underUse }, { live: 20, busy: 0 }).wanted).toBe(4)
  })

  it('does not shrink on an empty history', () => {
    expect(after({}, {}, { live: 10, busy: 0 }).wanted).toBe(10)
  })

  it('goes to a bound when it is beyond it', () => {
    expect(after({ lowerBound: 50, upperBound: 100 }, { limit: null }, { live: 20, busy: 0 }).wanted).toBe(50)
    expect(after({ upperBound: 50 }, { limit: null }, { live: 80, busy: 0 }).wanted).toBe(50)
  })

  it('explores at least one and at most its step', () => {
    const log = logOf({ 11: 1, 12: 3, 13: 1 })
    const changes = Array.from({ length: 100 }, (_, seed) =>
      after({ exploreStepSize: 0.3, chanceOfExploration: 1 }, { log, seed }, { live: 10, busy: 10 }).wanted - 10)
    expect(changes.every((by) => Math.abs(by) >= 1 && Math.abs(by) <= 3)).toBe(true)
    // One less than the step, as its code has it.
    expect([...new Set(changes)].toSorted((a, b) => a - b)).toEqual([-2, -1, 1, 2])
  })

  it.each([
    [10, 1],
    [12, -1],
    [7, 2],
  ])('moves from %d by %d towards the fastest', (live, by) => {
    expect(change({ chanceOfExploration: 0 }, logOf({ 7: 5, 10: 3, 11: 2, 12: 4 }), live)).toBe(by)
  })

  it('leaves out what lies further away', () => {
    expect(change({ chanceOfExploration: 0, optimizationRange: 4 }, logOf({ 7: 5, 8: 2, 10: 3, 11: 4, 12: 3, 13: 1 }), 10)).toBe(-1)
  })

  it('starts with its lower bound', () => {
    expect(exploring({ lowerBound: 2 }).step(exploring().initial, loadOf({ live: 0, min: 0 })).wanted).toBe(2)
  })
})
