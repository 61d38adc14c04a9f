import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { describe } from '../core/describe.js'

/** What a result rejects with when its `TaskEither` ended with a left that is no `Error`. */
export class LeftError extends Error {
  override readonly name = 'LeftError'

  /** The left, as it was. */
  readonly left: unknown

  constructor(value: unknown) {
    super(describe(value))
    this.left = value
  }
}

/**
 * Runs a `TaskEither` as an action's result: `handle: (job) => fromTaskEither(resize(job.input))`. Resolves to the
 * right; rejects with the left, as it is if it is an `Error` and within a `LeftError` otherwise.
 */
export const fromTaskEither = async <E, A>(task: TaskEither<E, A>): Promise<A> => {
  const either = await task()
  if (either._tag === 'Right') return either.right
  throw either.left instanceof Error ? either.left : new LeftError(either.left)
}
