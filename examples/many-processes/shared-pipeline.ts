import { Redis } from 'ioredis'
import { filter, map, merge, ReplaySubject, type Observable } from 'rxjs'
import { actionHub, createMessage } from 'rxcrew'
import { redisBus } from 'rxcrew/redis'
import { deadFilesOn, isEnd, note, type Pipeline, type PipelineOptions } from '../duplicates/pipeline.js'
import type { Reading } from '../duplicates/recorder.js'
import { DEFAULTS, stagesOf } from '../duplicates/stages.js'
import { LEASE_MS } from './lease.js'

interface SharedPipelineOptions extends PipelineOptions {
  readonly redis: string
  readonly prefix: string
  /** Of the processes that measure and hash. */
  readonly readings: () => readonly Reading[]
  /** They cannot do it. */
  readonly broken$: Observable<Error>
}

/** The index job with only its last group in this process; the others are in whichever processes have them, on the same Redis. */
export const startSharedPipeline = ({ redis, prefix, readings, broken$, workers, ...services }: SharedPipelineOptions): Pipeline => {
  const bus = redisBus({ client: new Redis(redis, { lazyConnect: true }), prefix, leaseMs: LEASE_MS })
  const hub = actionHub({ bus, services, defaults: DEFAULTS, lease: { leaseMs: LEASE_MS } })
  const collecting = hub.do('collect', stagesOf(workers).collect)
  const unsent$ = new ReplaySubject<Error>()
  hub.start()
  return {
    // Not awaited: the ledger bounds what is under way, and what is sent together is confirmed together.
    send: async (path) => {
      bus.publish([createMessage({ path }, { id: crypto.randomUUID(), topic: 'stat', sentAtMs: Date.now() })]).catch((error: Error) => unsent$.next(error))
    },
    stats: () => [...readings(), collecting.stats()],
    deadFiles$: deadFilesOn(bus, services),
    notes$: merge(hub.escalations$.pipe(map(note)), merge(broken$, unsent$).pipe(map(({ message }) => message))),
    gaveUp$: merge(hub.escalations$.pipe(filter(isEnd)), broken$, unsent$),
    drain: async (deadlineMs) => {
      await hub.drain({ deadlineMs })
      await bus.close()
    },
  }
}
