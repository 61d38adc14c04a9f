import type { ScalingPolicy } from '../scaling/policy.js'
import { checkLoad, planOf, type Plan, type SimulatedLoad } from './simulate-options.js'
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
 * one whose p99 of waiting and service is the lowest; of equals the smallest.
 *
 * Exact, without finishing every run. One is given up once more than a hundredth of its messages took longer than the
 * p99 of one that was tried before. Where nothing fails, a queue that is served first come, first served keeps nobody
 * longer for having more servers (J. Kiefer, J. Wolfowitz, "On the theory of queues with many servers", 1955): so up to
 * the knee, where all are equally fast, the fewest that are as good as the most are found by halving; and beyond a number
 * with which nobody waited at all, every other gives the same.
 *
 * @throws {OptionsError} Naming every option that is wrong.
 */
export const bestFixed = (load: SimulatedLoad): BestFixed => {
  checkLoad('bestFixed', load)
  const plan = planOf(load)
  const traffic = drawTraffic(plan)
  const { length } = traffic.arrivalMs
  const allowed = length - Math.ceil(length * 0.99)
  const attempt = (workers: number, rival?: Attempt): Attempt => {
    const rivalMs = rival?.measures.sojournMs.p99 ?? Infinity
    const { trace, hopeless } = runModel({ ...plan, min: workers, max: workers }, traffic, standing(workers), { trace: false, rivalMs, allowed })
    return { workers, measures: trace.measures, hopeless }
  }
  const { workers, measures } = search(plan, attempt)
  return { workers, measures }
}

interface Attempt extends BestFixed {
  readonly hopeless: boolean
}

type Try = (workers: number, rival?: Attempt) => Attempt

/** From the knee, or the most there may be, downwards; then from there upwards. */
const search = ({ min, max, downstream, failShare }: Plan, attempt: Try): Attempt => {
  const least = Math.max(1, min)
  const start = attempt(Math.max(least, Math.min(downstream.knee, max)))
  const ordered = failShare === 0
  let best = ordered ? fewest(least, start, attempt) : start
  const tried = (workers: number): Attempt => {
    const found = attempt(workers, best)
    if (!found.hopeless && isBetter(found, best)) best = found
    return found
  }
  if (!ordered) for (let workers = start.workers - 1; workers >= least; workers -= 1) tried(workers)
  const settles = ({ workers, measures }: Attempt): boolean => workers >= max || (ordered && measures.waitMs.max === 0)
  for (let last = start; !settles(last); ) last = tried(last.workers + 1)
  return best
}

/** The fewest that are as good as `start`, where fewer are never better. */
const fewest = (least: number, start: Attempt, attempt: Try): Attempt => {
  let [worse, best] = [least - 1, start]
  while (best.workers - worse > 1) {
    const middle = attempt(Math.floor((worse + best.workers) / 2), start)
    if (!middle.hopeless && isBetter(middle, best)) best = middle
    else worse = middle.workers
  }
  return best
}

const isBetter = (a: BestFixed, b: BestFixed): boolean => {
  const [p99, rival] = [a.measures.sojournMs.p99, b.measures.sojournMs.p99]
  return p99 < rival || (p99 === rival && a.workers < b.workers)
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
