import type { Reading } from './recorder.js'

/** What is to be seen of a run at one moment. */
export interface View {
  /** `finishing`: the walk was stopped, what was begun is being finished. */
  readonly phase: 'working' | 'finishing'
  readonly folder: string
  readonly elapsedMs: number
  /** Files in the folder; undefined while they are being counted. */
  readonly total: number | undefined
  /** Files that have come to their end: hashed or dead. */
  readonly done: number
  /** Files begun and not ended. */
  readonly open: number
  readonly bytes: number
  readonly bytesPerSecond: number
  readonly redundant: number
  readonly wasted: number
  readonly dead: number
  /** Undefined while it cannot be told. */
  readonly leftMs: number | undefined
  readonly groups: readonly GroupView[]
  /** What happened last that is out of the ordinary. */
  readonly note: string | undefined
}

export interface GroupView extends Reading {
  readonly perSecond: number
}

/** Done as a share of the total, 0–1: never more, though files may appear after they were counted. */
export const shareOf = ({ done, total }: View): number | undefined =>
  total === undefined ? undefined : total === 0 ? 1 : Math.min(1, done / total)
