import type { Problem } from './options-error.js'

/** Thrown, or rejected with, when a message cannot be sent as it is; names every problem found, each with its path. */
export class MessageError extends Error {
  override readonly name = 'MessageError'

  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(`message: ${sentences(problems)}`)
    this.problems = problems
  }
}

/** The problems as one line: where, what would be right, what came. */
export const sentences = (problems: readonly Problem[]): string =>
  problems.map(({ path, got, expected }) => `${path === '' ? 'the message' : path} should be ${expected}, but is ${got}`).join('; ')
