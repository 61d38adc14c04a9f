import type { GroupStats, Phase } from '../core/group-stats.js'
import type { LoadSample } from '../core/load.js'
import type { Measures } from '../core/vitals.js'
import { PolicyError } from '../scaling/policy-error.js'
import type { Books } from './books.js'
import type { Crew } from './crew.js'
import type { Settings } from './settings.js'

/** How things are in a group, for the policy that scales it. Takes what happened since the sample before. */
export const loadSample = ({ settings: { min, max, clock }, ledger, waiting }: Books, { live, free }: Crew, nowMs: number, oldestMs: number | undefined): LoadSample => ({
  nowMs: clock.epochMs(nowMs),
  min,
  max,
  live,
  waiting,
  inFlight: ledger.inFlight,
  oldestWaitMs: oldestMs === undefined ? 0 : Math.max(0, nowMs - oldestMs),
  idleMs: free.map(({ idleSinceMs }) => Math.max(0, nowMs - idleSinceMs)),
  ...ledger.flow(nowMs),
})

/** How the process is, if the group measures that. What goes wrong is told, and then nothing is measured. */
export const measures = ({ vitals, scaling }: Settings, tell: (error: PolicyError) => void): Measures | undefined => {
  try {
    const measured = vitals?.()
    return measured && { eventLoopUtilization: measured.eventLoopUtilization, memory: measured.memory }
  } catch (error) {
    tell(new PolicyError(scaling.name, `goes without vitals: ${String(error)}`, { cause: error }))
    return undefined
  }
}

/** A group in numbers, for those who look on. */
export const groupStats = (books: Books, { live, wanted, created, stopped, idled, free }: Crew, phase: Phase, reason: string): GroupStats => {
  const { settings, ledger, waiting } = books
  const { address, instance, supervision, scaling, min, max } = settings
  const { received, inFlight, retrying, zombies, failures, escalations, restarts } = ledger
  const { completed, ...outcomes } = ledger.outcomes
  return {
    address,
    instance,
    supervision: supervision.name,
    scaling: scaling.name,
    phase,
    min,
    max,
    live,
    available: max - live,
    busy: live - free.length,
    wanted,
    reason,
    waiting,
    inFlight,
    retrying,
    zombies,
    received,
    processed: completed,
    ...outcomes,
    failures,
    escalations,
    restarts,
    created,
    stopped,
    idled,
    ...ledger.quantiles(books.now()),
  }
}
