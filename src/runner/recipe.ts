import * as E from 'fp-ts/lib/Either.js'
import { describe } from '../core/describe.js'
import { readPicked, type Given, type Picked } from './picked.js'

/** How something that is picked by name is made. */
export interface Recipe<T> {
  /** Names of its values, in the order in which they may be given without; empty if all have to be named. */
  readonly inOrder: readonly string[]
  /** Throws what is wrong with the options: whoever makes it checks at the door. */
  make(given: Given): T
}

export type Recipes<T> = Readonly<Record<string, Recipe<T>>>

/** What is made from one object of options. */
export const byOptions = <T>(make: (options: never) => T): Recipe<T> => ({
  inOrder: [],
  make: (given) => (isTaken(given) ? make(given) : refuse(given)),
})

/** What is made from a few values, which may be given in this order or by these names, and no others. */
export const byValues = <O, T>(inOrder: readonly (keyof O & string)[], make: (values: O) => T): Recipe<T> => ({
  inOrder,
  make: (given) => {
    const stray = Object.keys(given).find((name) => !inOrder.some((known) => known === name))
    if (stray !== undefined) throw new Error(`${stray} is not one of its options, ${inOrder.join(', ') || 'of which there are none'}`)
    return isTaken(given) ? make(given) : refuse(given)
  },
})

// Whether the options are of the right kind is what the maker finds out: it checks all of them, and says what is wrong.
const isTaken = (given: unknown): given is never => typeof given === 'object' && given !== null && !Array.isArray(given)

const refuse = (given: unknown): never => {
  throw new Error(`options should be an object, but are ${describe(given)}`)
}

/** Makes what a word picks; Left says what is wrong. */
export const cook = <T>(recipes: Recipes<T>, word: string): E.Either<string, T> => {
  const picked = readPicked(word)
  if (E.isLeft(picked)) return picked
  const recipe = Object.hasOwn(recipes, picked.right.name) ? recipes[picked.right.name] : undefined
  if (recipe === undefined) return E.left(`should be one of ${Object.keys(recipes).join(', ')}, but is ${describe(picked.right.name)}`)
  const given = inNames(recipe.inOrder, picked.right)
  if (E.isLeft(given)) return given
  return E.tryCatch(() => recipe.make(given.right), (error) => `is wrong: ${error instanceof Error ? error.message : describe(error)}`)
}

const inNames = (inOrder: readonly string[], { name, values, named }: Picked): E.Either<string, Given> => {
  const extra = values[inOrder.length]
  if (extra !== undefined) {
    const room = inOrder.length === 0 ? 'takes no value without a name' : `takes no more values than ${inOrder.join(', ')}`
    return E.left(`has ${describe(extra)}, but '${name}' ${room}`)
  }
  const twice = inOrder.find((key, i) => i < values.length && Object.hasOwn(named, key))
  if (twice !== undefined) return E.left(`has ${twice} of '${name}' twice`)
  return E.right({ ...Object.fromEntries(values.map((value, i) => [inOrder[i], value])), ...named })
}
