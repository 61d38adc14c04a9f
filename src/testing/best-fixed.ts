import type { ScalingPolicy } from '../scaling/policy.js'
import { checkLoad, planOf, type SimulatedLoad } from './simulate-options.js'
import { runModel } from './simulate.js'
import type { Measures } from './measures.js'
import { drawTraffic } from './traffic.js'

export interface BestFixed {
  /** The number of workers. */
  readonly workers: number
  readonly measures: Measures
}

/**
 * The best fixed number of workers for a load, found with hindsight: of all numbers within the bounds (1 or more) the
 * one whose p99 of waiting and service is the lowest; of equals the smallest. Exact: numbers are only left out once
 * more than a hundredth of their messages took longer than the p99 of one that was tried before.
 *
 * @throws {OptionsError} Naming every option that is wrong.
 */
export const bestFixed = (load: SimulatedLoad): BestFixed => {
  checkLoad('bestFixed', load)
  const plan = planOf(load)
  const traffic = drawTraffic(plan)
  const { length } = traffic.arrivalMs
  const allowed = length - Math.ceil(length * 0.99)
  const attempt = (workers: number, rivalMs: number): Attempt => {
    const { trace, hopeless } = runModel({ ...plan, min: workers, max: workers }, traffic, standing(workers), { trace: false, rivalMs, allowed })
    return { workers, measures: trace.measures, hopeless }
  }
  const [first, ...others] = candidates(Math.max(1, plan.min), plan.max, plan.downstream.knee)
  let best = attempt(first, Infinity)
  for (const workers of others) {
    const found = attempt(workers, best.measures.sojournMs.p99)
    if (!found.hopeless && isBetter(found, best)) best = found
  }
  return { workers: best.workers, measures: best.measures }
}

interface Attempt extends BestFixed {
  readonly hopeless: boolean
}

const isBetter = (a: BestFixed, b: BestFixed): boolean => {
  const [p99, rival] = [a.measures.sojournMs.p99, b.measures.sojournMs.p99]
  return p99 < rival || (p99 === rival && a.workers < b.workers)
}

/** The likeliest first, so that most others are given up early: from the knee downwards, then upwards. */
const candidates = (min: number, max: number, knee: number): readonly [number, ...number[]] => {
  const likeliest = Math.max(min, Math.min(knee, max))
  const others = Array.from({ length: max - min + 1 }, (_, i) => min + i).filter((workers) => workers !== likeliest)
  return [likeliest, ...others.filter((workers) => workers < likeliest).toReversed(), ...others.filter((workers) => workers > likeliest)]
}

const standing = (workers: number): ScalingPolicy<null> => ({
  name: `fixed ${workers}`, initial: null, step: (state) => ({ state, wanted: workers, reason: 'withinRange' }),
})

/** What can be reached by whoever knows the best fixed number beforehand. */
export interface Clairvoyant {
  /** The best fixed number: the most that are ever alive. */
  readonly most: number
  /** p99 of waiting and service, in ms: that of the best fixed number. */
  readonly p99Ms: number
  readonly workerSeconds: number
}

/**
 * A bound for policies: the work of the best fixed number, started at the same moments, by workers that are alive only
 * while they work. That takes as many worker-seconds as there is work, and nobody who starts the same work at the same
 * moments needs fewer, since whoever works is alive. The p99 is thus the best fixed number's own; it is a bound for
 * what a number that moves may save, not for how short a wait could be made by one that moves cleverly.
 */
export const clairvoyant = ({ workers, measures }: BestFixed): Clairvoyant => ({
  most: workers,
  p99Ms: measures.sojournMs.p99,
  workerSeconds: measures.busySeconds,
})
