import * as t from 'io-ts'
import type { LoadSample } from '../core/load.js'
import { check, checkOptions, having } from '../core/options.js'
import { ask } from './ask.js'
import { withinBounds } from './bounds.js'
import type { ScalingDecision, ScalingPolicy } from './policy.js'
import { soonest } from './wake.js'

/** Whether the one number of workers is rather to be taken than the other. */
type Better = (wanted: number, than: number) => boolean

const isPolicy = having('a scaling policy', 'step')

const POLICIES = check('one scaling policy or more', (value): value is unknown => t.UnknownArray.is(value) && value.length > 0 && value.every(isPolicy.is))

/** The policy that asks several and takes the best answer with its reason; of equal ones the first. */
export const bestOf = (name: string, policies: readonly ScalingPolicy[], better: Better): ScalingPolicy<readonly unknown[]> => {
  checkOptions(name, { policies: POLICIES }, { policies }, undefined, ['policies'])
  return {
    name: `${name}(${policies.map((policy) => policy.name).join(', ')})`,
    initial: policies.map(({ initial }) => initial),
    wake: soonest(...policies.map(({ wake }) => wake)),
    step: (states, load) => {
      const decisions = policies.map((policy, at) => within(ask(policy, states[at], load), load))
      const best = decisions.reduce((one, other) => (better(other.wanted, one.wanted) ? other : one))
      return { state: decisions.map(({ state }) => state), wanted: best.wanted, reason: best.reason }
    },
  }
}

/** Pulled into the bounds before it is compared: what no group would have decides nothing. */
const within = (decision: ScalingDecision<unknown>, load: LoadSample): ScalingDecision<unknown> => {
  const wanted = withinBounds(decision.wanted, load)
  return wanted === decision.wanted ? decision : { ...decision, wanted, reason: 'limited' }
}
