import type { Failure } from './failure.js'
import type { Message } from './message.js'

interface Settled<I> {
  /** The item, in its envelope. */
  readonly message: Message<I>
  /** Tries made, counted from 1; 0 if it was never started. */
  readonly attempts: number
  /** From acceptance to the first start (or to the end, if it never started), in ms. */
  readonly waitMs: number
  /** The last attempt's time from start to settlement, in ms; 0 if it was never started. */
  readonly serviceMs: number
}

export interface Completed<I, O> extends Settled<I> {
  readonly type: 'completed'
  readonly value: O
}
/** Every attempt failed. */
export interface Failed<I> extends Settled<I> {
  readonly type: 'failed'
  readonly failure: Failure
}
/** The payload did not decode; it never reached the handler. */
export interface Rejected<I> extends Settled<I> {
  readonly type: 'rejected'
  readonly reason: string
}
export interface TimedOut<I> extends Settled<I> {
  readonly type: 'timedOut'
  readonly failure: Failure
}
/** Stopped while it ran, or withdrawn by its sender. */
export interface Cancelled<I> extends Settled<I> {
  readonly type: 'cancelled'
  readonly reason: string
}
/** The sender's patience ended before it was started. */
export interface Expired<I> extends Settled<I> {
  readonly type: 'expired'
}
/** Overflow, by the rule the user chose. */
export interface Dropped<I> extends Settled<I> {
  readonly type: 'dropped'
}
/** Returned to its source unstarted, or between two attempts. */
export interface HandedBack<I> extends Settled<I> {
  readonly type: 'handedBack'
  /** `source`: it is the source's again. `claimant`: a listener of the escalation took it over. */
  readonly to: 'source' | 'claimant'
}

/** The one end of an accepted item. */
export type Outcome<I = unknown, O = unknown> = Completed<I, O> | Failed<I> | Rejected<I> | TimedOut<I> | Cancelled<I> | Expired<I> | Dropped<I> | HandedBack<I>

export type OutcomeType = Outcome['type']
