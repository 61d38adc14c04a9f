import * as fc from 'fast-check'
import type { Failure } from '../../src/core/failure.js'
import type { Backoff } from '../../src/supervision/backoff.js'
import type { Directive, SupervisionStrategy } from '../../src/supervision/strategy.js'
import type { Law } from './policy-laws.js'

/** Any failure; its error may be an error of any class, with a code, or no error at all. */
export const failures: fc.Arbitrary<Failure> = fc.record(
  {
    type: fc.constantFrom<Failure['type']>('thrown', 'timedOut', 'crashed', 'acquire'),
    error: fc.oneof(
      fc.anything(),
      fc.string().map((message) => new Error(message)),
      fc.string().map((message) => new RangeError(message)),
      fc.string().map((code) => Object.assign(new Error('coded'), { code })),
    ),
    attempt: fc.integer({ min: 1, max: 100 }),
    atMs: fc.nat(),
    worker: fc.nat(),
  },
  { requiredKeys: ['type', 'error', 'attempt', 'atMs'] },
)

const counts = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.constant(Number.MAX_SAFE_INTEGER))
const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

/** What is tried is made when the law is checked, so that one that cannot be made fails the law and not the whole suite. */
const lawsOf = <A>(name: string, make: () => A) => (sentence: string, property: (made: A) => fc.IRawProperty<unknown>): Law => ({
  title: `${name} ${sentence}`,
  check: (parameters = {}) => fc.assert(property(make()), parameters),
})

/** The laws that every supervision strategy keeps. */
export const strategyLaws = (name: string, make: () => SupervisionStrategy): readonly Law[] => {
  const law = lawsOf(name, make)
  return [
    law('answers every failure with a directive that can be carried out', (strategy) =>
      fc.property(failures, (failure) => isDirective(strategy.decide(failure)))),
    law('answers the same to the same, whatever it was asked before, and changes nothing', (strategy) =>
      fc.property(fc.array(failures), failures, (past, failure) => {
        past.forEach((earlier) => strategy.decide(earlier))
        const frozen = Object.freeze(failure)
        return sketch(strategy.decide(frozen)) === sketch(make().decide(frozen))
      })),
    law('has a name', (strategy) => fc.property(fc.constant(strategy.name), (called) => called !== '')),
  ]
}

/** The laws that every backoff keeps; `maxMs` is the longest wait it promises. */
export const backoffLaws = (name: string, make: () => Backoff, maxMs: number): readonly Law[] => {
  const law = lawsOf(name, make)
  const steps = fc.record({ failures: counts, random: chances, previousMs: fc.double({ min: 0, max: maxMs, noNaN: true }) })
  return [
    law(`waits from 0 to ${maxMs} ms after any number of failures`, (backoff) => fc.property(steps, (step) => {
      const ms = backoff.delayMs(step)
      return ms >= 0 && ms <= maxMs
    })),
    law('answers the same to the same, whatever it was asked before', (backoff) => fc.property(fc.array(steps), steps, (past, step) => {
      past.forEach((earlier) => backoff.delayMs(earlier))
      const frozen = Object.freeze(step)
      return backoff.delayMs(frozen) === make().delayMs(frozen)
    })),
    law('resets after a finite span', (backoff) => fc.property(fc.constant(backoff.resetAfterMs), (ms) => Number.isFinite(ms) && ms >= 0)),
  ]
}

const isDirective = (directive: Directive): boolean => {
  if (directive.type === 'resume' || directive.type === 'stopAndEscalate') return true
  const { maxRestarts, withinMs } = directive.intensity
  const ms = directive.backoff.delayMs({ failures: Number.MAX_SAFE_INTEGER, random: 0.5, previousMs: 0 })
  return maxRestarts >= 0 && withinMs > 0 && Number.isFinite(ms) && (directive.type === 'restartOne' || ['finish', 'abort'].includes(directive.inFlight))
}

const sketch = (directive: Directive): string => JSON.stringify(directive)
