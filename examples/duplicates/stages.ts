import { byError, demand, exponential, restartOne, resume } from 'rxcrew'
import { collect, hash, isFileTrouble, mayPass, stat } from './actions.js'

const BUFFER_BYTES = 256 * 1024

// One more worker while files wait, one fewer when it has idled: what the disk and the processors can bear shows soon.
const scaling = demand({ deliveryWaitMs: 20, maxIdleMs: 2000 })

const supervision = byError([[isFileTrouble, resume()]], restartOne())

const retry = { maxAttempts: 3, backoff: exponential({ baseMs: 20, maxMs: 500 }), when: ({ error }: { readonly error: unknown }) => mayPass(error) }

/** What every group of this program has in common. */
export const DEFAULTS = { capacity: 64, prefetch: 64, supervision, retry }

/** The options of each group, in whatever process it runs. */
export const stagesOf = (workers: number) => ({
  stat: { action: stat, workers: { min: 1, max: workers }, scaling },
  hash: { action: hash, workers: { min: 1, max: workers }, scaling, worker: { acquire: () => Buffer.allocUnsafe(BUFFER_BYTES) } },
  collect: { action: collect, instance: 'single' as const },
})
