import * as E from 'fp-ts/lib/Either.js'
import { cook, type Recipes } from './recipe.js'

/** Sentences about what is wrong, each with where it is. */
export type Problems = readonly string[]

/** Something read from the command line, or everything that is wrong with it. */
export type Read<T> = E.Either<Problems, T>

export const problemsOf = (all: readonly Read<unknown>[]): Problems => all.flatMap((one) => (E.isLeft(one) ? one.left : []))

/** What the value of a flag picks. */
export const readPick = <T>(flag: string, word: string, recipes: Recipes<T>): Read<T> => E.mapLeft((problem: string) => [`--${flag} ${problem}`])(cook(recipes, word))
