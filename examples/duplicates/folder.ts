import { access, constants, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'

/** The folder to walk, with links resolved; Left says in one line why there is none. */
export const findFolder = async (given: string | undefined, from: string): Promise<E.Either<string, string>> => {
  if (given !== undefined) return asFolder(resolve(from, given))
  for (let place = from; ; place = dirname(place)) {
    if (await isThere(join(place, 'package.json'))) return asFolder(join(place, 'node_modules'))
    if (place === dirname(place)) return E.left('no package.json here or above, so no node_modules to look at: name a folder')
  }
}

/** Left if a file could not be written there, as far as can be told before the work. */
export const checkTarget = async (option: string, path: string): Promise<E.Either<string, string>> => {
  const folder = await asFolder(dirname(path))
  if (E.isLeft(folder)) return E.left(`${option}: ${folder.left}`)
  if (await isFolder(path)) return E.left(`${option}: ${JSON.stringify(path)} is a folder, not a file to write`)
  const target = (await isThere(path)) ? path : folder.right
  return access(target, constants.W_OK).then(() => E.right(path), () => E.left(`${option}: ${JSON.stringify(path)} may not be written`))
}

const asFolder = async (path: string): Promise<E.Either<string, string>> => {
  try {
    return (await isFolder(path)) ? E.right(await realpath(path)) : E.left((await isThere(path)) ? `${JSON.stringify(path)} is no folder` : `there is no folder ${JSON.stringify(path)}`)
  } catch (error) {
    return E.left(`${JSON.stringify(path)} cannot be opened: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const isThere = (path: string): Promise<boolean> => stat(path).then(() => true, () => false)

const isFolder = (path: string): Promise<boolean> => stat(path).then((found) => found.isDirectory(), () => false)
