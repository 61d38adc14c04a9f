/**
 * Workers added and removed at one moment, or at several that lie too near each other to be kept apart; then what is
 * reckoned from it allows less, never more.
 */
export interface ScalingChange {
  readonly fromMs: number
  readonly toMs: number
  readonly added: number
  readonly removed: number
}

/** Into how many parts the span that is remembered is divided at most: what bounds the number of changes kept. */
const PARTS = 100

/** The changes that are still in the span before this moment, and the one at this moment, if there is one. */
export const changed = (past: readonly ScalingChange[], by: number, nowMs: number, spanMs: number): readonly ScalingChange[] => {
  if (by === 0) return past
  const recent = past.filter(({ toMs }) => nowMs - toMs < spanMs)
  const last = recent.at(-1)
  const change = { fromMs: nowMs, toMs: nowMs, added: Math.max(0, by), removed: Math.max(0, -by) }
  if (last === undefined || nowMs - last.fromMs >= spanMs / PARTS) return [...recent, change]
  return [...recent.slice(0, -1), joined(last, change)]
}

const joined = (earlier: ScalingChange, later: ScalingChange): ScalingChange => ({
  fromMs: earlier.fromMs,
  toMs: later.toMs,
  added: earlier.added + later.added,
  removed: earlier.removed + later.removed,
})

/** How many workers there were when the period began, or fewer: what a growth is measured by. */
export const fewestAtStart = (workers: number, changes: readonly ScalingChange[], nowMs: number, periodMs: number): number =>
  changes.reduce((start, { fromMs, toMs, added, removed }) =>
    start - (nowMs - toMs < periodMs ? added : 0) + (nowMs - fromMs < periodMs ? removed : 0), workers)

/** How many workers there were when the period began, or more: what a shrinking is measured by. */
export const mostAtStart = (workers: number, changes: readonly ScalingChange[], nowMs: number, periodMs: number): number =>
  changes.reduce((start, { fromMs, toMs, added, removed }) =>
    start - (nowMs - fromMs < periodMs ? added : 0) + (nowMs - toMs < periodMs ? removed : 0), workers)
