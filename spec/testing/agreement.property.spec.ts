import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LoadSample } from '../../src/core/load.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import type { Reason, ScalingPolicy, Wake } from '../../src/scaling/policy.js'
import { recordedArrivals } from '../../src/testing/arrivals.js'
import { free, saturating, thrashing } from '../../src/testing/downstream.js'
import { recordedServices } from '../../src/testing/service-times.js'
import { simulate } from '../../src/testing/simulate.js'
import type { SimulatedLoad } from '../../src/testing/simulate-options.js'
import { realRun, watched, type Observed } from './real-run.js'

const modelRun = (load: SimulatedLoad, policy: ScalingPolicy): Observed => {
  const loads: LoadSample[] = []
  const { decisions, messages, measures, workers } = simulate({ ...load, policy: watched(policy, loads) })
  return {
    loads,
    decisions: decisions.map(({ atMs, wanted, reason }) => `${wanted} ${reason} @${atMs}`),
    startedMs: [...messages.startedMs],
    endedMs: [...messages.endedMs],
    live: workers.at(-1)?.live ?? 0,
    completed: measures.completed,
    failed: measures.failed,
    restarts: measures.restarts,
  }
}

/** Whole spans make many things happen at one moment; the others let spans be summed in floating point. */
const spans = (max: number): fc.Arbitrary<number> => fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max }) }, fc.double({ min: 0, max, noNaN: true }))

const ascending = (gaps: readonly number[]): readonly number[] => {
  let sum = 0
  return gaps.map((gap) => (sum += gap))
}

const arrivals = fc
  .array(fc.oneof(spans(30), fc.constant(0), spans(400)), { maxLength: 60 })
  .map((gaps) => recordedArrivals([...ascending(gaps)]))

const loads: fc.Arbitrary<SimulatedLoad> = fc.record({
  arrivals,
  service: fc.array(spans(120), { minLength: 1, maxLength: 20 }).map(recordedServices),
  downstream: fc.oneof(fc.constant(free()), fc.integer({ min: 1, max: 5 }).map(saturating), fc.integer({ min: 1, max: 5 }).map((knee) => thrashing(knee))),
  bounds: fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 8 })).map(([min, more]) => ({ min, max: min + more })),
  failures: fc.option(fc.record({ share: fc.double({ min: 0, max: 0.6, noNaN: true }), maxAttempts: fc.integer({ min: 1, max: 4 }), retryAfterMs: fc.integer({ min: 0, max: 60 }) }), { nil: undefined }),
  restart: fc.option(fc.record({ afterMs: fc.integer({ min: 0, max: 80 }) }), { nil: undefined }),
  seed: fc.nat(),
  untilMs: fc.constant(5_000),
  sampleEveryMs: fc.integer({ min: 1, max: 200 }),
  startMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 })),
  capacity: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 5 })),
})
  // By demand no first worker would ever start for what a policy does not see waiting: a line that is not full, when
  // senders are what counts, and what comes back from a retry. Both go on for ever, in the group as in the model.
  .map((load) => (load.capacity === Infinity && load.failures === undefined ? load : { ...load, bounds: { ...load.bounds, min: Math.max(1, load.bounds.min) } }))

const wakes: fc.Arbitrary<Wake> = fc.record({
  waitedMs: fc.option(fc.integer({ min: 1, max: 80 }), { nil: undefined }),
  idledMs: fc.option(fc.integer({ min: 20, max: 200 }), { nil: undefined }),
})

const REASONS: readonly Reason[] = ['withinRange', 'tooFew', 'tooMany', 'held', 'exploring']

/** A policy without sense: its answer depends on everything it is shown, so that no difference stays hidden. */
const tabled = (table: readonly number[], wake: Wake): ScalingPolicy<number> => ({
  name: 'table', initial: 0, wake,
  step: (state, load) => {
    const { idleMs, serviceMs } = load
    const shown = [state, ...Object.values(load).filter((value) => typeof value === 'number'), ...idleMs, serviceMs?.p50 ?? 0, serviceMs?.p99 ?? 0]
    const mixed = Math.abs(Math.floor(shown.reduce((sum, value, i) => sum + value * (i + 1), 0)))
    // Never none: what waits would wait for ever.
    return { state: mixed % 1_000, wanted: Math.max(1, table[mixed % table.length] ?? 1), reason: REASONS[mixed % REASONS.length] ?? 'held' }
  },
})

const policies: fc.Arbitrary<ScalingPolicy> = fc.oneof(
  fc.record({ deliveryWaitMs: fc.integer({ min: 1, max: 100 }), maxIdleMs: fc.integer({ min: 1, max: 500 }) }).map((options): ScalingPolicy => widened(demand(options))),
  fc.integer({ min: 1, max: 12 }).map((workers): ScalingPolicy => widened(fixed(workers))),
  fc.tuple(fc.array(fc.integer({ min: 0, max: 14 }), { minLength: 1, maxLength: 12 }), wakes).map(([table, wake]): ScalingPolicy => widened(tabled(table, wake))),
)

const widened = <S>(policy: ScalingPolicy<S>): ScalingPolicy => policy

describe('the model of a group', () => {
  it('agrees with a real group in virtual time, sample for sample and decision for decision', () => {
    fc.assert(
      fc.property(loads, policies, (load, policy) => {
        expect(modelRun(load, policy)).toEqual(realRun(load, policy))
      }),
      { numRuns: 500 },
    )
  })
})
