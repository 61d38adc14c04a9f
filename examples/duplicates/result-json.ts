import { toFs, isText, toText, type RawPath } from './raw-path.js'
import type { Result } from './result.js'

/** A name as text; one that is no text as its bytes, since text would not bring it back. */
type Name = string | { readonly base64: string }

const nameOf = (path: RawPath): Name => (isText(path) ? toText(path) : { base64: toFs(path).toString('base64') })

/** The result for programs. Paths are relative to `folder`. */
export const resultJson = (result: Result): string => {
  const { folder, startedAt, elapsedMs, end, found, folders, links, special, totals, notes } = result
  const dead = result.dead.map(({ group, path, reason }) => ({ group, path: nameOf(path), reason }))
  const duplicates = result.duplicates.map(({ size, sha256, separate, wasted, paths }) => ({ size, sha256, separate, wasted, paths: paths.map(nameOf) }))
  const lists = { duplicates, empty: result.empty.map(nameOf), dead, open: result.open.map(nameOf), notes }
  return `${JSON.stringify({ folder, startedAt, elapsedMs, end, found, folders, links, special, ...totals, ...lists }, null, 2)}\n`
}
