import { Buffer, isUtf8 } from 'node:buffer'
import { printable } from './format.js'

/**
 * A path as the file system has it, one character for each byte. File names are bytes, not text: decoded as UTF-8, two
 * names could become one, and a file would be lost. In this form every name survives a message and comes back the same.
 */
export type RawPath = string

export const fromText = (path: string): RawPath => Buffer.from(path, 'utf8').toString('latin1')

export const join = (folder: RawPath, name: RawPath): RawPath => (folder === '' ? name : `${folder}/${name}`)

/** What the file system is asked with. */
export const toFs = (path: RawPath): Buffer => Buffer.from(path, 'latin1')

export const isText = (path: RawPath): boolean => isUtf8(toFs(path))

/** The name as text where it is text; otherwise with its other bytes as `\xff`. */
export const toText = (path: RawPath): string =>
  isText(path) ? toFs(path).toString('utf8') : path.replace(/[\u0080-\u00ff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`)

/** The name to look at: one line, no character that does anything. */
export const shown = (path: RawPath): string => printable(toText(path))
