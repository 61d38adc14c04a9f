import { describe, expect, it } from 'vitest'
import { fixed } from '../../src/scaling/fixed.js'
import { constant, poisson } from '../../src/testing/arrival-patterns.js'
import type { Arrivals } from '../../src/testing/arrivals.js'
import { constantly, exponentially, lognormal, type ServiceTimes } from '../../src/testing/service-times.js'
import { simulate } from '../../src/testing/simulate.js'

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
/** Student's t for 9 degrees of freedom: 99 % of the means lie within so many standard errors. */
const T_99 = 3.25
const MESSAGES = 60_000

interface Station {
  readonly servers: number
  readonly arrivals: Arrivals
  readonly service: ServiceTimes
}

/** Mean wait of a run, its first sixth left out: it begins empty. */
const meanWaitMs = ({ servers, arrivals, service }: Station, seed: number): number => {
  const { messages } = simulate({
    policy: fixed(servers), arrivals, service, bounds: { min: servers, max: servers }, count: MESSAGES, seed, sampleEveryMs: 60_000, trace: false,
  })
  const waits = messages.startedMs.map((ms, i) => ms - (messages.arrivedMs[i] ?? 0)).slice(MESSAGES / 6)
  return waits.reduce((sum, ms) => sum + ms, 0) / waits.length
}

const estimate = (station: Station): { readonly mean: number; readonly error: number } => {
  const means = SEEDS.map((seed) => meanWaitMs(station, seed))
  const mean = means.reduce((sum, ms) => sum + ms, 0) / means.length
  const variance = means.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / (means.length - 1)
  return { mean, error: Math.sqrt(variance / means.length) }
}

/** The wait is what theory says, within the confidence interval, and that is narrow enough to mean something. */
const expectWait = (station: Station, theoryMs: number): void => {
  const { mean, error } = estimate(station)
  expect(error / theoryMs).toBeLessThan(0.05)
  expect(Math.abs(mean - theoryMs) / error).toBeLessThan(T_99)
}

/** Mean wait in M/M/c (A. K. Erlang, 1917). */
const erlangC = (servers: number, perMs: number, serviceMs: number): number => {
  const offered = perMs * serviceMs
  let term = 1
  let sum = 1
  for (let n = 1; n < servers; n += 1) sum += term *= offered / n
  const last = (term * offered) / servers / (1 - offered / servers)
  const waits = last / (sum + last)
  return waits / (servers / serviceMs - perMs)
}

/** Mean wait in M/G/1 (F. Pollaczek, 1930; A. Khinchine, 1932). */
const pollaczekKhinchine = (perMs: number, serviceMs: number, cv: number): number => {
  const load = perMs * serviceMs
  return (load * serviceMs * (1 + cv ** 2)) / (2 * (1 - load))
}

/** Mean wait in D/M/1: σ is the root of σ = exp(-(1 - σ) / load) below 1. */
const evenArrivals = (perMs: number, serviceMs: number): number => {
  let sigma = 0.5
  for (let step = 0; step < 200; step += 1) sigma = Math.exp(-(1 - sigma) / (perMs * serviceMs))
  return (serviceMs * sigma) / (1 - sigma)
}

describe('the model of a group agrees with queueing theory', () => {
  it.each([[1, 5, 100], [2, 16, 100], [5, 40, 100], [20, 170, 100]])('on M/M/%i with %i arrivals a second, %i ms each', (servers, perSecond, serviceMs) => {
    expectWait({ servers, arrivals: poisson(perSecond), service: exponentially(serviceMs) }, erlangC(servers, perSecond / 1_000, serviceMs))
  })

  it.each([[5, 100], [8, 100]])('on M/D/1 with %i arrivals a second, %i ms each', (perSecond, serviceMs) => {
    expectWait({ servers: 1, arrivals: poisson(perSecond), service: constantly(serviceMs) }, pollaczekKhinchine(perSecond / 1_000, serviceMs, 0))
  })

  it.each([[6, 100, 0.3], [7, 100, 1], [5, 100, 2]])('on M/G/1 with %i arrivals a second, lognormal of %i ms and cv %d', (perSecond, serviceMs, cv) => {
    expectWait({ servers: 1, arrivals: poisson(perSecond), service: lognormal(serviceMs, cv) }, pollaczekKhinchine(perSecond / 1_000, serviceMs, cv))
  })

  it('on D/M/1', () => {
    expectWait({ servers: 1, arrivals: constant(8), service: exponentially(100) }, evenArrivals(0.008, 100))
  })

  it('and a wrong theory is told apart', () => {
    const station = { servers: 1, arrivals: poisson(8), service: constantly(100) }
    expect(() => expectWait(station, pollaczekKhinchine(0.008, 100, 0) * 1.1)).toThrow()
  })
})
