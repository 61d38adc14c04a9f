import type { Entry } from './journal.js'

/** What became of what was sent. */
export interface Account {
  readonly sent: number
  /** Ids that were handled to the end exactly once. */
  readonly once: number
  /** Handlings to the end beyond the first of their id. */
  readonly again: number
  /** Ids that have no outcome: neither handled nor dead-lettered. */
  readonly lost: number
  /** Ids two of whose handlings ran at the same time. */
  readonly overlapping: readonly string[]
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

const byId = (entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> => {
  const known = new Map<string, Entry[]>()
  for (const entry of entries) {
    const some = known.get(entry.id)
    if (some === undefined) known.set(entry.id, [entry])
    else some.push(entry)
  }
  return known
}

/** One handling lasts from its start to the next word of the same process on the same id; to the death of the process, if that is known. */
const spansOf = (entries: readonly Entry[], deaths: ReadonlyMap<number, number>): readonly Span[] =>
  entries.flatMap(({ what, pid, atMs }, index) => {
    if (what !== 'start') return []
    const end = entries.slice(index + 1).find((later) => later.pid === pid && later.what !== 'start')
    return [{ fromMs: atMs, toMs: end?.atMs ?? deaths.get(pid) ?? atMs }]
  })

const overlap = (spans: readonly Span[]): boolean =>
  spans.toSorted((a, b) => a.fromMs - b.fromMs).some(({ fromMs }, index, sorted) => index > 0 && fromMs < (sorted[index - 1]?.toMs ?? 0))

const ends = (entries: readonly Entry[] = []): number => entries.filter(({ what }) => what === 'end').length

/** @param dead - Ids that have become dead letters. @param deaths - When which process was killed. */
export const accountOf = (sent: readonly string[], entries: readonly Entry[], dead: ReadonlySet<string> = new Set(), deaths: ReadonlyMap<number, number> = new Map()): Account => {
  const known = byId(entries)
  const handled = sent.map((id) => ends(known.get(id)))
  return {
    sent: sent.length,
    once: handled.filter((times) => times === 1).length,
    again: handled.reduce((sum, times) => sum + Math.max(0, times - 1), 0),
    lost: sent.filter((id, index) => handled[index] === 0 && !dead.has(id)).length,
    overlapping: [...known].filter(([, all]) => overlap(spansOf(all, deaths))).map(([id]) => id),
  }
}
