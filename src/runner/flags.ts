import { parseArgs, type ParseArgsConfig } from 'node:util'
import { describe } from '../core/describe.js'

/** What was given to each flag, in order; and what is wrong with how it was given. */
export interface Flags {
  readonly given: ReadonlyMap<string, readonly string[]>
  readonly problems: readonly string[]
}

export interface FlagOptions {
  /** Takes a value, and may be given once. */
  readonly single: readonly string[]
  /** Takes a value each time. */
  readonly many: readonly string[]
  /** Takes none. */
  readonly bare: readonly string[]
}

/** Reads words of a command line; unlike the strict way of `parseArgs` it tells all problems, not the first. */
export const readFlags = (words: readonly string[], { single, many, bare }: FlagOptions): Flags => {
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries([
    ...[...single, ...many].map((name) => [name, { type: 'string' }] as const),
    ...bare.map((name) => [name, { type: 'boolean' }] as const),
  ])
  const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true, allowPositionals: true })
  const given = new Map<string, readonly string[]>()
  const problems: string[] = []
  for (const token of tokens) {
    const problem = problemOf(token, given, { single, many, bare })
    if (problem !== undefined) problems.push(problem)
    else if (token.kind === 'option') given.set(token.name, [...(given.get(token.name) ?? []), token.value ?? ''])
  }
  return { given, problems }
}

interface Token {
  readonly kind: 'option' | 'positional' | 'option-terminator'
  readonly name?: string
  readonly rawName?: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

const problemOf = (token: Token, given: ReadonlyMap<string, unknown>, { single, many, bare }: FlagOptions): string | undefined => {
  const { kind, name = '', rawName = '', value, inlineValue } = token
  if (kind === 'option-terminator') return undefined
  if (kind === 'positional') return `${describe(value)} belongs to no option`
  if (!rawName.startsWith('--') || ![...single, ...many, ...bare].includes(name)) return `${rawName} is not an option`
  if (bare.includes(name)) return value === undefined ? undefined : `--${name} takes no value, but has ${describe(value)}`
  if (value === undefined || value === '') return `--${name} should have a value, but has none`
  if (inlineValue === false && value.startsWith('--')) return `--${name} should have a value, but ${value} comes next`
  return single.includes(name) && given.has(name) ? `--${name} should be given once, but comes again with ${describe(value)}` : undefined
}
