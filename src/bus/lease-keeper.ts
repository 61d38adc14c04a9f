import { asyncScheduler, type SchedulerLike } from 'rxjs'
import { checkOptions, having, milliseconds, type Rule } from '../core/options.js'
import { Alarm } from './memory-alarm.js'
import { type Leased, Leases } from './memory-leases.js'

export interface LeaseOptions {
  /** The bus's lease, in ms: 3 or more, default 30,000. It is renewed each time a third of it has passed. */
  readonly leaseMs?: number | undefined
  /** The longest the lease may last with all renewals, in ms: `leaseMs` or more, default an hour. */
  readonly maxLeaseMs?: number | undefined
  readonly scheduler?: SchedulerLike | undefined
}

const LEASE_MS = 30_000
const MAX_LEASE_MS = 3_600_000

const OPTIONS = { leaseMs: milliseconds(3), maxLeaseMs: milliseconds(), scheduler: having('a scheduler', 'schedule', 'now') }

/** A cap below the lease would let no lease live. */
export const longEnough: Rule = ({ leaseMs = LEASE_MS, maxLeaseMs = MAX_LEASE_MS }) =>
  Number(maxLeaseMs) < Number(leaseMs) ? [{ path: 'maxLeaseMs', got: String(maxLeaseMs), expected: `leaseMs (${String(leaseMs)}) or more` }] : []

/** A lease that is kept; its keeper writes the fields. */
export interface Kept extends Leased<Kept> {
  /** The last moment at which it is renewed. */
  untilMs: number
  /** Renews it; false if it was lost already. */
  extend(): Promise<boolean>
  /** It was lost, or is left to run out. */
  onLetGo(): void
}

/** A timer may ring a little early, and what is left then is too short to be waited for. */
const AT_ONCE_MS = 0.5

/**
 * Keeps any number of leases by a single timer, and by none while there is no lease to keep. All are of one length, so
 * they come up for renewal in the order in which they were last renewed: each costs two changes of a list, where a timer
 * for each message would cost more than the message.
 *
 * @throws OptionsError
 */
export class LeaseKeeper {
  readonly #leases = new Leases<Kept>()
  readonly #scheduler: SchedulerLike
  readonly #alarm: Alarm
  readonly #everyMs: number
  readonly #renewableMs: number

  constructor({ leaseMs = LEASE_MS, maxLeaseMs = MAX_LEASE_MS, scheduler = asyncScheduler }: LeaseOptions = {}) {
    checkOptions('keepLease', OPTIONS, { leaseMs, maxLeaseMs, scheduler }, longEnough)
    this.#scheduler = scheduler
    this.#alarm = new Alarm(scheduler, () => this.#renewDue())
    this.#everyMs = leaseMs / 3
    this.#renewableMs = maxLeaseMs - leaseMs
  }

  keep(kept: Kept): void {
    const nowMs = this.#scheduler.now()
    kept.untilMs = nowMs + this.#renewableMs
    this.#queue(kept, nowMs)
    this.#alarm.set(this.#leases.head?.dueMs)
  }

  /** Nothing happens to what is not kept. */
  release(kept: Kept): void {
    this.#leases.remove(kept)
    if (this.#leases.head === undefined) this.#alarm.set(undefined)
  }

  #queue(kept: Kept, nowMs: number): void {
    kept.dueMs = nowMs + this.#everyMs
    this.#leases.add(kept)
  }

  #renewDue(): void {
    const nowMs = this.#scheduler.now()
    for (let kept = this.#leases.head; kept !== undefined && kept.dueMs - nowMs < AT_ONCE_MS; kept = this.#leases.head) {
      if (nowMs > kept.untilMs) this.#letGo(kept)
      else {
        this.#queue(kept, nowMs)
        this.#extend(kept)
      }
    }
    this.#alarm.set(this.#leases.head?.dueMs)
  }

  #extend(kept: Kept): void {
    // Async, so that one that throws is only one that fails: the others are renewed all the same.
    const asked = async (): Promise<boolean> => kept.extend()
    asked().then((held) => held || this.#letGo(kept), () => undefined)
  }

  #letGo(kept: Kept): void {
    this.release(kept)
    kept.onLetGo()
  }
}
