import { describe, expect, it } from 'vitest'
import { adaptive } from '../../src/scaling/adaptive.js'
import { free, lognormal, poisson, saturating, simulate, spike, squareWave, thrashing, type Trace } from '../../src/testing/index.js'
import { policyLaws } from '../../src/testing/policy-laws.js'
import { brokenLoadOf, loadOf } from './load-of.js'

describe('adaptive keeps the laws of every policy', () => {
  // It goes on learning as long as it is asked, so it need not rest; how seldom it moves is a spec below.
  for (const { title, check } of policyLaws('adaptive()', adaptive, { settlesAfter: Infinity })) it(title, () => check())
})

const bounds = { min: 1, max: 128 }

const wantedLate = ({ decisions }: Trace, fromMs: number): readonly number[] => decisions.filter(({ atMs }) => atMs >= fromMs).map(({ wanted }) => wanted)

describe('adaptive', () => {
  it.each([6, 20])('finds a knee of %d that it was not told', (knee) => {
    const trace = simulate({
      policy: adaptive(), arrivals: poisson(0.8 * knee * 20), service: lognormal(50, 1), downstream: thrashing(knee), bounds, untilMs: 120_000, seed: 5,
    })
    const late = wantedLate(trace, 60_000)
    expect(Math.max(...late)).toBeLessThanOrEqual(1.6 * knee)
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0.6 * knee)
    expect(trace.measures).toMatchObject({ lost: 0, unfinished: 0 })
    const moves = late.filter((wanted, at) => at > 0 && wanted !== late[at - 1]).length
    expect(moves).toBeLessThan(60)
  })

  it('asks for no more than the load needs where the downstream bears any number', () => {
    const { measures } = simulate({ policy: adaptive(), arrivals: poisson(200), service: lognormal(50, 1), downstream: free(), bounds, untilMs: 120_000, seed: 5 })
    expect(measures.workerSeconds).toBeLessThan(20 * 120)
    expect(measures.waitMs.p50).toBe(0)
  })

  it('gives workers back in the quiet half of a square wave', () => {
    const arrivals = squareWave({ lowPerSecond: 20, highPerSecond: 320, periodMs: 120_000 })
    const trace = simulate({ policy: adaptive(), arrivals, service: lognormal(50, 0.3), downstream: saturating(20), bounds, untilMs: 240_000, seed: 5 })
    const [busy = 0] = wantedLate(trace, 115_000)
    const [quiet = Infinity] = wantedLate(trace, 175_000)
    expect(quiet).toBeLessThan(busy / 2)
  })

  it('does not take a few long ones for a knee', () => {
    const { measures } = simulate({ policy: adaptive(), arrivals: poisson(100), service: lognormal(50, 2), downstream: free(), bounds, untilMs: 300_000, seed: 5 })
    expect(measures.waitMs.p50).toBe(0)
    expect(measures.waitMs.p95).toBeLessThan(4 * 50)
  })

  it('begins with the workers there are, and holds while a number is missing', () => {
    const policy = adaptive()
    const begun = policy.step(policy.initial, loadOf({ live: 4 }))
    expect([begun.wanted, begun.reason]).toEqual([4, 'initial'])
    const held = policy.step(begun.state, brokenLoadOf({ live: 4 }, { busyMs: Number.NaN }))
    expect([held.wanted, held.reason]).toEqual([4, 'held'])
    expect(held.state).toEqual(begun.state)
    expect(policy.step(begun.state, loadOf({ live: 4, windowMs: 0 })).reason).toBe('held')
  })

  it('lets as many go as wait, up to 8, before anything has ended', () => {
    const policy = adaptive()
    const answers = [3, 5, 40, 4_000].map((waiting) => {
      const begun = policy.step(policy.initial, loadOf({ live: 1 }))
      return policy.step(begun.state, loadOf({ live: 1, waiting, nowMs: 1_000, max: 128 })).wanted
    })
    expect(answers).toEqual([4, 6, 8, 8])
  })

  it.each([1, 2, 4])('is not stuck with few where some long messages have looked like a knee (seed %d)', (seed) => {
    const { decisions } = simulate({
      policy: adaptive(), arrivals: spike({ basePerSecond: 64, peakPerSecond: 640, atMs: 120_000, forMs: 30_000 }), service: lognormal(50, 2),
      downstream: thrashing(40), bounds, untilMs: 150_000, seed,
    })
    const needed = decisions.find(({ atMs, wanted }) => atMs > 120_000 && wanted >= 30)
    expect(needed?.atMs).toBeLessThan(123_000)
  })

  it('refuses options out of their range, all at once', () => {
    expect(() => adaptive({ growth: 1, headroom: -1, memoryMs: 0 })).toThrow(/memoryMs[^]*headroom[^]*growth/)
  })
})
