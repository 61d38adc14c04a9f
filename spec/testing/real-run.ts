import { map, Subject, timer, type Observable } from 'rxjs'
import type { Job } from '../../src/core/job.js'
import type { LoadSample } from '../../src/core/load.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { constant } from '../../src/supervision/constant.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { planOf, type SimulatedLoad } from '../../src/testing/simulate-options.js'
import { attemptMs, drawTraffic, failureChance } from '../../src/testing/traffic.js'
import { VirtualTime } from '../support/virtual-time.js'

const MOST_STEPS = 200_000

/** What can be compared of a run, of a real group or a modelled one. */
export interface Observed {
  /** Every sample, as the policy saw it. */
  readonly loads: readonly LoadSample[]
  /** Every decision, as `wanted reason @ms`. */
  readonly decisions: readonly string[]
  readonly startedMs: readonly number[]
  readonly endedMs: readonly number[]
  readonly live: number
  readonly completed: number
  readonly failed: number
  readonly restarts: number
}

/** A policy that keeps what it was shown. */
export const watched = (policy: ScalingPolicy, loads: LoadSample[]): ScalingPolicy => ({
  ...policy,
  step: (state, load) => {
    loads.push(load)
    return policy.step(state, load)
  },
})

/** Runs a real group in virtual time with what `simulate` would give its model. */
export const realRun = (load: SimulatedLoad, policy: ScalingPolicy): Observed => {
  const plan = planOf(load)
  const traffic = drawTraffic(plan)
  const { arrivalMs } = traffic
  const clock = new VirtualTime()
  const [loads, decisions]: [LoadSample[], string[]] = [[], []]
  const startedMs: number[] = Array.from(arrivalMs, () => Number.NaN)
  const endedMs: number[] = Array.from(arrivalMs, () => Number.NaN)
  let busy = 0
  let ended = 0
  const action = ({ input, attempt }: Job<number>): Observable<number> => {
    busy += 1
    if (attempt === 1) startedMs[input] = clock.now()
    const spanMs = attemptMs(traffic, input, attempt) * plan.downstream.slowdown(busy)
    return timer(spanMs, clock).pipe(map(() => {
      busy -= 1
      if (failureChance(traffic, input, attempt) < plan.failShare) throw new Error('as planned')
      return input
    }))
  }
  const decided = (): void => {
    const { wanted, reason } = group.stats()
    const last = loads.at(-1)
    if (last !== undefined) decisions.push(`${wanted} ${reason} @${last.nowMs}`)
  }
  const asked = watched(policy, loads)
  const group = workerGroup<number, number>({
    action,
    workers: { min: plan.min, max: plan.max },
    scaling: { ...asked, step: (state, sample) => {
      decided()
      return asked.step(state, sample)
    } },
    supervision: plan.restartAfterMs === undefined ? resume() : restartOne({ backoff: constant(plan.restartAfterMs), maxRestarts: Infinity }),
    retry: { maxAttempts: plan.maxAttempts, backoff: constant(plan.retryAfterMs) },
    sampleEveryMs: plan.sampleEveryMs,
    scheduler: clock,
    ...(plan.capacity === Infinity ? {} : { capacity: plan.capacity }),
    ...(plan.startMs > 0 ? { worker: { acquire: () => timer(plan.startMs, clock).pipe(map(() => undefined)) } } : {}),
  })
  group.outcomes$.subscribe(({ message }) => {
    ended += 1
    endedMs[message.payload] = clock.now()
  })
  const source$ = new Subject<number>()
  arrivalMs.forEach((atMs, i) => clock.schedule(() => (plan.capacity === Infinity ? source$.next(i) : void group.offer(i)), atMs))
  if (plan.capacity === Infinity) source$.pipe(group.run()).subscribe()
  else group.start()
  for (let left = MOST_STEPS; clock.step(ended < arrivalMs.length ? Infinity : plan.untilMs); left -= 1) {
    if (left === 0) throw new Error(`no end after ${MOST_STEPS} steps, at ${clock.now()} ms`)
  }
  decided()
  const { processed, failed, restarts, live } = group.stats()
  return { loads, decisions, startedMs, endedMs, live, completed: processed, failed, restarts }
}
