import { existsSync } from 'node:fs'
import { filesUnder, ROOT } from './tree.js'

/** The texts whose code blocks are files of the examples: README.md and everything under docs/. */
export const documents = (): readonly string[] => [...(existsSync(`${ROOT}/README.md`) ? ['README.md'] : []), ...filesUnder('docs', '.md')]
