import type { Observable, OperatorFunction } from 'rxjs'
import type { DrainReport, GroupStats, Phase } from '../core/group-stats.js'
import type { Envelope } from '../core/message.js'
import type { Outcome } from '../core/outcome.js'
import type { Escalation } from '../supervision/escalation.js'
import type { DrainOptions } from './group-options.js'

/** The envelope of an item, and what its sender wants to say or hear. */
export interface OfferOptions<I = unknown, O = unknown> extends Envelope {
  /** Withdraws it: while it waits for room, waits in the line (ends as `cancelled`), or runs (its job is aborted). */
  readonly signal?: AbortSignal | undefined
  /** Told its one outcome, at once and before `outcomes$`. What it throws is reported and changes nothing. */
  readonly onOutcome?: ((outcome: Outcome<I, O>) => void) | undefined
  /** What a scaling policy is told as waiting: `'room'` (default), its sender while the line is full; `'line'`, also the item while it stands in the line. */
  readonly waits?: 'room' | 'line' | undefined
}

/** What to do with a push source that is faster than the group. */
export interface RunOptions {
  /** `'error'` (default) errors the output; the others end an item as `dropped`. */
  readonly overflow?: 'error' | 'dropNewest' | 'dropOldest' | undefined
  /** Items this source may have waiting: 1 or more, default 65,536. */
  readonly capacity?: number | undefined
}

export type Pullable<I> = Iterable<I> | AsyncIterable<I> | ReadableStream<I>

export interface DrainCall extends DrainOptions {
  /** At the deadline: `'abort'` (default) aborts what runs; unstarted items are handed back at once in either case; `'handBack'` also hands back what was aborted, where `'abort'` ends it as `cancelled`. */
  readonly then?: 'abort' | 'handBack' | undefined
}

/** A supervised, autoscaling group of workers. It starts by itself on first use. */
export interface WorkerGroup<I = unknown, O = unknown> extends AsyncDisposable {
  readonly name: string
  readonly address: string
  /** Aborted when the group stops. */
  readonly signal: AbortSignal
  /** Resolves when the line has accepted it, waiting while it is full; rejects with `GroupClosedError` once the group takes nothing. */
  offer(input: I, options?: OfferOptions<I, O>): Promise<void>
  /** Offers it and resolves to its value; rejects with the handler's own error, or an `OutcomeError` for any other end. */
  submit(input: I, options?: OfferOptions<I, O>): Promise<O>
  /** An operator for push sources: one outcome for each value. Completes after the source and its last outcome; an error of the source passes through after them; unsubscribing withdraws what is open. */
  run(options?: RunOptions): OperatorFunction<I, Outcome<I, O>>
  /** Pulls only as the line has room. Completes, errors and unsubscribes as `run`; the iterator is returned. */
  consume(source: Pullable<I>): Observable<Outcome<I, O>>
  /** Every outcome as it happens; completes when the group has stopped. */
  readonly outcomes$: Observable<Outcome<I, O>>
  readonly escalations$: Observable<Escalation<I>>
  /** Replays the latest; at most one per `statsEveryMs`, and the last when the group has stopped. */
  readonly stats$: Observable<GroupStats>
  readonly status$: Observable<Phase>
  /** How many items may run at once: live workers, less those about to leave; 0 while paused. Replays the latest. */
  readonly live$: Observable<number>
  stats(): GroupStats
  start(): void
  /** Starts nothing more until `resume()`; what runs goes on, and the line still accepts. */
  pause(): void
  resume(): void
  /** Stops intake, hands waiting items back, waits for what runs until the deadline. Twice is the same drain; a nearer deadline shortens it. */
  drain(options?: DrainCall): Promise<DrainReport>
  /** `drain({ deadlineMs: 0 })`. */
  stop(): Promise<DrainReport>
  /** Resolves when the group has stopped, whatever stopped it. */
  wait(): Promise<DrainReport>
  /** Resolves when no restart is under way. */
  restarted(): Promise<void>
  /** Resolves when every accepted item has its outcome and nobody waits for room. */
  idle(): Promise<void>
}

/** Offered to a group that takes nothing any more. */
export class GroupClosedError extends Error {
  override readonly name = 'GroupClosedError'

  constructor(group: string) {
    super(`${group} takes nothing any more: it is stopping or has stopped`)
  }
}

/** Why `submit` has no value: every outcome but `completed` and `failed`. */
export class OutcomeError extends Error {
  override readonly name = 'OutcomeError'
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super(`the item ${outcome.message.id} ended as ${outcome.type}${'reason' in outcome ? `: ${outcome.reason}` : ''}`)
    this.outcome = outcome
  }
}
