import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { HashedFile, MeasuredFile } from './files.js'
import { join, toFs, type RawPath } from './raw-path.js'

/** The size of a file was not what it had been; another try may find it at rest. */
export class ChangedFile extends Error {
  override readonly name = 'ChangedFile'
}

// Between measuring and opening, a file may have become a link or a pipe: follow no link, wait for no writer.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Its SHA-256, read piece by piece into `buffer`; stops at the next piece once the signal is aborted. */
export const hashFile = async (root: RawPath, file: MeasuredFile, buffer: Buffer, signal: AbortSignal): Promise<HashedFile> => {
  const handle = await open(toFs(join(root, file.path)), FLAGS)
  try {
    return { ...file, sha256: await digest(handle, file.size, buffer, signal) }
  } finally {
    await handle.close()
  }
}

const digest = async (handle: FileHandle, size: number, buffer: Buffer, signal: AbortSignal): Promise<string> => {
  const hash = createHash('sha256')
  let total = 0
  for (;;) {
    signal.throwIfAborted()
    const { bytesRead } = await handle.read(buffer, 0, buffer.length)
    total += bytesRead
    hash.update(buffer.subarray(0, bytesRead))
    // A piece that is not full is the last; and a file that grows as fast as it is read would never end.
    if (bytesRead < buffer.length || total > size) break
  }
  if (total !== size) throw new ChangedFile(`had ${size} bytes when it was measured, and ${total > size ? 'more' : total} when it was read`)
  return hash.digest('hex')
}
