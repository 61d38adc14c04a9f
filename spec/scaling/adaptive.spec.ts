import { describe, expect, it } from 'vitest'
import { adaptive } from '../../src/scaling/adaptive.js'
import { bestFixed, free, lognormal, poisson, recordedServices, saturating, seededRandom, simulate, spike, squareWave, thrashing, type Trace } from '../../src/testing/index.js'
import { policyLaws } from '../../src/testing/policy-laws.js'
import { brokenLoadOf, loadOf } from './load-of.js'

describe('adaptive keeps the laws of every policy', () => {
  // It goes on learning as long as it is asked, so it need not rest; how seldom it moves is a spec below.
  for (const { title, check } of policyLaws('adaptive()', adaptive, { settlesAfter: Infinity })) it(title, () => check())
})

const bounds = { min: 1, max: 128 }

const wantedLate = ({ decisions }: Trace, fromMs: number): readonly number[] => decisions.filter(({ atMs }) => atMs >= fromMs).map(({ wanted }) => wanted)

/** Of the time from a moment to the end, the share in which a number outside of these was wanted. */
const shareOutside = ({ decisions, endMs }: Trace, fromMs: number, [least, most]: readonly [number, number]): number => {
  const outsideMs = decisions.reduce((sum, { atMs, wanted }, at) => {
    const untilMs = decisions[at + 1]?.atMs ?? endMs
    return wanted < least || wanted > most ? sum + Math.max(0, untilMs - Math.max(atMs, fromMs)) : sum
  }, 0)
  return outsideMs / (endMs - fromMs)
}

describe('adaptive', () => {
  it.each([6, 20])('finds a knee of %d that it was not told, whatever the chance', (knee) => {
    const traces = Array.from({ length: 10 }, (_, at) => simulate({
      policy: adaptive(), arrivals: poisson(0.8 * knee * 20), service: lognormal(50, 1), downstream: thrashing(knee), bounds, untilMs: 120_000, seed: at + 1,
    }))
    const moves = traces.map((trace) => wantedLate(trace, 60_000).filter((wanted, at, late) => at > 0 && wanted !== late[at - 1]).length)
    for (const trace of traces) {
      expect(shareOutside(trace, 60_000, [0.6 * knee, 1.6 * knee])).toBeLessThan(0.05)
      expect(trace.measures).toMatchObject({ lost: 0, unfinished: 0 })
    }
    expect(moves.reduce((sum, count) => sum + count, 0)).toBeLessThan(10 * 30)
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

  it('does not take one long message in twenty for a knee when a load rises', () => {
    const random = seededRandom(3)
    const service = recordedServices(Array.from({ length: 5_000 }, () => (random() < 0.05 ? 600 : 20)))
    const arrivals = spike({ basePerSecond: 30, peakPerSecond: 240, atMs: 90_000, forMs: 40_000 })
    const load = { arrivals, service, downstream: saturating(15), bounds: { min: 1, max: 60 }, untilMs: 200_000, seed: 11 }
    const { measures } = simulate({ policy: adaptive(), ...load })
    expect(measures.sojournMs.p99).toBeLessThan(2 * bestFixed(load).measures.sojournMs.p99)
  })

  it('bears a sample without quantiles where others have them', () => {
    const policy = adaptive()
    const begun = policy.step(policy.initial, loadOf({ live: 4 }))
    const load = brokenLoadOf({ live: 4, windowMs: 1_000, completions: 3, busyMs: 30 }, { serviceMs: null })
    expect(policy.step(begun.state, load).wanted).toBeGreaterThan(0)
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
