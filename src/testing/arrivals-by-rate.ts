import type { ArrivalLimit, Arrivals } from './arrivals.js'
import type { Random } from './seeded-random.js'

/** `poisson`: independent of each other; `regular`: evenly spread over what is expected. */
export type Spacing = 'poisson' | 'regular'

/** How many messages are expected, as a function of time. */
export interface ArrivalRate {
  /** Messages per ms at a moment. */
  perMs(atMs: number): number
  /** Messages expected from the start to a moment: the integral of `perMs`. */
  expected(atMs: number): number
}

/**
 * Arrivals whose rate follows a function of time: the nth comes when the expected number reaches the sum of n gaps,
 * each 1 (`regular`) or exponential with mean 1 (`poisson`): inversion, as in L. Devroye, "Non-Uniform Random Variate
 * Generation" (1986), VI.1.3.
 */
export const arrivalsByRate = (name: string, rate: ArrivalRate, spacing: Spacing): Arrivals => ({
  name: spacing === 'regular' ? `${name}, regular` : name,
  endless: true,
  times: (limit, random) => generate(rate, spacing === 'regular' ? () => 1 : random, spacing, limit),
})

const generate = (rate: ArrivalRate, random: Random, spacing: Spacing, { count, untilMs }: ArrivalLimit): Float64Array => {
  let times = new Float64Array(Math.min(count, 1_024))
  let size = 0
  let atMs = 0
  for (let sum = 0; size < count; size += 1) {
    sum += spacing === 'regular' ? 1 : -Math.log(1 - random())
    atMs = momentOf(rate, sum, atMs, untilMs)
    if (!(atMs < untilMs) || atMs === Infinity) break
    if (size === times.length) times = roomier(times)
    times[size] = atMs
  }
  return times.slice(0, size)
}

const roomier = (times: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
  const more = new Float64Array(times.length * 2)
  more.set(times)
  return more
}

const MOST_STEPS = 100
const EXACT_MS = 1e-9
/** Where nothing is expected any more for so long, nothing comes. */
const NEVER_MS = 1e13

/** When the expected number reaches a target, from a moment on; `Infinity` if not before `untilMs`. Newton's method, kept within a bracket. */
const momentOf = (rate: ArrivalRate, target: number, fromMs: number, untilMs: number): number => {
  let low = fromMs
  let high = reached(rate, target, fromMs, Math.min(untilMs, NEVER_MS))
  let atMs = high === Infinity ? Infinity : low
  for (let step = 0; step < MOST_STEPS && atMs < Infinity; step += 1) {
    const missing = target - rate.expected(atMs)
    if (missing > 0) low = atMs
    else high = atMs
    const next = atMs + missing / rate.perMs(atMs)
    const to = next >= low && next <= high ? next : (low + high) / 2
    if (Math.abs(to - atMs) <= EXACT_MS) return to
    atMs = to
  }
  return atMs
}

/** A moment by which the target is reached. */
const reached = (rate: ArrivalRate, target: number, fromMs: number, endMs: number): number => {
  for (let span = 2 / rate.perMs(fromMs); ; span *= 2) {
    const bounded = Number.isFinite(span) ? span : 1
    if (rate.expected(fromMs + bounded) >= target) return fromMs + bounded
    if (fromMs + bounded > endMs) return Infinity
    if (bounded !== span) span = bounded
  }
}
