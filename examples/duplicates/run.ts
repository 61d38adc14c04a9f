import { firstValueFrom, from, race, Subscription, timer } from 'rxjs'
import { createCatalogue, type Catalogue } from './catalogue.js'
import { plural } from './format.js'
import { createLedger, type Ledger } from './ledger.js'
import { createMonitor, type Gauge, type Monitor } from './monitor.js'
import { startPipeline, type Pipeline, type StartPipeline } from './pipeline.js'
import { fromText, type RawPath } from './raw-path.js'
import type { DeadFile, Result } from './result.js'
import type { Stage } from './stage.js'
import { countFiles, feed, type Found } from './walker.js'

/** What is to be done, everything checked. */
export interface Task {
  readonly folder: string
  /** Larger files are not read, in bytes. */
  readonly maxSize: number
  /** Most workers of each scaling group. */
  readonly workers: number
}

// Begun files: enough to keep every worker busy, few against what the bus keeps, and soon finished after a Ctrl-C.
const MOST_OPEN = 1024
const SAMPLE_MS = 250
const FINISH_MS = 20_000
const LAST_STEP_MS = 5000
// The count goes ahead alone for so long: most folders are counted then, and the bar knows its end.
const HEAD_START_MS = 1000

interface Run {
  readonly found: Found
  readonly dead: DeadFile[]
  readonly catalogue: Catalogue
  readonly ledger: Ledger
  readonly pipeline: Pipeline
  readonly monitor: Monitor
  /** Aborted to end the walk. */
  readonly stop: AbortController
  /** Aborted to end the wait for what was begun. */
  readonly cut: AbortController
  end: Result['end']
}

/**
 * Walks, hashes and groups a folder, shows it as it goes, and tells what came of it. `start` makes the groups: in this
 * process, or wherever else they are.
 */
export const run = async (task: Task, stage: Stage, start: StartPipeline = startPipeline): Promise<Result> => {
  const startedMs = stage.now()
  const root = fromText(task.folder)
  const current = open(task, stage, startedMs, start)
  const { ledger, pipeline, monitor, stop, cut, found } = current
  const listeners = listen(current, stage)
  try {
    monitor.start()
    await firstValueFrom(race(from(count(current, root)), timer(HEAD_START_MS)))
    await feed({ root, ledger, found, send: (path) => pipeline.send(path), dead: (folder) => lose(current, folder), signal: stop.signal })
    await ledger.emptied(cut.signal)
  } finally {
    stop.abort()
    // A group may be a step behind the ledger: it has passed its last file on, and has not yet settled it.
    await pipeline.drain(ledger.size() === 0 ? LAST_STEP_MS : 0)
    monitor.stop()
    listeners.unsubscribe()
  }
  return resultOf(current, task, startedMs, stage.now() - startedMs)
}

const count = async ({ monitor, stop }: Run, root: RawPath): Promise<void> => monitor.counted(await countFiles(root, stop.signal))

const open = ({ folder, maxSize, workers }: Task, stage: Stage, startedMs: number, start: StartPipeline): Run => {
  const found: Found = { files: 0, folders: 0, links: 0, special: 0 }
  const dead: DeadFile[] = []
  const stop = new AbortController()
  const catalogue = createCatalogue()
  const ledger = createLedger(MOST_OPEN)
  const pipeline = start({ root: fromText(folder), maxSize, workers, catalogue, ledger })
  const read = (): Gauge => ({
    groups: pipeline.stats(),
    totals: catalogue.totals(),
    done: found.files - ledger.size(),
    open: ledger.size(),
    dead: dead.length,
    finishing: stop.signal.aborted,
  })
  const monitor = createMonitor({ folder, stage, startedMs, everyMs: SAMPLE_MS, read })
  return { found, dead, catalogue, ledger, pipeline, monitor, stop, cut: new AbortController(), end: 'complete' }
}

const listen = (current: Run, { interrupted }: Stage): Subscription => {
  const { pipeline, monitor } = current
  const listeners = new Subscription()
  const onInterrupt = (): void => {
    if (current.stop.signal.aborted) return
    monitor.say(`Interrupted: finishing ${plural(current.ledger.size(), 'begun file')}; Ctrl-C again ends at once.`)
    current.end = 'interrupted'
    current.stop.abort()
    listeners.add(timer(FINISH_MS).subscribe(() => current.cut.abort()))
  }
  const onGivenUp = (): void => {
    current.end = 'gaveUp'
    current.stop.abort()
    current.cut.abort()
  }
  interrupted.addEventListener('abort', onInterrupt)
  listeners.add(() => interrupted.removeEventListener('abort', onInterrupt))
  const onLost = (error: unknown): void => {
    monitor.remark(String(error))
    onGivenUp()
  }
  listeners.add(pipeline.deadFiles$.subscribe({ next: (file) => lose(current, file), error: onLost }))
  listeners.add(pipeline.notes$.subscribe((note) => monitor.remark(note)))
  listeners.add(pipeline.gaveUp$.subscribe(onGivenUp))
  return listeners
}

const lose = ({ dead, monitor }: Run, file: DeadFile): void => {
  dead.push(file)
  monitor.note(file)
}

const resultOf = ({ found, dead, catalogue, ledger, monitor, end }: Run, { folder }: Task, startedMs: number, elapsedMs: number): Result => {
  const { files, folders, links, special } = found
  const work = { totals: catalogue.totals(), duplicates: catalogue.duplicates(), empty: catalogue.emptyFiles(), dead, open: ledger.open() }
  const course = { total: monitor.total(), notes: monitor.notes(), recording: monitor.recording() }
  return { folder, startedAt: new Date(startedMs).toISOString(), elapsedMs, end, found: files, folders, links, special, ...work, ...course }
}
