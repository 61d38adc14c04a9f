import * as t from 'io-ts'
import { codecOf } from '../core/codec-of.js'
import { type Check, check, whole } from '../core/options.js'

/** A day of the week, in English. */
export type Day = 'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat'

/** A window that comes every day, or on the days named. */
export interface DailyWindow {
  /** The first minute of it, `'HH:MM'` from `'00:00'` to `'23:59'`, in local time. */
  readonly from: string
  /** The first minute no longer in it, up to `'24:00'`; where it is before `from`, that of the next day. */
  readonly to: string
  /** The days on which it begins; default every day. */
  readonly days?: readonly Day[] | undefined
  /** Workers wanted in it; 0 or more. */
  readonly workers: number
}

/** A window that comes once. */
export interface OnceWindow {
  /** The first moment of it, in ms since 1970 UTC; 0 or more. */
  readonly fromMs: number
  /** The first moment no longer in it; after `fromMs`. */
  readonly toMs: number
  /** Workers wanted in it; 0 or more. */
  readonly workers: number
}

export type ScheduleWindow = DailyWindow | OnceWindow

// 1970 began with a Thursday.
const DAYS: readonly Day[] = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed']
const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60

const timeOfDay = (pattern: RegExp): t.Type<string> => codecOf(check('HH:MM', (value): value is string => typeof value === 'string' && pattern.test(value)))
const notNegative = codecOf(whole(0))
const day = t.keyof({ sun: null, mon: null, tue: null, wed: null, thu: null, fri: null, sat: null })

const daily = t.intersection([
  t.type({ from: timeOfDay(/^(?:[01]\d|2[0-3]):[0-5]\d$/), to: timeOfDay(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/), workers: notNegative }),
  t.partial({ days: t.readonlyArray(day) }),
])
const once = t.type({ fromMs: notNegative, toMs: codecOf(whole(1)), workers: notNegative })

const isDaily = (value: object): boolean => daily.is(value) && value.from !== value.to && value.days?.length !== 0
const isOnce = (value: object): boolean => once.is(value) && value.fromMs < value.toMs

const NAMES: readonly string[] = ['from', 'to', 'days', 'workers']
const ONCE_NAMES: readonly string[] = ['fromMs', 'toMs', 'workers']
const hasOnly = (value: object, names: readonly string[]): boolean => Object.keys(value).every((name) => names.includes(name))

const isWindow = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false
  return (hasOnly(value, NAMES) && isDaily(value)) || (hasOnly(value, ONCE_NAMES) && isOnce(value))
}

export const scheduleWindows: Check = check(
  "a list of { from: 'HH:MM', to: 'HH:MM', days?, workers } or { fromMs, toMs, workers }, none of them empty",
  (value): value is unknown => Array.isArray(value) && value.every(isWindow),
)

/** Whether the window holds at a moment, in ms since 1970 UTC, where clocks are ahead of UTC by so many minutes. */
export const holdsAt = (window: ScheduleWindow, nowMs: number, utcOffsetMinutes: number): boolean =>
  'fromMs' in window ? window.fromMs <= nowMs && nowMs < window.toMs : holdsLocally(window, Math.floor(nowMs / MINUTE_MS) + utcOffsetMinutes)

const holdsLocally = ({ from, to, days = DAYS }: DailyWindow, localMinute: number): boolean => {
  const today = Math.floor(localMinute / DAY_MINUTES)
  const minute = localMinute - today * DAY_MINUTES
  const [first, end] = [minutes(from), minutes(to)]
  if (first < end) return first <= minute && minute < end && days.includes(dayOf(today))
  return (minute >= first && days.includes(dayOf(today))) || (minute < end && days.includes(dayOf(today - 1)))
}

const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

const dayOf = (sinceEpoch: number): Day => DAYS.at(sinceEpoch % DAYS.length) ?? 'thu'
