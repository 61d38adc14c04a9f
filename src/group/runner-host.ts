import type { Failure } from '../core/failure.js'
import type { Attempt } from './attempt.js'
import type { Crew } from './crew.js'
import type { Item } from './item.js'
import type { OvertimeHost } from './overtime.js'

/** Where a completed value goes before its item counts as completed; false if it was refused. */
export type HandOver = (value: unknown, item: Item, signal: AbortSignal) => PromiseLike<boolean>

export interface RunnerHost extends OvertimeHost {
  readonly crew: Crew
  /** Whether the group is stopping: then nothing is tried again. */
  closing(): boolean
  /** Sees to the worker of a failed attempt; what it returns is called once the item's fate is settled. */
  onFailure(failure: Failure, attempt: Attempt): () => void
  onChange(): void
}
