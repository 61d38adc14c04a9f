import type { Arrivals } from './arrivals.js'
import { seededRandom } from './seeded-random.js'
import type { ServiceTimes } from './service-times.js'

/** What happens to a group whatever its policy: drawn once, so that every policy meets the same (common random numbers). */
export interface Traffic {
  readonly seed: number
  /** When each message arrives, in ms, ascending. */
  readonly arrivalMs: Float64Array
  /** How long its work takes while nothing slows it, in ms: of the first attempt at each message. */
  readonly baseMs: Float64Array
  readonly service: ServiceTimes
}

export interface TrafficOptions {
  readonly arrivals: Arrivals
  readonly service: ServiceTimes
  readonly count: number
  readonly untilMs: number
  readonly seed: number
}

/** Branches of a seed: what is drawn for one purpose does not depend on what is drawn for another. */
const ARRIVALS = 0
const SERVICES = 1
const AGAIN = 2
const FAILURES = 3

export const drawTraffic = ({ arrivals, service, count, untilMs, seed }: TrafficOptions): Traffic => {
  const arrivalMs = arrivals.times({ count, untilMs }, seededRandom(seed, ARRIVALS))
  const random = seededRandom(seed, SERVICES)
  return { seed, arrivalMs, baseMs: arrivalMs.map((_, message) => service.draw(random, message)), service }
}

/** How long an attempt (counted from 1) at a message takes while nothing slows it, in ms. */
export const attemptMs = ({ seed, service, baseMs }: Traffic, message: number, attempt: number): number =>
  attempt === 1 ? (baseMs[message] ?? 0) : service.draw(seededRandom(seed, AGAIN, message, attempt), message)

/** Chance of an attempt at a message, in `[0, 1)`: it fails if that is below the share that fails. */
export const failureChance = ({ seed }: Traffic, message: number, attempt: number): number => seededRandom(seed, FAILURES, message, attempt)()
