import type { Reason } from '../scaling/policy.js'
import type { Measures } from './measures.js'

/** What a policy saw and decided at one moment. */
export interface TraceDecision {
  /** In ms from the start. */
  readonly atMs: number
  /** Accepted, not started: as the sample had it, and so on. */
  readonly waiting: number
  /** Workers alive. */
  readonly live: number
  /** Workers at work. */
  readonly busy: number
  /** The policy's answer, within the bounds. */
  readonly wanted: number
  /** The policy's reason, or `limited` where a bound changed its answer. */
  readonly reason: Reason
}

/** From this moment on, so many workers are alive. */
export interface TraceStep {
  readonly atMs: number
  readonly live: number
}

/** When what happened to each message, in ms from the start: the nth of each list is about the nth message; `NaN` where it did not happen. */
export interface TraceMessages {
  readonly arrivedMs: Float64Array
  /** The start of the first attempt. */
  readonly startedMs: Float64Array
  /** The one outcome. */
  readonly endedMs: Float64Array
}

/** What a simulated group did. */
export interface Trace {
  readonly policy: string
  /** Every decision in order; empty if the run was asked to keep none. */
  readonly decisions: readonly TraceDecision[]
  /** Every change of the number of live workers; empty if the run was asked to keep none. */
  readonly workers: readonly TraceStep[]
  readonly messages: TraceMessages
  /** When the run was over, in ms. */
  readonly endMs: number
  readonly measures: Measures
}
