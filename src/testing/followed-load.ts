import type { LoadSample } from '../core/load.js'
import type { ScalingPolicy } from '../scaling/policy.js'

interface Following {
  /** The bounds and the workers to begin with; what waits and runs of it together is the work there is. */
  readonly load: LoadSample
  readonly moments: readonly number[]
  readonly everyMs: number
}

/** How long each piece of work takes, in ms: the same however many run. */
const SERVICE_MS = 100

/**
 * The answers of a policy that is obeyed at once, under steady work: as much runs as there are workers for, the rest
 * waits as long as the load says, and workers beyond it are idle.
 */
export const followed = <S>(policy: ScalingPolicy<S>, from: S, { load, moments, everyMs }: Following): readonly number[] => {
  const work = load.waiting + load.inFlight
  let [state, live] = [from, load.live]
  let idleMs: readonly number[] = []
  return moments.map((nowMs) => {
    const inFlight = Math.min(work, live)
    idleMs = Array.from({ length: live - inFlight }, (_, at) => (idleMs[at] ?? 0) + everyMs)
    const decision = policy.step(state, { ...steady(inFlight, work - inFlight, load, everyMs), nowMs, live, idleMs })
    state = decision.state
    live = decision.wanted
    return live
  })
}

const steady = (inFlight: number, waiting: number, { min, max, oldestWaitMs }: LoadSample, everyMs: number): Omit<LoadSample, 'nowMs' | 'live' | 'idleMs'> => {
  const ended = Math.floor((inFlight * everyMs) / SERVICE_MS)
  return {
    windowMs: everyMs, min, max, waiting, inFlight, maxInFlight: inFlight, arrivals: ended, completions: ended, failures: 0,
    oldestWaitMs: waiting > 0 ? oldestWaitMs : 0,
    busyMs: inFlight * everyMs,
    ...(ended > 0 ? { serviceMs: { p50: SERVICE_MS, p90: SERVICE_MS, p99: SERVICE_MS } } : {}),
  }
}
