import * as fc from 'fast-check'
import { map, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { scaleMap } from '../../src/operators/scale-map.js'
import { arrivalTimes, limitSchedules, limitsOver, serviceTimes } from '../../src/testing/traffic-arbitraries.js'
import { VirtualTime } from '../support/virtual-time.js'

const ascends = (times: readonly number[]): boolean => times.every((ms, at) => ms >= (times[at - 1] ?? 0))
const samples = <T>(arbitrary: fc.Arbitrary<T>): readonly T[] => fc.sample(arbitrary, { numRuns: 500, seed: 1 })
const smallest = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => boolean): unknown => fc.check(fc.property(arbitrary, (value) => !holds(value)), { seed: 1 }).counterexample?.[0]

describe('arrivalTimes', () => {
  it('ascend within their span, as many as are asked for', () => {
    fc.assert(fc.property(arrivalTimes({ minCount: 2, maxCount: 9, untilMs: 500 }), (times) =>
      ascends(times) && times.length >= 2 && times.length <= 9 && times.every((ms) => Number.isInteger(ms) && ms <= 500)))
  })

  it('are none, in bursts, even, and scattered', () => {
    const all = samples(arrivalTimes())
    expect(all.some((times) => times.length === 0)).toBe(true)
    expect(all.some((times) => times.length > 10 && new Set(times).size <= 4)).toBe(true)
    expect(all.some((times) => times.length > 10 && new Set(times).size === times.length)).toBe(true)
  })

  it('shrink to few, early ones', () => {
    expect(smallest(arrivalTimes(), (times) => times.length >= 3)).toEqual([0, 0, 0])
  })

  it('refuses what is no count', () => {
    expect(() => arrivalTimes({ maxCount: -1, untilMs: -1 })).toThrow(/^arrivalTimes: maxCount should .*; untilMs should/)
  })
})

describe('serviceTimes', () => {
  it('are spans up to the longest, never none of them', () => {
    fc.assert(fc.property(serviceTimes({ maxCount: 9, maxMs: 40 }), (times) => times.length >= 1 && times.length <= 9 && times.every((ms) => Number.isInteger(ms) && ms >= 0 && ms <= 40)))
  })

  it('are all the same, and mostly short with a long one', () => {
    const all = samples(serviceTimes({ minCount: 5 }))
    expect(all.some((times) => new Set(times).size === 1)).toBe(true)
    expect(all.some((times) => times.filter((ms) => ms > 50).length === 1 && Math.max(...times) > 500)).toBe(true)
    expect(smallest(serviceTimes(), (times) => times.some((ms) => ms > 7))).toEqual([8])
  })

  it('refuses none at all', () => {
    expect(() => serviceTimes({ minCount: 0 })).toThrow('minCount should be a whole number, 1 or more, but is 0')
  })
})

describe('limitSchedules', () => {
  it('begin at once, ascend, and end open', () => {
    fc.assert(fc.property(limitSchedules({ maxLimit: 4, maxChanges: 6, untilMs: 100 }), (schedule) =>
      schedule[0]?.atMs === 0 && ascends(schedule.map(({ atMs }) => atMs)) && schedule.length <= 7
      && schedule.every(({ atMs, limit }) => atMs <= 100 && limit >= 0 && limit <= 4) && Number(schedule.at(-1)?.limit) > 0))
  })

  it('pause, end closed where that is allowed, and change several times at one moment', () => {
    const all = samples(limitSchedules({ endsOpen: false }))
    expect(all.some((schedule) => schedule.at(-1)?.limit === 0)).toBe(true)
    expect(all.some((schedule) => schedule.slice(0, -1).some(({ limit }) => limit === 0))).toBe(true)
    expect(all.some((schedule) => schedule.some(({ atMs }, at) => at > 1 && atMs === schedule[at - 1]?.atMs))).toBe(true)
    expect(() => limitSchedules({ maxLimit: 0 })).toThrow('maxLimit should be 1 or more, or endsOpen false, but is 0')
  })

  it('drive an operator in virtual time', () => {
    const time = new VirtualTime()
    const starts: number[] = []
    const limit$ = limitsOver([{ atMs: 0, limit: 1 }, { atMs: 0, limit: 2 }, { atMs: 25, limit: 0 }, { atMs: 100, limit: 1 }], time)
    const work = (n: number) => { starts.push(time.now()); return timer(10, time).pipe(map(() => n)) }
    timer(0, time).pipe(scaleMap(() => [0, 1, 2, 3, 4, 5, 6, 7], 1), scaleMap(work, limit$)).subscribe()
    time.jump(200)
    expect(starts).toEqual([0, 0, 10, 10, 20, 20, 100, 110])
  })

  it('drive an operator through any limits without losing a value', () => {
    fc.assert(fc.property(limitSchedules({ untilMs: 500 }), serviceTimes({ maxCount: 20, maxMs: 100 }), (schedule, services) => {
      const time = new VirtualTime()
      const seen: number[] = []
      timer(0, time).pipe(scaleMap(() => services, 1), scaleMap((ms, at) => timer(ms, time).pipe(map(() => at)), limitsOver(schedule, time))).subscribe((at) => seen.push(at))
      time.jump(10_000)
      expect(seen.toSorted((a, b) => a - b)).toEqual(services.map((_, at) => at))
    }))
  })
})
