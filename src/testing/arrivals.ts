import { check, checkOptions } from '../core/options.js'
import type { Random } from './seeded-random.js'

/** When messages arrive. */
export interface Arrivals {
  readonly name: string
  /** Whether it goes on for ever, so that a run must say when to stop. */
  readonly endless: boolean
  /** The moments, in ms from the start, in ascending order: at most `count`, all before `untilMs`. */
  times(limit: ArrivalLimit, random: Random): Float64Array
}

export interface ArrivalLimit {
  /** How many at most; may be `Infinity` where `untilMs` is not. */
  readonly count: number
  /** The moment before which they arrive, in ms; may be `Infinity` where `count` is not. */
  readonly untilMs: number
}

const MOMENTS = check('a list of moments in ms, 0 or more, none before the one in front of it', (value): value is ArrayLike<number> =>
  (Array.isArray(value) || value instanceof Float64Array) && value.every((ms: unknown, i) => isMoment(ms) && (i === 0 || ms >= Number(value[i - 1]))))

const isMoment = (ms: unknown): ms is number => typeof ms === 'number' && Number.isFinite(ms) && ms >= 0

/** As they were recorded: moments in ms from the start, in ascending order. */
export const recordedArrivals = (timesMs: ArrayLike<number>): Arrivals => {
  checkOptions('recordedArrivals', { timesMs: MOMENTS }, { timesMs }, undefined, ['timesMs'])
  const all = Float64Array.from(timesMs)
  return {
    name: `recorded, ${all.length} messages`,
    endless: false,
    times: ({ count, untilMs }) => {
      const end = all.findIndex((ms) => ms >= untilMs)
      return all.slice(0, Math.min(count, end < 0 ? all.length : end))
    },
  }
}

