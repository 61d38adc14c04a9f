import * as E from 'fp-ts/lib/Either.js'
import { EMPTY, filter, map, merge, mergeMap, of, throwError, type Observable } from 'rxjs'
import { actionHub, byError, deadTopic, demand, exponential, memoryBus, restartOne, resume, type Delivery, type Escalation } from 'rxcrew'
import { collect, hash, isFileTrouble, mayPass, stat, type Services } from './actions.js'
import { deadFile } from './dead-files.js'
import { printable } from './format.js'
import type { RawPath } from './raw-path.js'
import type { Reading } from './recorder.js'
import type { DeadFile } from './result.js'

export interface PipelineOptions extends Services {
  /** Most workers of each scaling group. */
  readonly workers: number
}

/** stat → hash → collect: three groups of workers behind one bus. */
export interface Pipeline {
  /** Hands a file to the first group. */
  send(path: RawPath): Promise<void>
  /** Of all groups, also of one that has stopped. */
  stats(): readonly Reading[]
  /** Files that were given up; each has ended in the ledger. */
  readonly deadFiles$: Observable<DeadFile>
  /** Restarts and what else is out of the ordinary. */
  readonly notes$: Observable<string>
  /** A group has stopped for good: what it should have done will not be done. */
  readonly gaveUp$: Observable<unknown>
  /** Ends all; what still runs after `deadlineMs` is aborted and stays open in the ledger. */
  drain(deadlineMs: number): Promise<unknown>
}

const GROUPS = ['stat', 'hash', 'collect'] as const
const BUFFER_BYTES = 256 * 1024

export const startPipeline = ({ workers, ...services }: PipelineOptions): Pipeline => {
  const bus = memoryBus()
  const hub = actionHub({ bus, services, defaults: { capacity: 64, prefetch: 64, supervision, retry } })
  const first = hub.do('stat', { action: stat, workers: { min: 1, max: workers }, scaling })
  const second = hub.do('hash', { action: hash, workers: { min: 1, max: workers }, scaling, worker: { acquire: () => Buffer.allocUnsafe(BUFFER_BYTES) } })
  const third = hub.do('collect', { action: collect, instance: 'single' })

  const funeral = (group: string): Observable<DeadFile> =>
    bus.deliveries({ topic: deadTopic(group), group: 'report', limit$: of(64) }).pipe(mergeMap((delivery) => bury(group, delivery, services)))

  hub.start()
  return {
    send: (path) => hub.send('stat', { path }),
    stats: () => [first.stats(), second.stats(), third.stats()],
    deadFiles$: merge(...GROUPS.map(funeral)),
    notes$: hub.escalations$.pipe(map(note)),
    gaveUp$: hub.escalations$.pipe(filter(({ protocol }) => protocol === 'killAndEscalate')),
    drain: async (deadlineMs) => {
      await hub.drain({ deadlineMs })
      await bus.close()
    },
  }
}

/** Ends the file that a dead letter is about. A letter that comes twice is told once. */
const bury = (group: string, delivery: Delivery, { ledger }: Services): Observable<DeadFile> => {
  const { message } = delivery
  const file = E.isRight(message) ? deadFile(group, message.right.payload) : undefined
  void delivery.settle({ type: 'ack' })
  if (file === undefined) return throwError(() => new Error(`a dead letter from ${group} is about no file`))
  return ledger.end(file.path) ? of(file) : EMPTY
}

// One more worker while files wait, one fewer when it has idled: what the disk and the processors can bear shows soon.
const scaling = demand({ deliveryWaitMs: 20, maxIdleMs: 2000 })

const supervision = byError([[isFileTrouble, resume()]], restartOne())

const retry = { maxAttempts: 3, backoff: exponential({ baseMs: 20, maxMs: 500 }), when: ({ error }: { readonly error: unknown }) => mayPass(error) }

const note = ({ group, protocol, failure }: Escalation): string =>
  printable(`${group}: ${protocol === 'restart' ? 'a worker was restarted' : 'the group has stopped'} after ${String(failure.error)}`)
