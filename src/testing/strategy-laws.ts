import * as fc from 'fast-check'
import { anyFunction, checkOptions, nonEmptyString } from '../core/options.js'
import type { Directive, SupervisionStrategy } from '../supervision/strategy.js'
import { failures } from './failure-arbitraries.js'
import { type Law, lawsOf } from './law.js'
import { same, text, unless } from './policy-trial.js'

/**
 * The laws that every supervision strategy keeps: a directive that can be carried out for any failure, the same to the
 * same, nothing changed, and a name.
 *
 * @param name - What titles begin with.
 * @param make - Makes the strategy, with the same parameters each time.
 * @throws {OptionsError}
 * @example
 * for (const { title, check } of strategyLaws('mine', () => mine())) it(title, () => check())
 */
export const strategyLaws = (name: string, make: () => SupervisionStrategy): readonly Law[] => {
  checkOptions('strategyLaws', { name: nonEmptyString, make: anyFunction }, { name, make }, undefined, ['name', 'make'])
  const law = lawsOf(name, make)
  return [
    law('answers every failure with a directive that can be carried out', failures(), (strategy, failure) => {
      const directive = strategy.decide(failure)
      return unless(canBeDone(directive), () => `answers ${text(directive)}`)
    }),
    law('answers the same to the same, whatever it was asked before', fc.tuple(fc.array(failures()), failures()), (strategy, [past, failure]) => {
      past.forEach((earlier) => strategy.decide(earlier))
      return same(strategy.decide(failure), make().decide(failure))
    }),
    law('does not change the failure', failures(), (strategy, failure) => {
      const before = { ...failure }
      const first = strategy.decide(failure)
      return unless(alike(before, failure), () => `changes the failure to ${text(failure)}`) ?? same(first, strategy.decide(Object.freeze(before)))
    }),
    law('has a name', fc.constant(null), (strategy) => unless(nonEmptyString.is(strategy.name), () => `is called ${text(strategy.name)}`)),
  ]
}

const alike = (one: object, other: object): boolean => {
  const parts = Object.entries(one)
  return parts.length === Object.keys(other).length && parts.every(([part, value]) => Object.is(Reflect.get(other, part), value))
}

const canBeDone = (directive: Directive): boolean => {
  switch (directive.type) {
    case 'resume':
    case 'stopAndEscalate':
      return true
    case 'restartOne':
      return canRestart(directive)
    case 'restartAll':
      return canRestart(directive) && (directive.inFlight === 'finish' || directive.inFlight === 'abort')
    default:
      return false
  }
}

type Restart = Extract<Directive, { readonly type: 'restartOne' | 'restartAll' }>

const canRestart = ({ backoff, intensity: { maxRestarts, withinMs } }: Restart): boolean => {
  const waits = [1, 2, 100, Number.MAX_SAFE_INTEGER].map((failed) => backoff.delayMs({ failures: failed, random: 0.5, previousMs: 0 }))
  return maxRestarts >= 0 && withinMs > 0 && waits.every((ms) => Number.isFinite(ms) && ms >= 0)
}
