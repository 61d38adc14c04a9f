import { adaptive, demand, guarded, littlesLaw, type LoadSample, type ScalingPolicy, targetUtilization } from 'rxcrew'
import { lognormal, simulate, squareWave, type Trace } from 'rxcrew/testing'
import { describe, expect, it } from 'vitest'

/** Messages a second, of 100 ms each: 2 workers busy on average, and 20. */
const [LOW, HIGH] = [20, 200]
const BUSY = { low: 2, high: 20 }
/** The mean in ms, and how it varies: a few messages take ten times as long as most. */
const SERVICE = lognormal(100, 1)
const BOUNDS = { min: 1, max: 64 }
const PHASE_MS = 900_000
/** What a rise of the load may take to be answered, in windows of a second; a fall may take longer: workers wait for a minute, or for five. */
const UP_WINDOWS = 60
const DOWN_WINDOWS = 420
/** Changes of mind within a minute while the load is the same: fewer than samples. */
const PER_MINUTE = 45

const POLICIES: readonly { readonly name: string; readonly make: () => ScalingPolicy }[] = [
  { name: 'demand', make: demand },
  { name: 'adaptive', make: adaptive },
  { name: 'littlesLaw', make: littlesLaw },
  { name: 'targetUtilization', make: targetUtilization },
  { name: 'guarded(demand)', make: () => guarded(demand()) },
]

const run = (policy: ScalingPolicy): Trace =>
  simulate({ policy, arrivals: squareWave({ lowPerSecond: LOW, highPerSecond: HIGH, periodMs: 2 * PHASE_MS }), service: SERVICE, bounds: BOUNDS, untilMs: 3 * PHASE_MS, seed: 8 })

interface Phase {
  /** Fewest and most workers wanted once it has settled. */
  readonly least: number
  readonly most: number
  /** Most changes of mind within a minute of it. */
  readonly changes: number
  /** Longest that a message waited that arrived once it had settled, in ms. */
  readonly longestWaitMs: number
}

const phase = ({ decisions, messages: { arrivedMs, startedMs } }: Trace, nth: number, afterWindows: number): Phase => {
  const [fromMs, toMs] = [nth * PHASE_MS + afterWindows * 1_000, (nth + 1) * PHASE_MS]
  const within = decisions.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
  const moves = within.filter(({ wanted }, index) => index > 0 && wanted !== within[index - 1]?.wanted)
  const inMinute = moves.map(({ atMs }) => moves.filter((other) => other.atMs >= atMs && other.atMs < atMs + 60_000).length)
  const waits = [...arrivedMs].flatMap((atMs, index) => (atMs >= fromMs && atMs < toMs ? [(startedMs[index] ?? 0) - atMs] : []))
  const wanted = within.map((decision) => decision.wanted)
  return { least: Math.min(...wanted), most: Math.max(...wanted), changes: Math.max(0, ...inMinute), longestWaitMs: waits.reduce((longest, wait) => Math.max(longest, wait), 0) }
}

/** A sample as a group has it where nothing of the process, and nothing of what ended, is known. */
const bare = ({ serviceMs: _service, servedMs: _served, eventLoopUtilization: _loop, memory: _memory, ...load }: LoadSample): LoadSample => load

const unmeasured = <S>(policy: ScalingPolicy<S>): ScalingPolicy<S> => ({ ...policy, step: (state, load) => policy.step(state, bare(load)) })

describe.each(POLICIES)('T8: ten times the load and back, under $name', ({ make }) => {
  const trace = run(make())
  const [quiet, busy, quietAgain] = [
    phase(trace, 0, UP_WINDOWS),
    phase(trace, 1, UP_WINDOWS),
    phase(trace, 2, DOWN_WINDOWS),
  ]

  it('stays within its bounds, and every message is handled', () => {
    expect(trace.decisions.every(({ wanted }) => wanted >= BOUNDS.min && wanted <= BOUNDS.max)).toBe(true)
    expect(trace.measures).toMatchObject({ lost: 0, unfinished: 0, failed: 0 })
  })

  it('settles: enough for the load, not far more, and nobody waits for long', () => {
    expect(quiet).toSatisfy(({ least, most }: Phase) => least >= BUSY.low && most <= BUSY.low * 4)
    expect(busy).toSatisfy(({ least, most }: Phase) => least >= BUSY.high && most <= BUSY.high * 2.5)
    expect(quietAgain).toSatisfy(({ least, most }: Phase) => least >= BUSY.low && most <= BUSY.low * 4)
    expect(Math.max(quiet.longestWaitMs, busy.longestWaitMs, quietAgain.longestWaitMs)).toBeLessThan(1_000)
  })

  it('changes its mind little while the load is the same', () => {
    for (const { changes, least, most } of [quiet, busy, quietAgain]) {
      expect(changes).toBeLessThanOrEqual(PER_MINUTE)
      expect(most - least).toBeLessThanOrEqual(Math.max(3, most / 2))
    }
  })

  it('goes on without what cannot be measured', () => {
    const { decisions, measures } = run(unmeasured(make()))
    expect(decisions.every(({ wanted }) => wanted >= BOUNDS.min && wanted <= BOUNDS.max)).toBe(true)
    expect(measures).toMatchObject({ lost: 0, unfinished: 0 })
  })
})
