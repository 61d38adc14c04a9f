import type { Dir, Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join, toFs, type RawPath } from './raw-path.js'

/** What a walk comes by. Paths are relative to the folder walked. */
export type Entry =
  | { readonly type: 'file'; readonly path: RawPath }
  | { readonly type: 'link'; readonly path: RawPath } // symbolic, not followed: a loop of them ends nowhere
  | { readonly type: 'special'; readonly path: RawPath } // a socket, pipe or device: has no content to compare
  | { readonly type: 'folder'; readonly path: RawPath }
  | { readonly type: 'unreadable'; readonly path: RawPath; readonly reason: string } // a folder that could not be (fully) listed

/**
 * Everything below a folder, each entry once, depth first. Holds the folders still to be listed and nothing else. Ends
 * early, without error, once the signal is aborted. A folder that cannot be listed is an entry; the walk goes on.
 */
export async function* walk(root: RawPath, signal?: AbortSignal): AsyncGenerator<Entry, void, undefined> {
  const folders: RawPath[] = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for await (const entry of list(root, folder)) {
      if (signal?.aborted === true) return
      if (entry.type === 'folder') folders.push(entry.path)
      yield entry
    }
  }
}

async function* list(root: RawPath, folder: RawPath): AsyncGenerator<Entry, void, undefined> {
  try {
    for await (const entry of await open(folder === '' ? root : join(root, folder))) yield kindOf(entry, join(folder, entry.name))
  } catch (error) {
    yield { type: 'unreadable', path: folder, reason: error instanceof Error ? error.message : String(error) }
  }
}

// Names come as latin1: one character for each byte, see RawPath.
const open = (path: RawPath): Promise<Dir> => opendir(toFs(path), { encoding: 'latin1', bufferSize: 256 })

const kindOf = (entry: Dirent, path: RawPath): Entry => {
  if (entry.isFile()) return { type: 'file', path }
  if (entry.isDirectory()) return { type: 'folder', path }
  return { type: entry.isSymbolicLink() ? 'link' : 'special', path }
}
