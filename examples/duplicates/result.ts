import type { Duplicates, Totals } from './catalogue.js'
import type { RawPath } from './raw-path.js'
import type { Recording } from './recorder.js'

/** A file that could not be handled: where it was given up and why. */
export interface DeadFile {
  /** The group that gave it up; `walk` for a folder that could not be listed. */
  readonly group: string
  readonly path: RawPath
  readonly reason: string
}

/** Everything a run has to tell. `found = totals.files + dead files of groups + open`. */
export interface Result {
  readonly folder: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly elapsedMs: number
  readonly end: 'complete' | 'interrupted' | 'gaveUp'
  /** Files that the walk came by; less than there are if it was interrupted. */
  readonly found: number
  /** Files in the folder, as counted beside the work; undefined if that did not end. */
  readonly total: number | undefined
  readonly folders: number
  readonly links: number
  readonly special: number
  readonly totals: Totals
  readonly duplicates: readonly Duplicates[]
  readonly empty: readonly RawPath[]
  readonly dead: readonly DeadFile[]
  /** Begun, and neither hashed nor dead. */
  readonly open: readonly RawPath[]
  /** What was out of the ordinary, oldest first. */
  readonly notes: readonly string[]
  readonly recording: Recording
}

/** Files that are there and were never begun, as far as is known. */
export const neverBegun = ({ found, total }: Result): number => Math.max(0, (total ?? 0) - found)
