import { check, checkOptions, within } from '../core/options.js'
import type { Random } from './seeded-random.js'

/** How long the work on each message takes, before a downstream slows it. */
export interface ServiceTimes {
  readonly name: string
  /** The span for one message, in ms, 0 or more. `index` is the message's place among the arrivals, from 0. */
  draw(random: Random, index: number): number
}

const SPAN = within(0, 86_400_000, 'milliseconds')

/** Every message takes the same, in ms. */
export const constantly = (ms: number): ServiceTimes => {
  checkOptions('constantly', { ms: SPAN }, { ms }, undefined, ['ms'])
  return { name: `constantly ${ms} ms`, draw: () => ms }
}

/** Exponential: memoryless, coefficient of variation 1. Of the mean, in ms. */
export const exponentially = (meanMs: number): ServiceTimes => {
  checkOptions('exponentially', { meanMs: SPAN }, { meanMs }, undefined, ['meanMs'])
  return { name: `exponentially ${meanMs} ms`, draw: (random) => -meanMs * Math.log(1 - random()) }
}

/** Evenly between two spans, in ms. */
export const uniformly = (fromMs: number, toMs: number): ServiceTimes => {
  checkOptions('uniformly', { fromMs: SPAN, toMs: SPAN }, { fromMs, toMs }, () => (fromMs > toMs ? [{ path: 'fromMs', got: String(fromMs), expected: `at most toMs, ${toMs}` }] : []), ['fromMs', 'toMs'])
  return { name: `uniformly ${fromMs}–${toMs} ms`, draw: (random) => fromMs + random() * (toMs - fromMs) }
}

/**
 * Lognormal: most are short, a few very long. Of the mean, in ms, and the coefficient of variation (standard deviation
 * over mean, 0 or more): σ² = ln(1 + cv²), μ = ln(mean) − σ²/2, drawn by the transform of Box and Muller (1958).
 */
export const lognormal = (meanMs: number, cv: number): ServiceTimes => {
  checkOptions('lognormal', { meanMs: within(Number.MIN_VALUE, 86_400_000, 'milliseconds'), cv: within(0, 100, 'a ratio') }, { meanMs, cv }, undefined, ['meanMs', 'cv'])
  const variance = Math.log(1 + cv * cv)
  const mu = Math.log(meanMs) - variance / 2
  const sigma = Math.sqrt(variance)
  return { name: `lognormal ${meanMs} ms, cv ${cv}`, draw: (random) => Math.exp(mu + sigma * normal(random)) }
}

const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

const SPANS = check('a list of milliseconds that is not empty', (value): value is ArrayLike<number> => isList(value) && value.length > 0 && value.every((ms) => SPAN.is(ms)))

const isList = (value: unknown): value is Float64Array | readonly unknown[] => Array.isArray(value) || value instanceof Float64Array

/** As they were recorded, in ms: the first for the first message, and so on; from the start again when there are more messages. */
export const recordedServices = (timesMs: ArrayLike<number>): ServiceTimes => {
  checkOptions('recordedServices', { timesMs: SPANS }, { timesMs }, undefined, ['timesMs'])
  return { name: `recorded, ${timesMs.length} spans`, draw: (_, index) => timesMs[index % timesMs.length] ?? 0 }
}
