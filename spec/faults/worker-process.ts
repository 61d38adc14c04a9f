import { type Child, scratchFolder, startChild } from '../brokers/support/child.js'
import { LEASE_MS } from './crew.js'
import type { FaultBroker } from './fault-broker.js'
import { type Entry, fileJournal, type Journal } from './journal.js'
import type { Stand } from './fault-stand.js'
import type { WorkerOrders } from './worker.js'
import { WORKER_FILE } from './worker-file.js'

/** Worker processes of one case, and the journal that they share. */
export interface Plant {
  readonly journal: Journal
  /** When each process ended that did, as far as this process knows. */
  readonly deaths: ReadonlyMap<number, number>
  /** Starts one more; resolves when it listens. */
  start(orders?: Partial<WorkerOrders>): Promise<Child>
  /** What a process has written. */
  of(child: Child): readonly Entry[]
}

const USUAL = { leaseMs: LEASE_MS, maxAttempts: 5, workers: 4, prefetch: 4, workMs: 50, deadlineMs: 3_000, spinMs: 3 * LEASE_MS }

export const plantOn = async ({ name }: FaultBroker, stand: Stand): Promise<Plant> => {
  const folder = await scratchFolder()
  stand.owns(folder.remove)
  const path = `${folder.path}/journal`
  const journal = fileJournal(path)
  const deaths = new Map<number, number>()
  return {
    journal,
    deaths,
    start: async (orders = {}) => {
      const all: WorkerOrders = { ...USUAL, bus: name, port: stand.broker.port, journal: path, ...orders }
      const child = startChild(process.execPath, [WORKER_FILE, JSON.stringify(all)])
      stand.owns(() => child.end('SIGKILL'))
      child.process.once('exit', () => deaths.set(child.process.pid ?? 0, Date.now()))
      await child.printed('ready')
      return child
    },
    of: ({ process: { pid } }) => journal.entries().filter((entry) => entry.pid === pid),
  }
}
