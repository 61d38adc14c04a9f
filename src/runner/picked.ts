import * as E from 'fp-ts/lib/Either.js'
import { describe } from '../core/describe.js'

/** Options as they were written, not yet checked by whoever takes them. */
export type Given = Readonly<Record<string, unknown>>

/** A word of the command line that picks something by its name, with options: `demand:deliveryWaitMs=200`. */
export interface Picked {
  readonly name: string
  /** Values without a name, in their order. */
  readonly values: readonly unknown[]
  readonly named: Given
}

const NAME = /^[a-z]\w*$/i
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([['true', true], ['false', false], ['Infinity', Infinity]])

/** A number, `true`, `false`, `Infinity`, or else the text itself. */
export const readValue = (text: string): unknown => (DECIMAL.test(text) ? Number(text) : CONSTANTS.has(text) ? CONSTANTS.get(text) : text)

/** `name`, `name:8`, `name:20,exponent=3` or, for options within options, `name:{"a":{"b":1}}`; Left says what is wrong. */
export const readPicked = (word: string): E.Either<string, Picked> => {
  const colon = word.indexOf(':')
  const [name, rest] = colon < 0 ? [word, undefined] : [word.slice(0, colon), word.slice(colon + 1).trim()]
  if (!NAME.test(name)) return E.left(`should begin with a name, but is ${describe(word)}`)
  if (rest === undefined) return E.right({ name, values: [], named: {} })
  return rest.startsWith('{') ? fromJson(name, rest) : fromList(name, rest)
}

const fromJson = (name: string, text: string): E.Either<string, Picked> => {
  try {
    const named: Given = JSON.parse(text)
    return E.right({ name, values: [], named })
  } catch (error) {
    return E.left(`should have JSON after '${name}:', but ${describe(error)}`)
  }
}

const fromList = (name: string, text: string): E.Either<string, Picked> => {
  const parts = text.split(',').map((part) => part.trim())
  const pairs = parts.flatMap((part): (readonly [string, unknown])[] => {
    const at = part.indexOf('=')
    return at < 0 ? [] : [[part.slice(0, at).trim(), readValue(part.slice(at + 1).trim())]]
  })
  const names = pairs.map(([key]) => key)
  const wrong = parts.find((part) => part === '' || part.startsWith('=') || part.endsWith('='))
  if (wrong !== undefined) return E.left(`should have values or name=value after '${name}:', but has ${describe(wrong)}`)
  const odd = names.find((key, i) => !NAME.test(key) || names.indexOf(key) !== i)
  if (odd !== undefined) return E.left(`should name each option once, in letters, but has ${describe(odd)}`)
  return E.right({ name, values: parts.filter((part) => !part.includes('=')).map(readValue), named: Object.fromEntries(pairs) })
}
