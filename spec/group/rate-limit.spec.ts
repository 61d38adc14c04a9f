import { BehaviorSubject, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import type { RateOptions } from '../../src/group/group-options.js'
import { RateLimit } from '../../src/group/rate-limit.js'
import { VirtualTime } from '../support/virtual-time.js'

const setUp = (rate: RateOptions | Subject<RateOptions>) => {
  const time = new VirtualTime()
  const log: unknown[] = []
  const limit = new RateLimit(rate, time, () => log.push([time.now(), limit.open]), (error) => log.push(error))
  limit.follow()
  const start = (): void => limit.started(time.now())
  return { time, log, limit, start }
}

describe('a rate', () => {
  it('is open until so many have started, and again when the first of them is a window old', () => {
    const { time, log, limit, start } = setUp({ max: 2, perMs: 100 })
    start()
    expect(limit.open).toBe(true)
    time.jump(30)
    start()
    expect(limit.open).toBe(false)
    time.jump(69)
    expect(limit.open).toBe(false)
    time.jump(1)
    expect({ open: limit.open, log }).toEqual({ open: true, log: [[100, true]] })
  })

  it('has one timer, and none when nothing is remembered', () => {
    const { time, start } = setUp({ max: 9, perMs: 100 })
    for (let i = 0; i < 5; i += 1) start()
    expect(time.scheduled).toBe(1)
    time.jump(100)
    expect(time.scheduled).toBe(0)
  })

  it('is closed before the first of its rates', () => {
    const rate$ = new Subject<RateOptions>()
    const { limit, log } = setUp(rate$)
    expect(limit.open).toBe(false)
    rate$.next({ max: 1, perMs: 5 })
    expect({ open: limit.open, log }).toEqual({ open: true, log: [[0, true]] })
  })

  it('remembers what was started under another rate', () => {
    const rate$ = new BehaviorSubject<RateOptions>({ max: 3, perMs: 100 })
    const { time, limit, start } = setUp(rate$)
    start()
    start()
    rate$.next({ max: 2, perMs: 100 })
    expect(limit.open).toBe(false)
    time.jump(40)
    rate$.next({ max: 2, perMs: 40 })
    expect(limit.open).toBe(true)
  })

  it('tells what is wrong with a rate, or that the rates have failed, and follows no more', () => {
    const rate$ = new Subject<RateOptions>()
    const { log } = setUp(rate$)
    rate$.next({ max: 1, perMs: 0 })
    expect({ log, observed: rate$.observed }).toEqual({ log: [expect.any(OptionsError)], observed: false })
    const broken = new Subject<RateOptions>()
    const other = setUp(broken)
    broken.error('down')
    expect(other.log).toEqual(['down'])
  })

  it('lets go of everything when it is closed', () => {
    const rate$ = new BehaviorSubject<RateOptions>({ max: 1, perMs: 100 })
    const { time, limit, start } = setUp(rate$)
    start()
    limit.close()
    expect({ observed: rate$.observed, scheduled: time.scheduled }).toEqual({ observed: false, scheduled: 0 })
  })
})
