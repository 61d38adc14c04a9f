import type { Quantiles } from './quantiles.js'

/** `scaling`: as many workers as the policy wants; `single`: exactly one; `oneTime`: for one message, then the group completes. */
export type Instance = 'scaling' | 'single' | 'oneTime'

export type Phase = 'idle' | 'running' | 'restarting' | 'paused' | 'draining' | 'stopped'

/** A group in numbers: plain data that serialises to JSON. Counts are totals since the group was made. */
export interface GroupStats {
  readonly address: string
  readonly instance: Instance
  /** Name of the supervision strategy. */
  readonly supervision: string
  /** Name of the scaling policy. */
  readonly scaling: string
  readonly phase: Phase
  readonly min: number
  readonly max: number
  /** Workers whose resource is acquired: now. */
  readonly live: number
  /** `max − live`. */
  readonly available: number
  /** Workers at work: now. */
  readonly busy: number
  /** Workers the policy wants: now, and why. */
  readonly wanted: number
  readonly reason: string
  /** Accepted, not started: now. */
  readonly waiting: number
  /** Started, not settled: now. */
  readonly inFlight: number
  /** Failed and waiting for another try: now. */
  readonly retrying: number
  /** Handlers that ignored their abort and still run: now. */
  readonly zombies: number
  /** Items accepted. `received = waiting + inFlight + retrying + processed + every other outcome`. */
  readonly received: number
  /** Items completed. */
  readonly processed: number
  readonly failed: number
  readonly rejected: number
  readonly timedOut: number
  readonly cancelled: number
  readonly expired: number
  readonly dropped: number
  readonly handedBack: number
  /** Attempts that failed, whatever became of their item. */
  readonly failures: number
  readonly escalations: number
  readonly restarts: number
  /** Workers created, stopped (whatever the cause) and, of these, stopped for idleness. */
  readonly created: number
  readonly stopped: number
  readonly idled: number
  /** Over the sliding window, in ms: acceptance to first start, start to settlement, acceptance to settlement. */
  readonly waitMs: Quantiles
  readonly serviceMs: Quantiles
  readonly sojournMs: Quantiles
}

/** What a drained group leaves behind. */
export interface DrainReport {
  /** Since the drain began: items completed, */
  readonly completed: number
  /** items that ended as failed, timed out, rejected or expired, */
  readonly failed: number
  /** items returned unstarted, */
  readonly handedBack: number
  /** items aborted at the deadline. */
  readonly aborted: number
  /** Handlers that ignored their abort past the grace and still run. */
  readonly zombies: number
}
