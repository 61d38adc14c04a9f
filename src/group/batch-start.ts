import { EMPTY, type ObservableInput } from 'rxjs'
import type { Attempt } from './attempt.js'
import type { AttemptHost } from './attempt-host.js'
import { BatchRun } from './batch-run.js'
import type { Books } from './books.js'
import { cancelDeadline } from './deadlines.js'
import type { Item } from './item.js'
import type { Overtime } from './overtime.js'
import type { RunnerHost } from './runner-host.js'

export interface BatchStart {
  readonly books: Books
  readonly overtime: Overtime
  readonly host: RunnerHost
  /** Who is told the ends of the members. */
  readonly owner: AttemptHost
  readonly begin: (attempt: Attempt) => void
}

/** Starts the next batch on a free worker; returns what occupies its slot. */
export const startBatch = ({ books, overtime, host, owner, begin }: BatchStart): ObservableInput<unknown> => {
  const { crew } = host
  const { batch } = books.settings
  if (crew.free.length === 0) return books.dispatcher.starve()
  // Told only when the others have been begun: until then those are in no place.
  const expired: Item[] = []
  const items = books.dispatcher.takeBatch(() => books.next(expired))
  const worker = items.length === 0 ? undefined : crew.take(items.length)
  const expireAll = (): void => expired.forEach((item) => books.expire(item))
  if (batch === undefined || worker === undefined) {
    expireAll()
    return EMPTY
  }
  const giveBack = (zombie: boolean): void => (zombie ? crew.replace(worker, 0) : crew.giveBack(worker))
  const run = new BatchRun(items, worker, owner, (failure, member) => host.onFailure(failure, member), giveBack)
  for (const member of run.members) begin(member)
  expireAll()
  const deadline = overtime.limit(run.members, books.now())
  const slot = run.start(batch.handle, () => cancelDeadline(deadline))
  books.intake.admit()
  return slot
}
