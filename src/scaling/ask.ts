import { describe } from '../core/describe.js'
import type { LoadSample } from '../core/load.js'
import { isPromise } from '../core/result.js'
import { PolicyError } from './policy-error.js'
import type { ScalingDecision, ScalingPolicy } from './policy.js'

/**
 * The policy's answer, which wants a whole number of workers.
 *
 * @throws {PolicyError} When the policy throws, or answers anything else.
 */
export const ask = <S>(policy: ScalingPolicy<S>, state: S, load: LoadSample): ScalingDecision<S> => {
  const decision = step(policy, state, load)
  if (Number.isInteger(decision.wanted)) return decision
  throw new PolicyError(policy.name, `wants ${describe(decision.wanted)} workers, which is no whole number`)
}

const step = <S>(policy: ScalingPolicy<S>, state: S, load: LoadSample): ScalingDecision<S> => {
  try {
    return decided(policy.name, policy.step(state, load))
  } catch (cause) {
    // One policy inside another is at fault itself.
    throw cause instanceof PolicyError ? cause : new PolicyError(policy.name, `failed: ${describe(cause)}`, { cause })
  }
}

/** Types keep a promise or nothing from being answered; plain JavaScript does not. */
const decided = <S>(name: string, answer: ScalingDecision<S>): ScalingDecision<S> => {
  if (typeof answer !== 'object' || answer === null) throw new PolicyError(name, `answered ${describe(answer)}, which is no decision`)
  if (!isPromise(answer)) return answer
  // Nobody waits for it, so nobody would handle its rejection.
  void Promise.resolve(answer).then(undefined, () => undefined)
  throw new PolicyError(name, 'answered a promise, but has to answer at once')
}
