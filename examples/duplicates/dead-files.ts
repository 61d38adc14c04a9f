import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { FoundFile } from './files.js'
import { printable } from './format.js'
import type { DeadFile } from './result.js'

const DeadLetter = t.type({ message: t.type({ payload: FoundFile }), reason: t.string, causes: t.array(t.string), attempts: t.number })

/** The file that a dead letter is about; undefined if it is about none. */
export const deadFile = (group: string, deadLetter: unknown): DeadFile | undefined => {
  const decoded = DeadLetter.decode(deadLetter)
  if (E.isLeft(decoded)) return undefined
  const { message, reason, causes, attempts } = decoded.right
  return { group, path: message.payload.path, reason: printable(inShort(causes[0] ?? reason)), attempts }
}

// An error of the file system ends with the call and the whole path, which is told already.
const inShort = (cause: string): string => cause.replace(/^\w+: /, '').replace(/, \w+ '.*$/s, '')
