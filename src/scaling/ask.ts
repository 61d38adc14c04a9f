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
  const fault = (reason: string, options?: ErrorOptions): PolicyError => new PolicyError(policy.name, reason, options)
  let answer: ScalingDecision<S>
  try {
    answer = policy.step(state, load)
  } catch (cause) {
    // One policy inside another is at fault itself.
    throw cause instanceof PolicyError ? cause : fault(`failed: ${describe(cause)}`, { cause })
  }
  // Types keep a promise or nothing from being answered; plain JavaScript does not.
  if (typeof answer !== 'object' || answer === null) throw fault(`answered ${describe(answer)}, which is no decision`)
  if (isPromise(answer)) {
    // Nobody waits for it, so nobody would handle its rejection.
    void answer.then(undefined, () => undefined)
    throw fault('answered a promise, which is no decision')
  }
  if (Number.isInteger(answer.wanted)) return answer
  throw fault(`wants ${describe(answer.wanted)} workers, which is no whole number`)
}
