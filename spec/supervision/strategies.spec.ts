import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Failure } from '../../src/core/failure.js'
import { OptionsError } from '../../src/core/options-error.js'
import { constant } from '../../src/supervision/constant.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import type { SupervisionStrategy } from '../../src/supervision/strategy.js'
import { strategyLaws } from '../../src/testing/strategy-laws.js'

const failure: Failure = { type: 'thrown', error: new Error('no'), attempt: 1, atMs: 0 }

describe('every strategy', () => {
  const laws = [
    ...strategyLaws('resume', () => resume()),
    ...strategyLaws('restartOne', () => restartOne()),
    ...strategyLaws('restartAll', () => restartAll({ inFlight: 'abort', maxRestarts: Infinity })),
    ...strategyLaws('stopAndEscalate', () => stopAndEscalate()),
  ]
  laws.forEach(({ title, check }) => it(title, () => check()))

  it.each([
    ['resume', resume],
    ['restartOne', restartOne],
    ['restartAll', restartAll],
    ['stopAndEscalate', stopAndEscalate],
  ])('answers with the directive that it is named after: %s', (name, make) => {
    const strategy = make()
    expect(strategy.name).toBe(name)
    expect(strategy.decide(failure).type).toBe(name)
    expectTypeOf(strategy).toEqualTypeOf<SupervisionStrategy>()
  })
})

describe('resume and stopAndEscalate', () => {
  it('carry nothing else', () => {
    expect(resume().decide(failure)).toEqual({ type: 'resume' })
    expect(stopAndEscalate().decide(failure)).toEqual({ type: 'stopAndEscalate' })
  })
})

describe('restartOne', () => {
  it('allows 3 restarts within 5 s, backed off exponentially, by default', () => {
    const directive = restartOne().decide(failure)
    expect(directive).toMatchObject({ intensity: { maxRestarts: 3, withinMs: 5_000 }, backoff: { name: 'exponential', resetAfterMs: 15_050 } })
  })

  it('passes on what it was given', () => {
    const backoff = constant(5)
    expect(restartOne({ backoff, maxRestarts: 0, withinMs: 1 }).decide(failure)).toEqual({ type: 'restartOne', backoff, intensity: { maxRestarts: 0, withinMs: 1 } })
  })

  it('refuses all that is wrong in one error', () => {
    const wrong = () => restartOne({ maxRestarts: -1, withinMs: 0 })
    expect(wrong).toThrow(OptionsError)
    expect(wrong).toThrow(/^restartOne: maxRestarts should be a whole number, 0 or more, or Infinity, but is -1; withinMs should be/)
    expect(() => Reflect.apply(restartOne, undefined, [{ backoff: {} }])).toThrow('backoff should be a backoff')
    expect(() => Reflect.apply(restartOne, undefined, [{ inFlight: 'abort' }])).toThrow('inFlight should be one of backoff, maxRestarts, withinMs')
  })
})

describe('restartAll', () => {
  it('lets others finish by default', () => {
    expect(restartAll().decide(failure)).toMatchObject({ inFlight: 'finish', intensity: { maxRestarts: 3, withinMs: 5_000 } })
  })

  it('passes on what it was given', () => {
    const backoff = constant(5)
    const directive = restartAll({ backoff, maxRestarts: Infinity, withinMs: 9, inFlight: 'abort' }).decide(failure)
    expect(directive).toEqual({ type: 'restartAll', backoff, intensity: { maxRestarts: Infinity, withinMs: 9 }, inFlight: 'abort' })
  })

  it('refuses all that is wrong in one error', () => {
    const wrong = () => Reflect.apply(restartAll, undefined, [{ inFlight: 'drop', maxRestarts: 1.5 }])
    expect(wrong).toThrow(/^restartAll: maxRestarts should .*; inFlight should be 'finish' or 'abort', but is "drop"/)
  })
})
