import type { Either } from 'fp-ts/lib/Either.js'
import type { Message } from '../core/message.js'
import type { Undecodable } from './bus.js'
import type { MemoryDelivery } from './memory-delivery.js'
import type { Line, Linked } from './memory-line.js'
import type { MemoryMember } from './memory-member.js'
import type { Due } from './memory-retries.js'

/** A message as its topic has it, shared by every group of the topic. */
export interface Stored {
  readonly message: Either<Undecodable, Message>
  /** A dead letter that was sent back meanwhile: groups that still have it let it go. */
  taken: boolean
}

/** A message as one group has it: in exactly one of its lines at a time. */
export class Entry implements Linked<Entry>, Due {
  line: Line<Entry> | undefined = undefined
  before: Entry | undefined = undefined
  after: Entry | undefined = undefined
  readonly stored: Stored
  /** Order of arrival. */
  readonly seq: number
  /** Messages of one key go one at a time. */
  readonly key: string | undefined
  /** Deliveries so far. */
  attempt = 0
  firstAtMs = 0
  /** The end of the lease, or of the wait for a retry. */
  dueMs = 0
  /** The delivery that may settle it; any other is too late. */
  holder: MemoryDelivery | undefined = undefined
  member: MemoryMember | undefined = undefined
  /** Why it is to come again, and the last error that was told with it. */
  reason = ''
  cause: unknown = undefined

  constructor(stored: Stored, seq: number) {
    this.stored = stored
    this.seq = seq
    this.key = stored.message._tag === 'Right' ? stored.message.right.key : undefined
  }
}
