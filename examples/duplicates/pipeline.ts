import * as E from 'fp-ts/lib/Either.js'
import { EMPTY, filter, map, merge, mergeMap, of, throwError, type Observable } from 'rxjs'
import { actionHub, deadTopic, memoryBus, type Delivery, type Escalation, type MessageBus } from 'rxcrew'
import type { Books, Place } from './actions.js'
import { deadFile } from './dead-files.js'
import { printable } from './format.js'
import type { RawPath } from './raw-path.js'
import type { Reading } from './recorder.js'
import type { DeadFile } from './result.js'
import { DEFAULTS, stagesOf } from './stages.js'

export interface PipelineOptions extends Place, Books {
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

/** Makes the groups. */
export type StartPipeline = (options: PipelineOptions) => Pipeline

export const startPipeline: StartPipeline = ({ workers, ...services }) => {
  const bus = memoryBus()
  const hub = actionHub({ bus, services, defaults: DEFAULTS })
  const stages = stagesOf(workers)
  const [first, second, third] = [hub.do('stat', stages.stat), hub.do('hash', stages.hash), hub.do('collect', stages.collect)]
  hub.start()
  return {
    send: (path) => hub.send('stat', { path }),
    stats: () => [first.stats(), second.stats(), third.stats()],
    deadFiles$: deadFilesOn(bus, services),
    notes$: hub.escalations$.pipe(map(note)),
    gaveUp$: hub.escalations$.pipe(filter(isEnd)),
    drain: async (deadlineMs) => {
      await hub.drain({ deadlineMs })
      await bus.close()
    },
  }
}

/** Files that a group has given up, whoever runs the group. */
export const deadFilesOn = (bus: MessageBus, books: Books): Observable<DeadFile> =>
  merge(...(['stat', 'hash', 'collect'] as const).map((group) => funeral(bus, group, books)))

const funeral = (bus: MessageBus, group: string, books: Books): Observable<DeadFile> =>
  bus.deliveries({ topic: deadTopic(group), group: 'report', limit$: of(64) }).pipe(mergeMap((delivery) => bury(group, delivery, books)))

/** Ends the file that a dead letter is about. A letter that comes twice is told once. */
const bury = (group: string, delivery: Delivery, { ledger }: Books): Observable<DeadFile> => {
  const { message } = delivery
  const file = E.isRight(message) ? deadFile(group, message.right.payload) : undefined
  void delivery.settle({ type: 'ack' })
  if (file === undefined) return throwError(() => new Error(`a dead letter from ${group} is about no file`))
  return ledger.end(file.path) ? of(file) : EMPTY
}

export const note = ({ group, protocol, failure }: Escalation): string =>
  printable(`${group}: ${protocol === 'restart' ? 'a worker was restarted' : 'the group has stopped'} after ${String(failure.error)}`)

/** Whether a group has stopped for good. */
export const isEnd = ({ protocol }: Escalation): boolean => protocol === 'killAndEscalate'
