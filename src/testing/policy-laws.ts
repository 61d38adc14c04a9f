import * as fc from 'fast-check'
import { anyFunction, anything, checkOptions, flag, milliseconds, nonEmptyString, whole, wholeOrInfinity } from '../core/options.js'
import type { ScalingPolicy } from '../scaling/policy.js'
import { type Law, lawsOf } from './law.js'
import { brokenLoads, type LoadOptions, loads } from './load-arbitraries.js'
import { answerLaws, holdingLaw } from './policy-answers.js'
import { growingLaw, restLaws, stepLaw } from './policy-moves.js'
import type { PolicyTrial } from './policy-trial.js'

export interface PolicyLawOptions {
  /** Whether it wants no fewer when more waits, all else equal; default false. */
  readonly demandDriven?: boolean | undefined
  /** The largest rise from one sample to the next while the bounds stay, in workers: 0 or more; default any. */
  readonly maxRise?: number | undefined
  /** The largest fall from one sample to the next while the bounds stay, in workers: 0 or more; default any. */
  readonly maxFall?: number | undefined
  /** Samples after which a constant load has a constant answer: 0 or more, default 200; `Infinity` for a policy that never rests, as one that explores. */
  readonly settlesAfter?: number | undefined
  /** Changes of direction it may take until it rests: 0 or more, default 2. */
  readonly maxTurns?: number | undefined
  /** The span between two samples of a constant load, in ms: 1 or more, default 60,000. */
  readonly everyMs?: number | undefined
  /** Whether it also rests where its answers are followed: under steady work, of which as much waits as finds no worker; default true. */
  readonly followed?: boolean | undefined
  /** Whether it keeps its last answer while nothing is known but the bounds; default true. */
  readonly holds?: boolean | undefined
  /** The loads it is tried under; default those of `loads()`. */
  readonly loads?: LoadOptions | undefined
}

const OPTIONS = {
  demandDriven: flag, maxRise: whole(0), maxFall: whole(0), settlesAfter: wholeOrInfinity(0), maxTurns: whole(0), everyMs: milliseconds(1),
  followed: flag, holds: flag, loads: anything,
}

/**
 * The laws that every scaling policy keeps, each tried after any past: a finite whole number within the bounds, the same
 * to the same, nothing changed, a state that travels as JSON, the last answer while nothing is known, a clock that goes
 * back taken as one that stands still, and rest under constant load in bounded steps and turns. By option also: a bounded
 * rise and fall, and never fewer because more waits.
 *
 * @param name - What titles begin with.
 * @param make - Makes the policy, with the same parameters each time.
 * @throws {OptionsError}
 * @example
 * for (const { title, check } of policyLaws('mine', () => mine())) it(title, () => check())
 */
export const policyLaws = <S>(name: string, make: () => ScalingPolicy<S>, options: PolicyLawOptions = {}): readonly Law[] => {
  checkOptions('policyLaws', { name: nonEmptyString, make: anyFunction }, { name, make }, undefined, ['name', 'make'])
  checkOptions('policyLaws', OPTIONS, options)
  const { demandDriven = false, maxRise, maxFall, settlesAfter = 200, maxTurns = 2, everyMs = 60_000, followed = true, holds = true } = options
  const trial = trialOf(name, make, options.loads)
  return [
    ...answerLaws(trial),
    ...(holds ? [holdingLaw(trial)] : []),
    ...(settlesAfter === Infinity ? [] : restLaws(trial, { settlesAfter, maxTurns, everyMs, followed })),
    ...(maxRise === undefined ? [] : [stepLaw(trial, `never rises by more than ${maxRise} at once`, (by) => by <= maxRise)]),
    ...(maxFall === undefined ? [] : [stepLaw(trial, `never falls by more than ${maxFall} at once`, (by) => -by <= maxFall)]),
    ...(demandDriven ? [growingLaw(trial)] : []),
  ]
}

const trialOf = <S>(name: string, make: () => ScalingPolicy<S>, options?: LoadOptions): PolicyTrial<S> => {
  const [load, broken] = [loads(options), brokenLoads(options)]
  return { law: lawsOf(name, make), make, load, broken, past: fc.array(fc.oneof(load, broken), { maxLength: 12 }) }
}
