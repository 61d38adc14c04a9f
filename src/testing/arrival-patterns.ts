import { checkOptions, oneOf, within, type OptionCodecs } from '../core/options.js'
import { arrivalsByRate, type ArrivalRate, type Spacing } from './arrivals-by-rate.js'
import type { Arrivals } from './arrivals.js'

interface Spaced {
  /** Default `'poisson'`. */
  readonly spacing?: Spacing | undefined
}

const PER_SECOND = within(0, 1e6, 'messages per second')
const SOME_PER_SECOND = within(Number.MIN_VALUE, 1e6, 'messages per second, more than 0 and')
const MOMENT = within(0, 1e12, 'milliseconds')
const SPAN = within(1, 1e12, 'milliseconds')
const SPACING = oneOf('poisson', 'regular')

/** Options that all must be given, but the spacing. */
const checkPattern = (where: string, codecs: OptionCodecs, given: object): void =>
  checkOptions(where, { ...codecs, spacing: SPACING }, given, undefined, Object.keys(codecs))

const steady = (perMs: number): ArrivalRate => ({ perMs: () => perMs, expected: (atMs) => perMs * atMs })

/** Evenly spaced, so many per second (more than 0), the first after one gap. */
export const constant = (perSecond: number): Arrivals => {
  checkOptions('constant', { perSecond: SOME_PER_SECOND }, { perSecond }, undefined, ['perSecond'])
  return arrivalsByRate(`constant ${perSecond}/s`, steady(perSecond / 1_000), 'regular')
}

/** Independent of each other, so many per second (more than 0) on average. */
export const poisson = (perSecond: number): Arrivals => {
  checkOptions('poisson', { perSecond: SOME_PER_SECOND }, { perSecond }, undefined, ['perSecond'])
  return arrivalsByRate(`Poisson ${perSecond}/s`, steady(perSecond / 1_000), 'poisson')
}

export interface SquareWaveOptions extends Spaced {
  /** In the quiet half, with which each period begins. */
  readonly lowPerSecond: number
  /** In the busy half. */
  readonly highPerSecond: number
  /** Both halves together, in ms; 1 or more. */
  readonly periodMs: number
}

/** Quiet and busy by turns, each for half of the period. */
export const squareWave = (options: SquareWaveOptions): Arrivals => {
  checkPattern('squareWave', { lowPerSecond: PER_SECOND, highPerSecond: PER_SECOND, periodMs: SPAN }, options)
  const { lowPerSecond, highPerSecond, periodMs, spacing = 'poisson' } = options
  const [low, high, half] = [lowPerSecond / 1_000, highPerSecond / 1_000, periodMs / 2]
  const rate: ArrivalRate = {
    perMs: (atMs) => (atMs % periodMs < half ? low : high),
    expected: (atMs) => {
      const intoMs = atMs % periodMs
      return Math.floor(atMs / periodMs) * half * (low + high) + low * Math.min(intoMs, half) + high * Math.max(0, intoMs - half)
    },
  }
  return arrivalsByRate(`square wave ${lowPerSecond}–${highPerSecond}/s every ${periodMs} ms`, rate, spacing)
}

export interface SpikeOptions extends Spaced {
  readonly basePerSecond: number
  readonly peakPerSecond: number
  /** When the spike begins, in ms from the start. */
  readonly atMs: number
  /** How long it lasts, in ms; 1 or more. */
  readonly forMs: number
}

/** Steady, but for one spike. */
export const spike = (options: SpikeOptions): Arrivals => {
  checkPattern('spike', { basePerSecond: PER_SECOND, peakPerSecond: PER_SECOND, atMs: MOMENT, forMs: SPAN }, options)
  const { basePerSecond, peakPerSecond, atMs: startMs, forMs, spacing = 'poisson' } = options
  const [base, extra] = [basePerSecond / 1_000, (peakPerSecond - basePerSecond) / 1_000]
  const rate: ArrivalRate = {
    perMs: (atMs) => base + (atMs >= startMs && atMs < startMs + forMs ? extra : 0),
    expected: (atMs) => base * atMs + extra * Math.min(Math.max(0, atMs - startMs), forMs),
  }
  return arrivalsByRate(`spike ${basePerSecond}→${peakPerSecond}/s at ${startMs} ms for ${forMs} ms`, rate, spacing)
}

export interface RampOptions extends Spaced {
  /** At the start. */
  readonly fromPerSecond: number
  /** At the end of the ramp, and from then on. */
  readonly toPerSecond: number
  /** How long it takes, in ms; 1 or more. */
  readonly overMs: number
}

/** Rises or falls in a straight line, and stays. */
export const ramp = (options: RampOptions): Arrivals => {
  checkPattern('ramp', { fromPerSecond: PER_SECOND, toPerSecond: PER_SECOND, overMs: SPAN }, options)
  const { fromPerSecond, toPerSecond, overMs, spacing = 'poisson' } = options
  const [from, to] = [fromPerSecond / 1_000, toPerSecond / 1_000]
  const perMs = (atMs: number): number => from + (to - from) * Math.min(1, atMs / overMs)
  const rate: ArrivalRate = {
    perMs,
    expected: (atMs) => ((from + perMs(atMs)) / 2) * Math.min(atMs, overMs) + to * Math.max(0, atMs - overMs),
  }
  return arrivalsByRate(`ramp ${fromPerSecond}→${toPerSecond}/s over ${overMs} ms`, rate, spacing)
}

export interface DiurnalOptions extends Spaced {
  /** At the quietest, where each period begins. */
  readonly lowPerSecond: number
  /** At the busiest, in the middle of the period. */
  readonly highPerSecond: number
  /** A "day", in ms; 1 or more. */
  readonly periodMs: number
}

/** Rises and falls as a day does: a cosine between the lowest and the highest rate. */
export const diurnal = (options: DiurnalOptions): Arrivals => {
  checkPattern('diurnal', { lowPerSecond: PER_SECOND, highPerSecond: PER_SECOND, periodMs: SPAN }, options)
  const { lowPerSecond, highPerSecond, periodMs, spacing = 'poisson' } = options
  const [mean, swing, turn] = [(lowPerSecond + highPerSecond) / 2_000, (highPerSecond - lowPerSecond) / 2_000, (2 * Math.PI) / periodMs]
  const rate: ArrivalRate = {
    perMs: (atMs) => Math.max(0, mean - swing * Math.cos(turn * atMs)),
    expected: (atMs) => mean * atMs - (swing / turn) * Math.sin(turn * atMs),
  }
  return arrivalsByRate(`diurnal ${lowPerSecond}–${highPerSecond}/s every ${periodMs} ms`, rate, spacing)
}
