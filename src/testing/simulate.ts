import type { ScalingPolicy } from '../scaling/policy.js'
import { GroupModel } from './group-model.js'
import { checkSimulate, planOf, type Plan, type SimulateOptions } from './simulate-options.js'
import { Tally } from './tally.js'
import type { Trace } from './trace.js'
import { drawTraffic, type Traffic } from './traffic.js'

/**
 * Runs a policy against a discrete-event model of a worker group: the same arrivals, samples, wake moments, starts and
 * ends as a real group has in virtual time, a million messages in a second or two. The same input gives the same trace,
 * to the bit; what is drawn for a message (its arrival, its service time, its failures) depends on the seed and on the
 * message alone, so that every policy meets the same.
 *
 * It begins empty, with no worker, and is over when every message has its outcome and `untilMs` has passed, or when
 * the policy has left what waits without a worker for 10,000 samples on end.
 *
 * @throws {OptionsError} Naming every option that is wrong.
 * @throws {Error} When the policy throws (its own error), or wants something that is no whole number.
 * @example
 * const { measures } = simulate({
 *   policy: demand(), arrivals: poisson(50), service: lognormal(100, 1), downstream: thrashing(20),
 *   bounds: { min: 1, max: 64 }, count: 100_000, seed: 7,
 * })
 */
export const simulate = (options: SimulateOptions): Trace => {
  checkSimulate(options)
  const plan = planOf(options)
  return runModel(plan, drawTraffic(plan), options.policy, { trace: options.trace ?? true }).trace
}

export interface RunOptions {
  readonly trace: boolean
  readonly rivalMs?: number
  readonly allowed?: number
}

export interface Run {
  readonly trace: Trace
  /** Whether it was given up, since it could not end better than its rival. */
  readonly hopeless: boolean
}

const MOST_SAMPLES_ON_END = 10_000

export const runModel = (plan: Plan, traffic: Traffic, policy: ScalingPolicy, { trace, rivalMs = Infinity, allowed = Infinity }: RunOptions): Run => {
  const tally = new Tally({ policy: policy.name, arrivalMs: traffic.arrivalMs, knee: plan.downstream.knee, trace, rivalMs, allowed })
  const model = new GroupModel(plan, traffic, policy, tally)
  const horizonMs = Number.isFinite(plan.untilMs) ? plan.untilMs : 0
  model.start()
  for (let still = 0; still < MOST_SAMPLES_ON_END && !tally.hopeless; still = model.still ? still + 1 : 0) {
    if (model.nextMs > horizonMs && (model.done || model.nextMs === Infinity)) break
    model.step()
  }
  model.rest(horizonMs)
  return { trace: tally.trace(model.nowMs), hopeless: tally.hopeless }
}
