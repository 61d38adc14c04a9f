import * as t from 'io-ts'

// What travels from group to group. Paths are raw: see RawPath.

/** A regular file that the walk came by. */
export const FoundFile = t.strict({ path: t.string }, 'a file that was found')

/** A file whose size is known. `inode` is the same for all names of one file. */
export const MeasuredFile = t.strict({ path: t.string, size: t.number, inode: t.string }, 'a file that was measured')

/** A file whose content is known. */
export const HashedFile = t.strict({ path: t.string, size: t.number, inode: t.string, sha256: t.string }, 'a file that was hashed')

export type FoundFile = t.TypeOf<typeof FoundFile>
export type MeasuredFile = t.TypeOf<typeof MeasuredFile>
export type HashedFile = t.TypeOf<typeof HashedFile>
