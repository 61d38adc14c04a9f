import { lstat } from 'node:fs/promises'
import type { MeasuredFile } from './files.js'
import { join, toFs, type RawPath } from './raw-path.js'

/** A file that is refused for what it is; trying again would not help. */
export class UnfitFile extends Error {
  override readonly name = 'UnfitFile'
}

/** Its size and identity; rejects if it has gone, is no file any more, or is larger than `maxSize` bytes. */
export const measureFile = async (root: RawPath, path: RawPath, maxSize: number): Promise<MeasuredFile> => {
  const found = await lstat(toFs(join(root, path)), { bigint: true })
  if (!found.isFile()) throw new UnfitFile('is not a regular file any more')
  const size = Number(found.size)
  if (size > maxSize) throw new UnfitFile(`has ${size} bytes, more than --max-size ${maxSize}`)
  return { path, size, inode: `${found.dev}:${found.ino}` }
}
