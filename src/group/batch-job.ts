import type { Job } from '../core/job.js'
import type { Result } from '../core/result.js'

/** One member of a batch: its job, and the right to end it before the others. */
export interface BatchMember<I, O, W = undefined, S = undefined> extends Job<I, W, S> {
  /** Ends it as completed; false if it has ended already. */
  complete(value: O): boolean
  /** Ends its attempt as failed; false if it has ended already. */
  fail(error: unknown): boolean
}

/** What a handler of batches is given. */
export interface BatchJob<I, O, W = undefined, S = undefined> {
  readonly members: readonly BatchMember<I, O, W, S>[]
  readonly inputs: readonly I[]
  readonly address: string
  readonly worker: W
  readonly services: S
  /** Aborted with the attempt of the whole batch. */
  readonly signal: AbortSignal
}

/**
 * Members that are not ended one by one end with the batch: an array of as many values as members completes each with
 * its own; any other result completes all with `undefined`; a throw fails all that are still open.
 */
export type BatchHandler<I, O, W = undefined, S = undefined> = (job: BatchJob<I, O, W, S>) => Result<readonly O[] | undefined | void>
