import { Subscription, timer } from 'rxjs'
import { plural } from './format.js'
import { fromText } from './raw-path.js'
import { createCatalogue } from './catalogue.js'
import { createLedger } from './ledger.js'
import { createMonitor } from './monitor.js'
import { startPipeline } from './pipeline.js'
import type { DeadFile, Result } from './result.js'
import type { Stage } from './stage.js'
import { countFiles, feed, type Found } from './walker.js'

/** What is to be done, everything checked. */
export interface Task {
  readonly folder: string
  readonly maxSize: number
  readonly workers: number
}

// Begun files: enough to keep every worker busy, few against what the bus keeps, and soon finished after a Ctrl-C.
const MOST_OPEN = 1024
const SAMPLE_MS = 250
const FINISH_MS = 20_000

/** Walks, hashes and groups a folder, shows it as it goes, and tells what came of it. */
export const run = async ({ folder, maxSize, workers }: Task, stage: Stage): Promise<Result> => {
  const startedMs = stage.now()
  const root = fromText(folder)
  const catalogue = createCatalogue()
  const ledger = createLedger(MOST_OPEN)
  const found: Found = { files: 0, folders: 0, links: 0, special: 0 }
  const dead: DeadFile[] = []
  const stop = new AbortController() // ends the walk
  const cut = new AbortController() // ends the wait for what was begun
  const pipeline = startPipeline({ root, maxSize, workers, catalogue, ledger })
  const monitor = createMonitor({ folder, stage, startedMs, everyMs: SAMPLE_MS, read: () => ({ groups: pipeline.stats(), totals: catalogue.totals(), done: found.files - ledger.size(), open: ledger.size(), dead: dead.length, finishing: stop.signal.aborted }) })
  const parts = new Subscription()
  let end: Result['end'] = 'complete'

  const giveUp = (): void => {
    end = 'gaveUp'
    stop.abort()
    cut.abort()
  }
  const interrupt = (): void => {
    if (stop.signal.aborted) return
    end = 'interrupted'
    stop.abort()
    monitor.say(`Interrupted: finishing the ${plural(ledger.size(), 'file')} that had been begun; Ctrl-C again ends at once.`)
    parts.add(timer(FINISH_MS).subscribe(() => cut.abort()))
  }
  stage.interrupted.addEventListener('abort', interrupt)
  parts.add(() => stage.interrupted.removeEventListener('abort', interrupt))
  parts.add(pipeline.deadFiles$.subscribe((file) => {
    dead.push(file)
    monitor.note(file)
  }))
  parts.add(pipeline.notes$.subscribe((note) => monitor.remark(note)))
  parts.add(pipeline.gaveUp$.subscribe(giveUp))

  try {
    monitor.start()
    void countFiles(root, stop.signal).then((total) => monitor.counted(total))
    await feed({ root, ledger, found, send: pipeline.send, dead: (lost) => { dead.push(lost); monitor.note(lost) }, signal: stop.signal })
    await ledger.emptied(cut.signal)
    await pipeline.drain()
  } finally {
    stop.abort()
    parts.unsubscribe()
    monitor.stop()
  }
  return {
    folder,
    startedAt: new Date(startedMs).toISOString(),
    elapsedMs: stage.now() - startedMs,
    end,
    found: found.files,
    total: monitor.total(),
    folders: found.folders,
    links: found.links,
    special: found.special,
    totals: catalogue.totals(),
    duplicates: catalogue.duplicates(),
    empty: catalogue.emptyFiles(),
    dead,
    open: ledger.open(),
    notes: monitor.notes(),
    recording: monitor.recording(),
  }
}
