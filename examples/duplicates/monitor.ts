import { timer, type Subscription } from 'rxjs'
import type { Totals } from './catalogue.js'
import { addMark, rateOf, timeLeftMs, type Mark } from './estimate.js'
import { printable } from './format.js'
import { createPaint } from './paint.js'
import { plainView } from './plain-view.js'
import { shown } from './raw-path.js'
import { emptyRecording, recentRate, record, recordLast, type Reading, type Recording, type Sample } from './recorder.js'
import type { DeadFile } from './result.js'
import { createScreen } from './screen.js'
import type { Stage } from './stage.js'
import { terminalView } from './terminal-view.js'
import type { View } from './view.js'

/** What is read off the run for each picture. */
export interface Gauge {
  readonly groups: readonly Reading[]
  readonly totals: Totals
  /** Files that have come to their end. */
  readonly done: number
  readonly dead: number
  readonly open: number
  readonly finishing: boolean
}

interface MonitorOptions {
  readonly folder: string
  readonly stage: Stage
  readonly startedMs: number
  readonly everyMs: number
  readonly read: () => Gauge
}

/** Looks at the run at regular moments: records it, and shows it live on a terminal or line by line elsewhere. */
export interface Monitor {
  start(): void
  /** Takes the last sample, and the picture away. */
  stop(): void
  counted(total: number | undefined): void
  /** A line that stays. */
  say(line: string): void
  note(file: DeadFile): void
  remark(note: string): void
  total(): number | undefined
  notes(): readonly string[]
  recording(): Recording
}

const LINE_EVERY_MS = 1000
const MOST_NOTES = 200

export const createMonitor = ({ folder, stage, startedMs, everyMs, read }: MonitorOptions): Monitor => {
  const { output, colours, now, line = plainView } = stage
  const live = output.isTTY === true
  const screen = createScreen(output)
  const paint = createPaint(colours)
  const notes: string[] = []
  let total: number | undefined
  let recording = emptyRecording(everyMs)
  let recent: readonly Sample[] = []
  let files: readonly Mark[] = []
  let bytes: readonly Mark[] = []
  let latest: string | undefined
  let ticks: Subscription | undefined
  let lineAtMs = LINE_EVERY_MS

  const look = (): View => {
    const { groups, totals, done, dead, open, finishing } = read()
    const atMs = now() - startedMs
    recent = [...recent, { atMs, groups }].slice(-12)
    if (done > 0) files = addMark(files, { atMs, done })
    bytes = addMark(bytes, { atMs, done: totals.bytes })
    return {
      phase: finishing ? 'finishing' : 'working',
      folder: printable(folder),
      elapsedMs: atMs,
      total,
      done,
      open,
      bytes: totals.bytes,
      bytesPerSecond: rateOf(bytes) ?? 0,
      redundant: totals.redundant,
      wasted: totals.wasted,
      dead,
      leftMs: timeLeftMs(files, total),
      groups: groups.map((group) => ({ ...group, perSecond: recentRate(recent, group.address) })),
      note: latest,
    }
  }

  const show = (): void => {
    const view = look()
    recording = record(recording, { atMs: view.elapsedMs, groups: view.groups })
    if (live) screen.draw(terminalView(view, output.columns ?? 80, paint))
    else if (view.elapsedMs >= lineAtMs) {
      lineAtMs = view.elapsedMs + LINE_EVERY_MS
      output.write(`${line(view)}\n`)
    }
  }

  const say = (text: string): void => {
    screen.clear()
    output.write(`${text}\n`)
  }

  return {
    start: () => {
      stage.onExit(() => screen.clear())
      if (!live) say(`Walking ${printable(folder)}`)
      ticks = timer(0, everyMs).subscribe(show)
    },
    stop: () => {
      if (ticks === undefined || ticks.closed) return
      ticks.unsubscribe()
      const { elapsedMs, groups } = look()
      recording = recordLast(recording, { atMs: elapsedMs, groups })
      screen.clear()
    },
    counted: (files_) => {
      total = files_
    },
    say,
    note: ({ group, path, reason }) => {
      latest = `dead letter from ${group}: ${shown(path) || '.'}: ${reason}`
    },
    remark: (note) => {
      latest = note
      notes.push(note)
      if (notes.length > MOST_NOTES) notes.splice(0, 1)
    },
    total: () => total,
    notes: () => notes,
    recording: () => recording,
  }
}
