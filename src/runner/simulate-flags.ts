import * as E from 'fp-ts/lib/Either.js'
import { describe } from '../core/describe.js'
import { type Check, milliseconds, whole, wholeOrInfinity, within } from '../core/options.js'
import { readFlags, type Flags } from './flags.js'
import { readValue } from './picked.js'

/** Flags of `rxcrew simulate` with a number, and what each may be. */
const NUMBERS = {
  min: whole(0),
  max: whole(1),
  seconds: within(0, 1e9, 'seconds'),
  count: whole(0, 100_000_000),
  seed: whole(0),
  'sample-every-ms': milliseconds(1),
  'start-ms': milliseconds(),
  'restart-after-ms': milliseconds(),
  capacity: wholeOrInfinity(1),
} satisfies Readonly<Record<string, Check<number>>>

type NumberName = keyof typeof NUMBERS

/** What the words say, as far as it can be told without reading a file. */
export interface SimulateFlags {
  readonly policies: readonly string[]
  readonly text: (name: TextName) => string | undefined
  readonly number: (name: NumberName) => number | undefined
  readonly problems: readonly string[]
}

const TEXTS = ['arrivals', 'service', 'downstream', 'failures', 'traffic', 'report'] as const

type TextName = (typeof TEXTS)[number]

const NUMBER_NAMES: readonly string[] = Object.keys(NUMBERS)

export const readSimulateFlags = (words: readonly string[]): SimulateFlags => {
  const flags = readFlags(words, { single: [...TEXTS, ...NUMBER_NAMES], many: ['policy'], bare: [] })
  const numbers = Object.fromEntries(Object.entries(NUMBERS).map(([name, codec]) => [name, readNumber(flags, name, codec)]))
  const wrong = Object.values(numbers).flatMap((read) => (E.isLeft(read) ? [read.left] : []))
  return {
    policies: flags.given.get('policy') ?? ['demand'],
    text: (name) => flags.given.get(name)?.[0],
    number: (name) => {
      const read = numbers[name]
      return read !== undefined && E.isRight(read) ? read.right : undefined
    },
    problems: [...flags.problems, ...wrong],
  }
}

const readNumber = ({ given }: Flags, name: string, codec: Check<number>): E.Either<string, number | undefined> => {
  const word = given.get(name)?.[0]
  if (word === undefined) return E.right(undefined)
  const value = readValue(word)
  return codec.is(value) ? E.right(value) : E.left(`--${name} should be ${codec.name}, but is ${describe(value)}`)
}
