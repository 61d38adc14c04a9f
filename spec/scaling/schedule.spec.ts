import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { type ScheduleOptions, schedule } from '../../src/scaling/schedule.js'
import type { DailyWindow } from '../../src/scaling/schedule-window.js'
import { loads, policyLaws } from '../support/policy-laws.js'
import { answersOf, asked } from './ask.js'
import { brokenLoadOf, loadOf } from './load-of.js'

/** How many are wanted at a moment written as ISO 8601. */
const at = (options: ScheduleOptions, ...moments: readonly string[]): readonly (number | undefined)[] =>
  moments.map((moment) => asked(schedule(options), [{ nowMs: Date.parse(moment), min: 0, max: 1_000 }])[0]?.wanted)

const daily = (window: Omit<DailyWindow, 'workers'>, more: Partial<ScheduleOptions> = {}): ScheduleOptions => ({ base: 1, windows: [{ ...window, workers: 9 }], ...more })

describe('schedule keeps the laws of every policy', () => {
  const office: ScheduleOptions = { base: 2, windows: [{ from: '08:00', to: '18:00', workers: 12 }, { from: '00:05', to: '00:10', workers: 7 }, { fromMs: 100_000, toMs: 900_000, workers: 4 }] }
  policyLaws('schedule', () => schedule(office), { demandDriven: true }).forEach(({ title, check }) => it(title, () => check()))

  it('answers by the moment alone, whatever the load and the past', () => {
    fc.assert(fc.property(loads, loads, fc.nat(2_000_000), (past, load, nowMs) => {
      const policy = schedule(office)
      const bounds = { min: 0, max: 100 }
      const { state } = policy.step(policy.initial, { ...past, ...bounds, nowMs: Math.min(past.nowMs, nowMs) })
      expect(policy.step(state, { ...load, ...bounds, nowMs }).wanted).toBe(policy.step(policy.initial, loadOf({ ...bounds, nowMs })).wanted)
    }))
  })
})

describe('a daily window', () => {
  it('holds from its first minute and no longer at its end', () => {
    const moments = ['2026-03-02T07:59:59.999Z', '2026-03-02T08:00:00Z', '2026-03-02T17:59:59.999Z', '2026-03-02T18:00:00Z', '2026-03-03T08:00:00Z']
    expect(at(daily({ from: '08:00', to: '18:00' }), ...moments)).toEqual([1, 9, 9, 1, 9])
  })

  it('goes through midnight where it ends before it begins', () => {
    const moments = ['2026-03-02T21:59Z', '2026-03-02T22:00Z', '2026-03-03T00:00Z', '2026-03-03T05:59Z', '2026-03-03T06:00Z']
    expect(at(daily({ from: '22:00', to: '06:00' }), ...moments)).toEqual([1, 9, 9, 9, 1])
  })

  it('lasts the whole day from 00:00 to 24:00', () => {
    expect(at(daily({ from: '00:00', to: '24:00', days: ['mon'] }), '2026-03-01T23:59:59.999Z', '2026-03-02T00:00Z', '2026-03-02T23:59:59.999Z', '2026-03-03T00:00Z')).toEqual([1, 9, 9, 1])
  })

  it('comes on the days named, which are those on which it begins', () => {
    const week = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05', '2026-03-06', '2026-03-07'] // Sunday to Saturday
    const noons = week.map((day) => `${day}T12:00Z`)
    expect(at(daily({ from: '09:00', to: '17:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] }), ...noons)).toEqual([1, 9, 9, 9, 9, 9, 1])
    expect(at(daily({ from: '09:00', to: '17:00', days: ['sun', 'sat'] }), ...noons)).toEqual([9, 1, 1, 1, 1, 1, 9])
    const night = daily({ from: '22:00', to: '06:00', days: ['fri'] })
    expect(at(night, '2026-03-06T05:00Z', '2026-03-06T22:00Z', '2026-03-07T05:59Z', '2026-03-07T06:00Z', '2026-03-07T22:00Z')).toEqual([1, 9, 9, 1, 1])
  })

  it('is told in local time, so many minutes ahead of UTC', () => {
    const office = daily({ from: '09:00', to: '10:00', days: ['mon'] }, { utcOffsetMinutes: 330 })
    expect(at(office, '2026-03-02T03:29:59.999Z', '2026-03-02T03:30Z', '2026-03-02T04:29Z', '2026-03-02T04:30Z')).toEqual([1, 9, 9, 1])
    const west = daily({ from: '20:00', to: '21:00', days: ['sun'] }, { utcOffsetMinutes: -480 })
    expect(at(west, '2026-03-02T03:59Z', '2026-03-02T04:00Z', '2026-03-02T05:00Z')).toEqual([1, 9, 1])
  })

  it('knows the days before 1970 that a local clock may show', () => {
    const wednesday = daily({ from: '23:00', to: '02:00', days: ['tue', 'wed'] }, { utcOffsetMinutes: -60 })
    expect(at(wednesday, '1970-01-01T00:00Z', '1970-01-01T02:59Z', '1970-01-01T03:00Z')).toEqual([9, 9, 1])
    const tuesday = daily({ from: '22:00', to: '02:00', days: ['tue'] }, { utcOffsetMinutes: -840 })
    expect(at(tuesday, '1970-01-01T00:00Z')).toEqual([1])
    expect(at(daily({ from: '12:00', to: '11:00', days: ['tue'] }, { utcOffsetMinutes: -840 }), '1970-01-01T00:00Z', '1970-01-01T01:00Z')).toEqual([9, 1])
  })

  it('follows an offset that changes with the season', () => {
    const summer = Date.parse('2026-03-29T01:00Z')
    const office = daily({ from: '09:00', to: '10:00' }, { utcOffsetMinutes: (nowMs) => (nowMs < summer ? 60 : 120) })
    expect(at(office, '2026-03-28T08:00Z', '2026-03-29T07:00Z', '2026-03-29T08:00Z')).toEqual([9, 9, 1])
  })

  it('holds at a minute as the clock on the wall says', () => {
    const minute = fc.integer({ min: 0, max: 1_439 })
    const text = (value: number): string => `${String(Math.floor(value / 60)).padStart(2, '0')}:${String(value % 60).padStart(2, '0')}`
    fc.assert(fc.property(minute, minute, fc.integer({ min: 0, max: 3_000_000 }), fc.integer({ min: -840, max: 840 }), (from, to, minutes, utcOffsetMinutes) => {
      fc.pre(from !== to)
      const wall = new Date((minutes + utcOffsetMinutes) * 60_000)
      const now = wall.getUTCHours() * 60 + wall.getUTCMinutes()
      const isIn = from < to ? from <= now && now < to : now >= from || now < to
      expect(at(daily({ from: text(from), to: text(to) }, { utcOffsetMinutes }), new Date(minutes * 60_000).toISOString())).toEqual([isIn ? 9 : 1])
    }))
  })
})

describe('a window that comes once', () => {
  it('holds from its first moment and no longer at its end, wherever clocks stand', () => {
    const once: ScheduleOptions = { base: 1, windows: [{ fromMs: 1_000, toMs: 2_000, workers: 9 }], utcOffsetMinutes: 60 }
    expect(answersOf(schedule(once), { nowMs: 999 }, { nowMs: 1_000 }, { nowMs: 1_999 }, { nowMs: 2_000 })).toEqual(['1 scheduled', '9 scheduled', '9 scheduled', '1 scheduled'])
  })
})

describe('schedule', () => {
  const both: ScheduleOptions = { base: 3, windows: [{ from: '00:00', to: '12:00', workers: 5 }, { from: '06:00', to: '18:00', workers: 7 }] }

  it('takes the last window that holds, and the base outside all', () => {
    expect(at(both, '2026-03-02T05:00Z', '2026-03-02T06:00Z', '2026-03-02T12:00Z', '2026-03-02T18:00Z')).toEqual([5, 7, 7, 3])
    expect(at({ base: 3, windows: both.windows.toReversed() }, '2026-03-02T05:00Z', '2026-03-02T06:00Z', '2026-03-02T12:00Z')).toEqual([5, 5, 7])
    expect(at({ base: 4, windows: [] }, '2026-03-02T05:00Z')).toEqual([4])
  })

  it('keeps the bounds and says so', () => {
    expect(answersOf(schedule(both), { max: 4 }, { min: 6 }, { max: 5 })).toEqual(['4 limited', '6 limited', '5 scheduled'])
  })

  it.each([['nowMs', Number.NaN], ['nowMs', -1], ['nowMs', undefined], ['min', undefined], ['max', Number.NaN]])('holds its answer when %s is %j', (field, value) => {
    const { state } = schedule(both).step(schedule(both).initial, loadOf({ nowMs: 0 }))
    expect(schedule(both).step(state, brokenLoadOf({ nowMs: 20 * 3_600_000 }, { [field]: value }))).toMatchObject({ wanted: 5, reason: 'held' })
  })

  it('holds where the offset is no whole number of minutes, and what is alive at first', () => {
    const unsure = schedule({ ...both, utcOffsetMinutes: (nowMs) => (nowMs > 10 ? Number.NaN : 0) })
    expect(answersOf(unsure, { nowMs: 0 }, { nowMs: 11 })).toEqual(['5 scheduled', '5 held'])
    expect(answersOf(schedule({ ...both, utcOffsetMinutes: () => 0.5 }), { live: 2 })).toEqual(['2 held'])
  })

  it('takes a clock that goes back as one that stands still', () => {
    expect(answersOf(schedule(both), { nowMs: 20 * 3_600_000 }, { nowMs: 0 })).toEqual(['3 scheduled', '3 scheduled'])
  })

  it('has a name, is asked again in quiet, and is a policy', () => {
    expect(schedule(both)).toMatchObject({ name: 'schedule', initial: { wanted: null, nowMs: 0 } })
    expect(schedule(both).wake).toEqual({ idledMs: 15_000, afterWork: true })
    expectTypeOf(schedule(both)).toExtend<ScalingPolicy>()
  })

  it('accepts its whole range of times and offsets', () => {
    const windows = [{ from: '23:59', to: '00:00', workers: 0 }, { from: '00:00', to: '23:59', days: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const, workers: 1 }, { fromMs: 0, toMs: 1, workers: 1 }]
    expect(() => [schedule({ base: 0, windows, utcOffsetMinutes: 840 }), schedule({ base: 0, windows, utcOffsetMinutes: -840 })]).not.toThrow()
  })

  const refused = [
    { from: '8:00', to: '18:00', workers: 1 }, { from: '08:00', to: '24:01', workers: 1 }, { from: '24:00', to: '01:00', workers: 1 }, { from: '08:60', to: '18:00', workers: 1 },
    { from: '08:00', to: '08:00', workers: 1 }, { from: '08:00', to: '18:00', workers: -1 }, { from: '08:00', to: '18:00' }, { from: '08:00', to: '18:00', days: ['monday'], workers: 1 },
    { from: '08:00', to: '18:00', days: [], workers: 1 }, { fromMs: 5, toMs: 5, workers: 1 }, { fromMs: -1, toMs: 5, workers: 1 }, { fromMs: 5, workers: 1 }, { fromMs: 1, toMs: 5, workers: 1.5 },
    { from: '08:00', to: '18:00', workers: 1, fromMs: 1 }, { fromMs: 1, toMs: 5, workers: 1, days: ['mon'] }, { from: ' 08:00', to: '18:00', workers: 1 }, { from: '08:00', to: '18:001', workers: 1 }, null, 'noon', 5,
  ]

  it.each(refused.map((window) => [window]))('refuses the window %j', (window) => {
    expect(() => Reflect.apply(schedule, undefined, [{ base: 0, windows: [{ fromMs: 0, toMs: 1, workers: 1 }, window] }])).toThrow(OptionsError)
  })

  it('refuses all that is wrong with its options in one error', () => {
    const make = (): unknown => Reflect.apply(schedule, undefined, [{ base: -1, windows: {}, utcOffsetMinutes: 841 }])
    expect(make).toThrow(/schedule: base should be a whole number, 0 or more.*windows should be a list of \{ from: 'HH:MM'.*utcOffsetMinutes should be a whole number from -840 to 840, or a function/s)
    expect(() => Reflect.apply(schedule, undefined, [{}])).toThrow(/base should be .* but is missing.*windows should be .* but is missing/s)
  })
})
