import { describe, expect, it } from 'vitest'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { poisson } from '../../src/testing/arrival-patterns.js'
import { recordedArrivals } from '../../src/testing/arrivals.js'
import { saturating, thrashing } from '../../src/testing/downstream.js'
import { constantly, exponentially, lognormal, recordedServices } from '../../src/testing/service-times.js'
import { simulate } from '../../src/testing/simulate.js'
import type { SimulateOptions } from '../../src/testing/simulate-options.js'

const run = (options: Partial<SimulateOptions>) =>
  simulate({ policy: fixed(1), arrivals: recordedArrivals([0, 0, 0]), service: constantly(100), bounds: { min: 1, max: 10 }, ...options })

const scripted = (wanted: (nowMs: number) => number): ScalingPolicy<null> => ({
  name: 'scripted', initial: null, step: (state, { nowMs }) => ({ state, wanted: wanted(nowMs), reason: 'scheduled' }),
})

describe('a simulated group', () => {
  it('serves in order of arrival, one message for each worker', () => {
    const { messages, measures, workers } = run({ policy: fixed(2), arrivals: recordedArrivals([0, 10, 20, 150]) })
    expect([...messages.startedMs]).toEqual([0, 10, 100, 150])
    expect([...messages.endedMs]).toEqual([100, 110, 200, 250])
    expect(workers).toEqual([{ atMs: 0, live: 1 }, { atMs: 0, live: 2 }])
    expect(measures).toMatchObject({
      arrived: 4, completed: 4, failed: 0, lost: 0, unfinished: 0, restarts: 0, changes: 0,
      waitMs: { mean: 20, p50: 0, p95: 80, p99: 80, max: 80 },
      sojournMs: { mean: 120, p50: 100, p95: 180, p99: 180, max: 180 },
      workerSeconds: 0.5, busySeconds: 0.4, secondsPastKnee: 0,
    })
  })

  it('scales by demand at the moments at which someone has waited', () => {
    const { decisions, messages } = run({ policy: demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 }), service: constantly(500), bounds: { min: 1, max: 3 }, untilMs: 5_000 })
    expect([...messages.startedMs]).toEqual([0, 100, 200])
    expect(decisions.map(({ atMs, wanted, reason }) => `${wanted} ${reason} @${atMs}`)).toEqual([
      '1 initial @0', '2 tooFew @100', '3 tooFew @200', '2 tooMany @1500', '1 tooMany @1600',
    ])
  })

  it('lets busy workers finish before they go', () => {
    const { messages, workers } = run({ policy: scripted((nowMs) => (nowMs < 50 ? 3 : 1)), sampleEveryMs: 50, arrivals: recordedArrivals([0, 0, 0, 60]) })
    expect([...messages.startedMs]).toEqual([0, 0, 0, 100])
    expect(workers.slice(2)).toEqual([{ atMs: 0, live: 3 }, { atMs: 100, live: 2 }, { atMs: 100, live: 1 }])
  })

  it('waits for workers to start, and pays for them meanwhile', () => {
    const { messages, measures } = run({ startMs: 30 })
    expect([...messages.startedMs]).toEqual([30, 130, 230])
    expect(measures.workerSeconds).toBeCloseTo(0.33)
  })

  it('gives up the newest starts first', () => {
    const wanted = (nowMs: number): number => (nowMs < 10 ? 1 : nowMs < 20 ? 2 : 1)
    const { messages, workers } = run({ policy: scripted(wanted), startMs: 30, sampleEveryMs: 10 })
    expect(workers).toEqual([{ atMs: 30, live: 1 }])
    expect([...messages.startedMs]).toEqual([30, 130, 230])
  })

  it('slows down by how many are busy when a message starts', () => {
    const options = { policy: fixed(4), arrivals: recordedArrivals([0, 0, 0, 0]) }
    expect([...run({ ...options, downstream: saturating(2) }).messages.endedMs]).toEqual([100, 100, 150, 200])
    expect([...run({ ...options, downstream: thrashing(2) }).messages.endedMs]).toEqual([100, 100, 225, 400])
    expect(run({ ...options, downstream: thrashing(2) }).measures.secondsPastKnee).toBeCloseTo(0.1)
  })

  it('keeps senders waiting while the line is full', () => {
    const seen: unknown[] = []
    const policy: ScalingPolicy<null> = { name: 'watching', initial: null, step: (state, { nowMs, waiting, oldestWaitMs, arrivals }) => {
      seen.push({ nowMs, waiting, oldestWaitMs, arrivals })
      return { state, wanted: 1, reason: 'withinRange' }
    } }
    run({ policy, capacity: 1, sampleEveryMs: 60, arrivals: recordedArrivals([0, 0, 10]) })
    expect(seen).toEqual([
      { nowMs: 0, waiting: 0, oldestWaitMs: 0, arrivals: 0 },
      { nowMs: 60, waiting: 1, oldestWaitMs: 50, arrivals: 2 },
      { nowMs: 120, waiting: 1, oldestWaitMs: 0, arrivals: 1 },
      { nowMs: 180, waiting: 1, oldestWaitMs: 0, arrivals: 0 },
      { nowMs: 240, waiting: 0, oldestWaitMs: 0, arrivals: 0 },
    ])
  })

  it('tries again what failed, without a worker in between, and counts what failed for good', () => {
    const always = run({ arrivals: recordedArrivals([0]), failures: { share: 1, maxAttempts: 3, retryAfterMs: 10 }, restart: { afterMs: 5 } })
    expect(always.measures).toMatchObject({ completed: 0, failed: 1, lost: 0, restarts: 3 })
    expect([...always.messages.startedMs, ...always.messages.endedMs]).toEqual([0, 320])
  })

  it('fails about as many attempts as it is told', () => {
    const { measures } = run({ arrivals: poisson(100), count: 10_000, policy: fixed(10), service: constantly(1), failures: { share: 0.2, maxAttempts: 2 } })
    expect(measures.failed / 10_000).toBeGreaterThan(0.03)
    expect(measures.failed / 10_000).toBeLessThan(0.05)
    expect(measures.completed + measures.failed).toBe(10_000)
  })

  it('says of messages that never get a worker that they are unfinished', () => {
    const { measures } = run({ policy: fixed(0), bounds: { min: 0, max: 1 } })
    expect(measures).toMatchObject({ arrived: 3, completed: 0, unfinished: 3, lost: 0, waitMs: { p50: Infinity, max: Infinity }, sojournMs: { p99: Infinity } })
  })

  it('starts a worker again for what comes back from a retry after every worker has gone', () => {
    const { measures } = run({
      policy: demand({ deliveryWaitMs: 38, maxIdleMs: 5 }), bounds: { min: 0, max: 7 }, arrivals: recordedArrivals([0]), service: constantly(10),
      failures: { share: 1, maxAttempts: 2, retryAfterMs: 41 },
    })
    expect(measures).toMatchObject({ arrived: 1, unfinished: 0, completed: 0, failed: 1, lost: 0 })
  })

  it('goes on to the end that it is given', () => {
    const { endMs, measures } = run({ untilMs: 60_000, policy: fixed(2), trace: false })
    expect(endMs).toBe(60_000)
    expect(measures.workerSeconds).toBeCloseTo(120)
  })

  it('does nothing for nobody', () => {
    expect(run({ arrivals: recordedArrivals([]) }).measures).toMatchObject({ arrived: 0, completed: 0, waitMs: { mean: 0, max: 0 }, decisions: 1 })
  })

  it('is the same to the bit for the same input, and another for another seed', () => {
    const options = { policy: demand({ deliveryWaitMs: 20 }), arrivals: poisson(50), service: lognormal(100, 2), count: 2_000, failures: { share: 0.1, maxAttempts: 3 } }
    expect(run(options)).toEqual(run(options))
    expect(run({ ...options, seed: 2 }).messages).not.toEqual(run(options).messages)
  })

  it('gives every policy the same messages', () => {
    const downstream = { name: 'told', knee: Infinity, slowdown: () => 1 }
    const spans = [fixed(9), fixed(40)].map((policy) => {
      const { messages } = run({ policy, downstream, bounds: { min: 1, max: 40 }, arrivals: poisson(100), service: exponentially(50), count: 500 })
      return [...messages.endedMs].map((ms, i) => Math.round((ms - (messages.startedMs[i] ?? 0)) * 1e6))
    })
    expect(spans[0]).toEqual(spans[1])
  })

  it('keeps no decisions when told so, and measures the same', () => {
    const options = { policy: demand({ deliveryWaitMs: 20 }), arrivals: poisson(50), service: exponentially(100), count: 500 }
    const bare = run({ ...options, trace: false })
    expect({ decisions: bare.decisions, workers: bare.workers }).toEqual({ decisions: [], workers: [] })
    expect(bare.measures).toEqual(run(options).measures)
  })

  it('brings answers within the bounds, and says so', () => {
    const { decisions } = run({ policy: scripted(() => 99), bounds: { min: 1, max: 2 }, service: recordedServices([5, 6]) })
    expect(decisions).toEqual([{ atMs: 0, waiting: 0, live: 0, busy: 0, wanted: 2, reason: 'limited' }])
  })

  it.each([Number.NaN, 1.5, Infinity])('names a policy that wants %s workers', (wanted) => {
    expect(() => run({ policy: scripted(() => wanted) })).toThrow('scaling policy \'scripted\' wants')
  })

  it('tells all that is wrong with its options at once', () => {
    const wrong = { arrivals: poisson(1), bounds: { min: 3, max: 2 }, seed: -1, startMs: Number.NaN, capacity: 0, failures: { share: 2 }, restart: {} }
    expect(() => Reflect.apply(simulate, undefined, [wrong])).toThrow(/policy[^]*service[^]*|service[^]*policy/)
    expect(() => run({ arrivals: poisson(1) })).toThrow('count')
    expect(() => run({ bounds: { min: 3, max: 2 } })).toThrow('bounds.min')
  })
})
