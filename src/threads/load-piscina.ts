import { createRequire } from 'node:module'

export type PiscinaModule = typeof import('piscina')

/** Why threads cannot be had. */
export class PiscinaMissingError extends Error {
  override readonly name = 'PiscinaMissingError'

  constructor(cause: unknown) {
    super('rxcrew/threads needs the package piscina, version 5, which could not be loaded: npm install piscina@5', { cause })
  }
}

/** Loads the optional peer when it is first needed, so that who lacks it reads what to install. */
export const loadPiscina = (require: (name: string) => PiscinaModule = createRequire(import.meta.url)): PiscinaModule => {
  try {
    return require('piscina')
  } catch (error) {
    throw new PiscinaMissingError(error)
  }
}
