import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import type { Backoff } from '../../src/supervision/backoff.js'
import { byError } from '../../src/supervision/by-error.js'
import { constant } from '../../src/supervision/constant.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import type { SupervisionStrategy } from '../../src/supervision/strategy.js'
import { backoffLaws } from '../../src/testing/backoff-laws.js'
import { strategyLaws } from '../../src/testing/strategy-laws.js'
import { untyped } from '../hub/hub-stand.js'

const SEEDED = { seed: 42, numRuns: 300 }
const answering = (directive: unknown): SupervisionStrategy => ({ name: 'x', decide: () => untyped(directive) })

/** One that has its own idea after a few questions. */
const moody = (): SupervisionStrategy => {
  let asked = 0
  return { name: 'moody', decide: () => ({ type: (asked += 1) > 5 ? 'stopAndEscalate' : 'resume' }) }
}

const restart = { ...restartOne().decide({ type: 'thrown', error: 0, attempt: 1, atMs: 0 }) }
const endless: Backoff = { name: 'endless', resetAfterMs: 0, delayMs: ({ failures }) => 2 ** failures }

const broken: readonly (readonly [law: string, make: () => SupervisionStrategy])[] = [
  ['can be carried out', () => answering({ type: 'reboot' })],
  ['can be carried out', () => answering({ ...restart, backoff: endless })],
  ['can be carried out', () => answering({ ...restart, intensity: { maxRestarts: -1, withinMs: 1 } })],
  ['can be carried out', () => answering({ ...restart, intensity: { maxRestarts: 1, withinMs: 0 } })],
  ['can be carried out', () => answering({ ...restart, type: 'restartAll' })],
  ['can be carried out', () => ({ name: 'x', decide: ({ error }) => (untyped(error).message === '' ? { type: 'resume' } : { type: 'stopAndEscalate' }) })],
  ['the same to the same', moody],
  ['does not change the failure', () => ({ name: 'x', decide: (failure) => { Object.assign(failure, { attempt: 0 }); return { type: 'resume' } } })],
  ['does not change the failure', () => ({ name: 'x', decide: (failure) => ({ type: Object.isFrozen(failure) ? 'stopAndEscalate' : 'resume' }) })],
  ['has a name', () => ({ ...resume(), name: '' })],
]

const soon: Backoff = constant(5)
const brokenBackoffs: readonly (readonly [law: string, make: () => Backoff])[] = [
  ['waits from 0 to 5 ms', () => endless],
  ['waits from 0 to 5 ms', () => ({ ...soon, delayMs: () => -1 })],
  ['waits from 0 to 5 ms', () => ({ ...soon, delayMs: () => Number.NaN })],
  ['the same to the same', () => { let asked = 0; return { ...soon, delayMs: () => (asked += 1) % 5 } }],
  ['resets after a finite span', () => ({ ...soon, resetAfterMs: Infinity })],
  ['has a name', () => ({ ...soon, name: '' })],
]

describe('strategyLaws', () => {
  it.each(broken)('fails a strategy that breaks: %s (%#)', (name, make) => {
    expect(() => strategyLaws('broken', make).find(({ title }) => title.includes(name))?.check(SEEDED)).toThrow(/Property failed after \d+ tests/)
  })

  it('has a broken strategy for every law', () => {
    const titles = strategyLaws('x', resume).map(({ title }) => title)
    expect(titles.filter((title) => !broken.some(([name]) => title.includes(name)))).toEqual([])
    expect(titles).toHaveLength(4)
  })

  const kept = [
    ...strategyLaws('restartAll', () => restartAll({ backoff: constant(0), maxRestarts: Infinity })),
    ...strategyLaws('byError', () => byError([[RangeError, resume()]], restartOne({ maxRestarts: 0 }))),
  ]
  it.each(kept.map((law) => [law.title, law] as const))('keeps quiet where %s', (_, law) => law.check({ numRuns: 50 }))

  it('refuses what is no maker of a strategy', () => {
    expect(() => strategyLaws('x', untyped(resume()))).toThrow(OptionsError)
  })
})

describe('backoffLaws', () => {
  it.each(brokenBackoffs)('fails a backoff that breaks: %s (%#)', (name, make) => {
    expect(() => backoffLaws('broken', make, 5).find(({ title }) => title.includes(name))?.check(SEEDED)).toThrow(/Property failed after \d+ tests/)
  })

  it('has a broken backoff for every law', () => {
    const titles = backoffLaws('x', () => soon, 5).map(({ title }) => title)
    expect(titles.filter((title) => !brokenBackoffs.some(([name]) => title.includes(name)))).toEqual([])
    for (const { check } of backoffLaws('x', () => soon, 5)) expect(check).not.toThrow()
  })

  it('refuses a longest wait that is none', () => {
    expect(() => backoffLaws('x', () => soon, -1)).toThrow('maxMs should be milliseconds')
  })
})
