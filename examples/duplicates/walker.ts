import type { Ledger } from './ledger.js'
import type { RawPath } from './raw-path.js'
import type { DeadFile } from './result.js'
import { walk } from './walk.js'

export interface Found {
  files: number
  folders: number
  links: number
  special: number
}

interface Feed {
  readonly root: RawPath
  readonly ledger: Ledger
  readonly found: Found
  /** Hands a file to the first group. */
  readonly send: (path: RawPath) => Promise<void>
  /** Told of a folder that could not be listed. */
  readonly dead: (folder: DeadFile) => void
  /** Aborted to end the walk. */
  readonly signal: AbortSignal
}

/** Walks the folder and sends each file on its way, never more than the ledger has room for. */
export const feed = async ({ root, ledger, found, send, dead, signal }: Feed): Promise<void> => {
  for await (const entry of walk(root, signal)) {
    if (entry.type === 'folder') found.folders += 1
    else if (entry.type === 'link') found.links += 1
    else if (entry.type === 'special') found.special += 1
    else if (entry.type === 'unreadable') dead({ group: 'walk', path: entry.path, reason: entry.reason })
    else {
      await ledger.room(signal)
      if (signal.aborted) return
      found.files += 1
      ledger.begin(entry.path)
      await send(entry.path)
    }
  }
}

/** How many files there are, for the bar: a walk of its own, ahead of the one that waits; undefined if it was ended early. */
export const countFiles = async (root: RawPath, signal: AbortSignal): Promise<number | undefined> => {
  let files = 0
  for await (const { type } of walk(root, signal)) files += Number(type === 'file')
  return signal.aborted ? undefined : files
}
