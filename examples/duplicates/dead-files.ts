import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { FoundFile } from './files.js'
import { printable } from './format.js'
import type { DeadFile } from './result.js'

const DeadLetter = t.type({ message: t.type({ payload: FoundFile }), reason: t.string })

/** The file that a dead letter is about; undefined if it is about none. */
export const deadFile = (group: string, deadLetter: unknown): DeadFile | undefined => {
  const decoded = DeadLetter.decode(deadLetter)
  if (E.isLeft(decoded)) return undefined
  const { message, reason } = decoded.right
  return { group, path: message.payload.path, reason: printable(inShort(reason)) }
}

// Said once is enough: that one attempt failed, and the path with which an error of the file system ends.
const inShort = (reason: string): string =>
  reason.replace(/^failed after (?:1 attempt: |(\d+ attempts: ))\w+: /, (_, many: string | undefined) => (many === undefined ? '' : `failed after ${many}`)).replace(/, \w+ '.*$/s, '')
