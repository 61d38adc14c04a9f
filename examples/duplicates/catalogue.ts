import type { HashedFile } from './files.js'
import type { RawPath } from './raw-path.js'

/** Files with the same content. */
export interface Duplicates {
  readonly size: number
  readonly sha256: string
  /** In the order of their bytes. */
  readonly paths: readonly RawPath[]
  /** How many of them are files of their own; the others are further names (hard links) of these. */
  readonly separate: number
  /** What all but one of the separate files take, in bytes. */
  readonly wasted: number
}

export interface Totals {
  readonly files: number
  readonly bytes: number
  /** Files that have an earlier twin: what could go. */
  readonly redundant: number
  readonly wasted: number
  readonly empty: number
}

/** Groups files by size and content. Grows by one entry for each file: it is what the answer is made of. */
export interface Catalogue {
  /** Adds a file; false if its path is known already. */
  add(file: HashedFile): boolean
  totals(): Totals
  /** Most wasteful first; without empty files and files that are alone. */
  duplicates(): readonly Duplicates[]
  emptyFiles(): readonly RawPath[]
}

interface Class {
  readonly size: number
  readonly sha256: string
  readonly paths: Set<RawPath>
  readonly inodes: Set<string>
}

export const createCatalogue = (): Catalogue => {
  const classes = new Map<string, Class>()
  const totals = { files: 0, bytes: 0, redundant: 0, wasted: 0, empty: 0 }

  const add = ({ path, size, inode, sha256 }: HashedFile): boolean => {
    const key = `${size}:${sha256}`
    const known = classes.get(key) ?? { size, sha256, paths: new Set(), inodes: new Set() }
    if (known.paths.has(path)) return false
    classes.set(key, known)
    totals.files += 1
    totals.bytes += size
    if (size === 0) totals.empty += 1
    else if (known.paths.size > 0) totals.redundant += 1
    if (known.inodes.size > 0 && !known.inodes.has(inode)) totals.wasted += size
    known.paths.add(path)
    known.inodes.add(inode)
    return true
  }

  return {
    add,
    totals: () => ({ ...totals }),
    duplicates: () => [...classes.values()].filter(({ size, paths }) => size > 0 && paths.size > 1).map(toDuplicates).toSorted(byWaste),
    emptyFiles: () => [...classes.values()].filter(({ size }) => size === 0).flatMap(({ paths }) => [...paths]).toSorted(byName),
  }
}

const toDuplicates = ({ size, sha256, paths, inodes }: Class): Duplicates => ({
  size,
  sha256,
  paths: [...paths].toSorted(byName),
  separate: inodes.size,
  wasted: (inodes.size - 1) * size,
})

const byName = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

const byWaste = (a: Duplicates, b: Duplicates): number => b.wasted - a.wasted || b.size - a.size || byName(a.sha256, b.sha256)
