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

/** Groups files by size and content. Grows by one short entry for each file: it is what the answer is made of. */
export interface Catalogue {
  /** Adds a file; each is to be added once. */
  add(file: HashedFile): void
  totals(): Totals
  /** Most wasteful first; without empty files and files that are alone. */
  duplicates(): readonly Duplicates[]
  emptyFiles(): readonly RawPath[]
}

// Most files are alone: then two strings are all there is.
interface Class {
  readonly size: number
  readonly paths: [RawPath, ...RawPath[]]
  /** Of the first path. */
  readonly inode: string
  /** Of all paths, once there is more than one. */
  inodes?: Set<string>
}

export const createCatalogue = (): Catalogue => {
  const classes = new Map<string, Class>()
  const totals = { files: 0, bytes: 0, redundant: 0, wasted: 0, empty: 0 }

  const add = ({ path, size, inode, sha256 }: HashedFile): void => {
    totals.files += 1
    totals.bytes += size
    if (size === 0) totals.empty += 1
    const known = classes.get(keyOf(size, sha256))
    if (known === undefined) return void classes.set(keyOf(size, sha256), { size, paths: [path], inode })
    known.paths.push(path)
    if (size > 0) totals.redundant += 1
    known.inodes ??= new Set([known.inode])
    if (!known.inodes.has(inode)) totals.wasted += size
    known.inodes.add(inode)
  }

  return {
    add,
    totals: () => ({ ...totals }),
    duplicates: () => [...classes].filter(([, { size, paths }]) => size > 0 && paths.length > 1).map(toDuplicates).toSorted(byWaste),
    emptyFiles: () => [...classes.values()].filter(({ size }) => size === 0).flatMap(({ paths }) => paths).toSorted(byName),
  }
}

const keyOf = (size: number, sha256: string): string => `${sha256}:${size}`

const toDuplicates = ([key, { size, paths, inodes }]: readonly [string, Class]): Duplicates => {
  const separate = inodes?.size ?? 1
  return { size, sha256: key.slice(0, key.indexOf(':')), paths: paths.toSorted(byName), separate, wasted: (separate - 1) * size }
}

const byName = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

const byWaste = (a: Duplicates, b: Duplicates): number => b.wasted - a.wasted || b.size - a.size || byName(a.sha256, b.sha256)
