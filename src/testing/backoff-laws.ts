import * as fc from 'fast-check'
import { anyFunction, checkOptions, milliseconds, nonEmptyString } from '../core/options.js'
import type { Backoff, BackoffStep } from '../supervision/backoff.js'
import { type Law, lawsOf } from './law.js'
import { same, text, unless } from './policy-trial.js'

/**
 * The laws that every backoff keeps: a finite wait within its promise after any number of failures, the same to the
 * same, a finite span after which it begins again, and a name.
 *
 * @param name - What titles begin with.
 * @param make - Makes the backoff, with the same parameters each time.
 * @param maxMs - The longest wait it promises, in ms: 0 or more.
 * @throws {OptionsError}
 */
export const backoffLaws = (name: string, make: () => Backoff, maxMs: number): readonly Law[] => {
  const codecs = { name: nonEmptyString, make: anyFunction, maxMs: milliseconds() }
  checkOptions('backoffLaws', codecs, { name, make, maxMs }, undefined, ['name', 'make', 'maxMs'])
  const law = lawsOf(name, make)
  const steps = backoffSteps(maxMs)
  return [
    law(`waits from 0 to ${maxMs} ms after any number of failures`, steps, (backoff, step) => {
      const ms = backoff.delayMs(step)
      return unless(ms >= 0 && ms <= maxMs, () => `waits ${String(ms)} ms`)
    }),
    law('answers the same to the same, whatever it was asked before', fc.tuple(fc.array(steps), steps), (backoff, [past, step]) => {
      past.forEach((earlier) => backoff.delayMs(earlier))
      const frozen = Object.freeze(step)
      return same(backoff.delayMs(frozen), make().delayMs(frozen))
    }),
    law('resets after a finite span', fc.constant(null), ({ resetAfterMs }) =>
      unless(Number.isFinite(resetAfterMs) && resetAfterMs >= 0, () => `resets after ${String(resetAfterMs)} ms`)),
    law('has a name', fc.constant(null), (backoff) => unless(nonEmptyString.is(backoff.name), () => `is called ${text(backoff.name)}`)),
  ]
}

const backoffSteps = (maxMs: number): fc.Arbitrary<BackoffStep> => {
  const [few, many] = [fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })]
  return fc.record({
    failures: fc.oneof(few, many, fc.constant(Number.MAX_SAFE_INTEGER)),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    previousMs: fc.double({ min: 0, max: maxMs, noNaN: true }),
  })
}
