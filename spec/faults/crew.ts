import { type Either, isRight, right } from 'fp-ts/lib/Either.js'
import { tap } from 'rxjs'
import { actionHub, type ActionHub, type Action, type Delivery, type HubGroupOptions, type Job, resume } from 'rxcrew'
import type { FaultBus } from './fault-bus.js'
import type { Entry, Journal } from './journal.js'

/** What every fault works on. */
export const TOPIC = 'work'

/** How long a bus lends a message where the fault does not say. */
export const LEASE_MS = 2_000

/** Members of a crew: one hub on one bus, as one process has it. */
export interface Crew {
  readonly hub: ActionHub
  readonly bus: FaultBus
  /** Ends both. */
  close(): Promise<void>
}

export type Work = (job: Job) => Promise<unknown>

export interface CrewOptions extends Omit<HubGroupOptions<unknown, unknown, undefined, undefined>, 'action'> {
  readonly journal: Journal
  readonly leaseMs?: number
  readonly maxLeaseMs?: number
  /** What is done with each message between its two entries. */
  readonly work: Work
  readonly decode?: (payload: unknown) => Either<string, unknown>
}

const idOf = ({ message }: Delivery): string | undefined => (isRight(message) ? message.right.id : undefined)

/** The bus, telling which delivery of its message each one is: handlers are told their tries in this process only. */
const counted = (bus: FaultBus, attempts: Map<string, number>): FaultBus => ({
  ...bus,
  deliveries: (options) => bus.deliveries(options).pipe(tap((delivery) => attempts.set(idOf(delivery) ?? '', delivery.attempt))),
})

/** Handles and writes down that it does. */
const journaled = (journal: Journal, attempts: ReadonlyMap<string, number>, work: Work): Work => async (job) => {
  const { id } = job.message
  const attempt = attempts.get(id) ?? 0
  const note = (what: Entry['what']): void => journal.write({ id, attempt, what, pid: process.pid, atMs: Date.now() })
  note('start')
  try {
    await work(job)
    note(job.signal.aborted ? 'aborted' : 'end')
  } catch (error) {
    note(job.signal.aborted ? 'aborted' : 'failed')
    throw error
  }
}

export const crewOn = (bus: FaultBus, options: CrewOptions): Crew => {
  const { journal, work, decode = right, leaseMs = LEASE_MS, maxLeaseMs, ...group } = options
  const attempts = new Map<string, number>()
  const hub = actionHub({ bus: counted(bus, attempts), lease: { leaseMs, maxLeaseMs }, warn: () => undefined })
  const handle = journaled(journal, attempts, work)
  const action: Action = { name: TOPIC, handle, decode }
  hub.do(TOPIC, { supervision: resume(), ...group, action })
  hub.start()
  return {
    hub,
    bus,
    close: async () => {
      await hub.stop()
      await bus.close()
    },
  }
}
