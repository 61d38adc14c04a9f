import { toFs, isText, toText, type RawPath } from './raw-path.js'
import type { DeadFile, Result } from './result.js'

/** A name as text; one that is no text as its bytes, since text would not bring it back. */
type Name = string | { readonly base64: string }

const nameOf = (path: RawPath): Name => (isText(path) ? toText(path) : { base64: toFs(path).toString('base64') })

// The last one to be given up may be another in each run; the list is the same.
const byPath = (a: DeadFile, b: DeadFile): number => (a.path < b.path ? -1 : Number(a.path > b.path))

/** The result for programs: of one folder, always the same but for `startedAt` and `elapsedMs`. Paths are relative to `folder`. */
export const resultJson = (result: Result): string => {
  const { folder, startedAt, elapsedMs, end, found, folders, links, special, totals, notes } = result
  const dead = result.dead.toSorted(byPath).map(({ group, path, reason }) => ({ group, path: nameOf(path), reason }))
  const duplicates = result.duplicates.map(({ size, sha256, separate, wasted, paths }) => ({ size, sha256, separate, wasted, paths: paths.map(nameOf) }))
  const lists = { duplicates, empty: result.empty.map(nameOf), dead, open: result.open.map(nameOf), notes }
  return `${JSON.stringify({ folder, startedAt, elapsedMs, end, found, folders, links, special, ...totals, ...lists }, null, 2)}\n`
}
