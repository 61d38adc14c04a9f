import type { Either } from 'fp-ts/lib/Either.js'
import type { Job } from './job.js'
import type { Result } from './result.js'

/** What a group does with an item when nothing is to be decoded. */
export type Handler<I = unknown, O = unknown, W = undefined, S = undefined> = (job: Job<I, W, S>) => Result<O>

/** A named handler with the shapes of what goes in and comes out. */
export interface Action<I = unknown, O = unknown, W = undefined, S = undefined> {
  readonly name: string
  /** The payload as the handler will see it, or a readable report of what is wrong with it. Never throws. */
  decode(payload: unknown): Either<string, I> | Promise<Either<string, I>>
  handle(job: Job<I, W, S>): Result<O>
}
