import * as fc from 'fast-check'
import { NEVER, Subject, VirtualAction, VirtualTimeScheduler, config, defer, of, switchMap, throwError, timer } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { constant } from '../../src/supervision/constant.js'
import type { Escalation } from '../../src/supervision/escalation.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import type { SupervisionStrategy } from '../../src/supervision/strategy.js'
import { supervise } from '../../src/supervision/supervise.js'
import { marbles, seenOf } from './marbles.js'

const backoff = constant(3)

describe('an observer of escalations', () => {
  afterEach(() => {
    config.onUnhandledError = null
  })

  it('may be a Subject, and is never completed', () => {
    const escalation$ = new Subject<Escalation>()
    const seen = seenOf(escalation$)
    seenOf(throwError(() => 'broken').pipe(supervise(stopAndEscalate(), { escalations: escalation$ })))
    seenOf(of(1).pipe(supervise(stopAndEscalate(), { escalations: escalation$ })))
    expect(seen).toHaveLength(1)
    expect(escalation$.observed).toBe(true)
  })

  it('may throw: it is reported as RxJS reports it, and changes nothing', async () => {
    const all: unknown[] = []
    const reported = new Promise<unknown>((resolve) => {
      config.onUnhandledError = (error: unknown) => resolve(all.push(error))
    })
    marbles(({ cold, expectObservable }, scheduler) => {
      seenOf(throwError(() => 'nobody listens').pipe(supervise(stopAndEscalate(), { escalations: {} })))
      const escalations = {
        next: () => {
          throw new Error('cannot listen')
        },
      }
      expectObservable(cold('a#').pipe(supervise(restartOne({ backoff, maxRestarts: 1 }), { scheduler, escalations }))).toBe('a---a#')
    })
    await reported
    expect(all[0]).toEqual(new Error('cannot listen'))
  })

  it('may unsubscribe while it is told, and nothing is subscribed again', () => {
    marbles(({ cold, flush, expectSubscriptions }, scheduler) => {
      const source$ = cold('a#')
      const escalations = { next: () => subscription.unsubscribe() }
      const subscription = source$.pipe(supervise(restartOne({ backoff }), { scheduler, escalations })).subscribe()
      flush()
      expectSubscriptions(source$.subscriptions).toBe('^!')
    })
  })

  it('keeps its own this', () => {
    class Listener {
      readonly told: string[] = []
      next({ protocol }: Escalation): void {
        this.told.push(protocol)
      }
    }
    const listener = new Listener()
    seenOf(throwError(() => 'broken').pipe(supervise(stopAndEscalate(), { escalations: listener })))
    expect(listener.told).toEqual(['killAndEscalate'])
  })
})

describe('a strategy that', () => {
  it('throws stops the source, with both errors', () => {
    const cause = new RangeError('cannot decide')
    const strategy: SupervisionStrategy = {
      name: 'broken',
      decide: () => {
        throw cause
      },
    }
    const told: Escalation[] = []
    const seen = seenOf(throwError(() => 'source').pipe(supervise(strategy, { escalations: { next: (escalation) => told.push(escalation) } })))
    expect(seen).toEqual([new AggregateError(['source', cause], "supervision strategy 'broken' failed: RangeError: cannot decide")])
    expect(seen[0]).toHaveProperty('cause', cause)
    expect(told).toMatchObject([{ protocol: 'killAndEscalate', restarts: 0, failure: { type: 'thrown', attempt: 1 } }])
    expect(told[0]?.failure.error).toBe(seen[0])
  })

  it('answers with no directive stops the source', () => {
    const strategy: SupervisionStrategy = { name: 'lost', decide: () => JSON.parse('{ "type": "shrug" }') }
    expect(seenOf(throwError(() => 'source').pipe(supervise(strategy)))).toEqual(['source'])
  })

  it('is asked with each failure, its attempt and its moment', () => {
    const asked: unknown[] = []
    const strategy: SupervisionStrategy = {
      name: 'spy',
      decide: (failure) => {
        asked.push(failure)
        return resume().decide(failure)
      },
    }
    marbles(({ cold, expectObservable }, scheduler) => {
      expectObservable(cold('--#', {}, 'no').pipe(supervise(strategy, { scheduler })), '^----!').toBe('------')
    })
    expect(asked).toEqual([
      { type: 'thrown', error: 'no', attempt: 1, atMs: 2 },
      { type: 'thrown', error: 'no', attempt: 2, atMs: 4 },
    ])
  })
})

describe('supervise, whatever fails when', () => {
  it('performs no more restarts in any closed window than the intensity allows', () => {
    const lives = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 40 })
    const intensities = fc.record({ maxRestarts: fc.integer({ min: 0, max: 4 }), withinMs: fc.integer({ min: 1, max: 80 }) })
    fc.assert(fc.property(lives, intensities, fc.integer({ min: 0, max: 10 }), (spans, intensity, waitMs) => {
      const told: Escalation[] = []
      const scheduler = new VirtualTimeScheduler(VirtualAction, 10_000)
      let life = 0
      const source$ = defer(() => {
        life += 1
        return timer(spans[life - 1] ?? 10_000, scheduler).pipe(switchMap(() => throwError(() => 'broken')))
      })
      const strategy = restartOne({ backoff: constant(waitMs), ...intensity })
      source$.pipe(supervise(strategy, { scheduler, escalations: { next: (escalation) => told.push(escalation) } })).subscribe({ error: () => told })
      scheduler.flush()
      expect(told.length).toBeGreaterThan(0)
      const made = told.filter(({ protocol }) => protocol === 'restart').map(({ atMs }) => atMs)
      made.forEach((fromMs) => expect(made.filter((atMs) => atMs >= fromMs && atMs <= fromMs + intensity.withinMs).length).toBeLessThanOrEqual(intensity.maxRestarts))
    }))
  })
})

describe('supervise, given options', () => {
  it('refuses all that is wrong in one error', () => {
    const wrong = () => Reflect.apply(supervise, undefined, [{}, { scheduler: {}, random: 4, name: '', escalations: 3 }])
    expect(wrong).toThrow(OptionsError)
    expect(wrong).toThrow(/^supervise: strategy should be a supervision strategy.*escalations should be an observer.*scheduler should be a scheduler.*random should be a function.*name should be a string that is not empty/)
    expect(() => Reflect.apply(supervise, undefined, [])).toThrow('strategy should be a supervision strategy, but is missing')
    expect(() => Reflect.apply(supervise, undefined, [resume(), { schedular: 1 }])).toThrow("schedular should be 'scheduler'")
    expect(() => NEVER.pipe(supervise(resume(), { escalations: undefined, scheduler: undefined }))).not.toThrow()
  })
})
