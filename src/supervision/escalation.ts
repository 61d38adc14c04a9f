import type { Failure } from '../core/failure.js'
import type { Message } from '../core/message.js'

/** A waiting item that a stopped group lets go. */
export interface Pending<I = unknown> {
  readonly message: Message<I>
  /**
   * Takes the item over: true once, while the escalation is being told; its outcome is then `handedBack` and it is
   * the caller's to see to. What nobody claims is handed back to its source.
   */
  claim(): boolean
}

/** What is told when supervision did more than resume. */
export interface Escalation<I = unknown> {
  /** The group's address. */
  readonly group: string
  readonly failure: Failure
  /** `restart`: the group goes on. `killAndEscalate`: it has stopped. */
  readonly protocol: 'restart' | 'killAndEscalate'
  /** The message whose attempt failed; absent when no message was at fault. */
  readonly offending: Message<I> | undefined
  /** What had been waiting; empty with `restart`. */
  readonly pending: readonly Pending<I>[]
  /** Restarts within the intensity's window, this one included. */
  readonly restarts: number
  /** The moment, on the scheduler, in ms. */
  readonly atMs: number
}
