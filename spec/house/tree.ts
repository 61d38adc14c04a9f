import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The root of the repository, without a slash at its end. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Reads a file by its path from the root. */
export const read = (path: string): string => readFileSync(`${ROOT}/${path}`, 'utf8')

/** Paths from the root of all files with the ending under a folder, sorted, but of packages and builds; none if there is no such folder. */
export const filesUnder = (folder: string, ending: string): readonly string[] => {
  try {
    return readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(ending) && !/(?:^|[\\/])(?:node_modules|build)[\\/]/.test(name))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .toSorted()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
