import * as fc from 'fast-check'
import { concatMap, delay, from, type Observable, of, type SchedulerLike } from 'rxjs'
import { checkOptions, flag, milliseconds, whole } from '../core/options.js'

export interface ArrivalOptions {
  /** How many at least: 0 or more, default 0. */
  readonly minCount?: number | undefined
  /** How many at most: 0 or more, default 100. */
  readonly maxCount?: number | undefined
  /** The moment before or at which all have arrived, in ms: 0 or more, default 60,000. */
  readonly untilMs?: number | undefined
}

export interface ServiceOptions {
  /** How many at least: 1 or more, default 1. */
  readonly minCount?: number | undefined
  /** How many at most: 1 or more, default 100. */
  readonly maxCount?: number | undefined
  /** The longest, in ms: 0 or more, default 1,000. */
  readonly maxMs?: number | undefined
}

export interface LimitScheduleOptions {
  /** The highest limit: 0 or more, default 10. */
  readonly maxLimit?: number | undefined
  /** How often it changes at most: 0 or more, default 10. */
  readonly maxChanges?: number | undefined
  /** The moment of the last change at most, in ms: 0 or more, default 60,000. */
  readonly untilMs?: number | undefined
  /** Whether the last limit is above 0, so that everything can end; default true. */
  readonly endsOpen?: boolean | undefined
}

/** From this moment on, in ms from the start, this limit holds. */
export interface LimitChange {
  readonly atMs: number
  readonly limit: number
}

const COUNTS = { minCount: whole(0), maxCount: whole(0) }

/**
 * Moments at which messages arrive, in ms from the start, in ascending order: scattered, in bursts of one moment, evenly
 * spaced, or all at once. They shrink to few, early ones.
 *
 * @throws {OptionsError}
 */
export const arrivalTimes = (options: ArrivalOptions = {}): fc.Arbitrary<readonly number[]> => {
  checkOptions('arrivalTimes', { ...COUNTS, untilMs: milliseconds() }, options)
  const { minCount = 0, maxCount = Math.max(100, minCount), untilMs = 60_000 } = options
  const counts = { minLength: minCount, maxLength: maxCount }
  const moment = fc.integer({ min: 0, max: Math.floor(untilMs) })
  const count = fc.integer({ min: minCount, max: maxCount })
  const scattered = fc.array(moment, counts)
  const bursts = fc.tuple(fc.array(moment, { minLength: 1, maxLength: 4 }), fc.array(fc.nat(3), counts)).map(([moments, picks]) => picks.map((pick) => moments[pick % moments.length] ?? 0))
  const even = fc.tuple(count, moment).map(([many, spanMs]) => Array.from({ length: many }, (_, at) => Math.floor((at * spanMs) / many)))
  const atOnce = fc.tuple(count, moment).map(([many, atMs]) => Array.from({ length: many }, () => atMs))
  return fc.oneof(scattered, bursts, even, atOnce).map((times) => times.toSorted((a, b) => a - b))
}

/**
 * How long one message after the other takes, in ms: all the same, evenly spread, or mostly short with a few very long
 * ones; 0 among them. They shrink to few and to 0.
 *
 * @throws {OptionsError}
 */
export const serviceTimes = (options: ServiceOptions = {}): fc.Arbitrary<readonly number[]> => {
  checkOptions('serviceTimes', { minCount: whole(1), maxCount: whole(1), maxMs: milliseconds() }, options)
  const { minCount = 1, maxCount = Math.max(100, minCount), maxMs = 1_000 } = options
  const counts = { minLength: minCount, maxLength: maxCount }
  const span = fc.integer({ min: 0, max: Math.floor(maxMs) })
  const short = fc.integer({ min: 0, max: Math.floor(maxMs / 20) })
  const same = fc.tuple(fc.integer({ min: minCount, max: maxCount }), span).map(([many, ms]) => Array.from({ length: many }, () => ms))
  return fc.oneof(fc.array(span, counts), same, fc.array(fc.oneof({ weight: 19, arbitrary: short }, { weight: 1, arbitrary: span }), counts))
}

/**
 * Limits that move: the first at 0 ms, then changes in ascending order, several at one moment among them, 0 (a pause)
 * included. They shrink to one limit that stays.
 *
 * @throws {OptionsError}
 */
export const limitSchedules = (options: LimitScheduleOptions = {}): fc.Arbitrary<readonly LimitChange[]> => {
  const codecs = { maxLimit: whole(0), maxChanges: whole(0), untilMs: milliseconds(), endsOpen: flag }
  checkOptions('limitSchedules', codecs, options, (given) => (given['maxLimit'] === 0 && given['endsOpen'] !== false ? [{ path: 'maxLimit', got: '0', expected: '1 or more, or endsOpen false' }] : []))
  const { maxLimit = 10, maxChanges = 10, untilMs = 60_000, endsOpen = true } = options
  const limit = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: maxLimit }) }, { weight: 1, arbitrary: fc.constant(0) })
  const moments = fc.array(fc.integer({ min: 0, max: Math.floor(untilMs) }), { maxLength: maxChanges })
  const limits = fc.array(limit, { minLength: maxChanges + 1, maxLength: maxChanges + 1 })
  const last = fc.integer({ min: endsOpen ? 1 : 0, max: maxLimit })
  return fc.tuple(moments, limits, last).map(([times, values, end]) => {
    const ordered = [0, ...times.toSorted((a, b) => a - b)]
    return ordered.map((atMs, at) => ({ atMs, limit: at === ordered.length - 1 ? end : (values[at] ?? 0) }))
  })
}

/** A schedule as the limit of a `scaleMap` or of deliveries: each limit at its moment from the subscription on. Then completes. */
export const limitsOver = (schedule: readonly LimitChange[], scheduler: SchedulerLike): Observable<number> =>
  from(schedule).pipe(
    concatMap(({ atMs, limit }, at) => {
      const waitMs = atMs - (schedule[at - 1]?.atMs ?? 0)
      return waitMs > 0 ? of(limit).pipe(delay(waitMs, scheduler)) : of(limit)
    }),
  )
