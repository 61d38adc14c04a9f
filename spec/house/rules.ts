import { codeView, lineCount, lineOf } from './code-view.js'
import { type Import, importsOf } from './imports.js'

/** A rule of the house: what is wrong with one file, one line a problem; nothing when all is right. Paths are from the root. */
export type HouseRule = (path: string, text: string) => readonly string[]

const isSource = (path: string): boolean => path.startsWith('src/')

const hits = (path: string, text: string, code: string, pattern: RegExp, what: string): readonly string[] =>
  [...code.matchAll(pattern)].map(({ 0: found, index }) => `${path}:${lineOf(text, index)} ${what}: ${text.slice(index, index + found.length)}`)

/** A rule about words of code: a pattern that must not be found outside comments and strings. */
const without = (applies: (path: string) => boolean, pattern: RegExp, what: string): HouseRule => (path, text) =>
  applies(path) ? hits(path, text, codeView(text), pattern, what) : []

export const noDefaultExport: HouseRule = without(
  isSource,
  /(?<![\w$.])export\s*(?:\bdefault\b|\{[^}]*\bas\s+default\b)/g,
  'a default export',
)

export const noEnum: HouseRule = without(isSource, /(?<![\w$.])enum\s+[\w$]+/g, 'an enum')

export const noAny: HouseRule = without(isSource, /(?<![\w$.])any(?![\w$])(?!\s*(?:[(:]|\?\s*:))/g, 'the type `any`')

// Right is only `= Math.random` as a default: no call, no other use, no variable that is one.
const CHANCE = [
  /(?<!=\s*)Math\s*\.\s*random/,
  /Math\s*\.\s*random\s*\(/,
  /(?:const|let|var)\s+[\w$]+(?:\s*:[^={]*(?:=>[^={]*)?)?\s*=\s*Math\s*\.\s*random/,
]

/** Clock, chance, environment and log come in by parameter; only a parameter's default may be `Math.random`. */
export const noAmbient: HouseRule = (path, text) =>
  [
    without(isSource, /(?<![\w$.])(?:Date\s*\.\s*now|new\s+Date\s*\(\s*\)|performance\s*\.\s*now)/g, 'the ambient clock'),
    without(isSource, /(?<![\w$.])(?:setTimeout|setInterval|setImmediate)(?![\w$])/g, 'an ambient timer'),
    without(isSource, /(?<![\w$.])(?:process\s*\.\s*env|console\s*\.)/g, 'the ambient environment'),
    without(isSource, new RegExp(CHANCE.map(({ source }) => source).join('|'), 'g'), 'ambient chance'),
  ].flatMap((rule) => rule(path, text))

const RENAMES = /(?<![\w$.])export\s*(?:type\s*)?\{[^}]*\}/g
const KEY_REMAP = /\[\s*[\w$]+\s+in\s[^\]]*$/

/** No `as` but `as const`, renames of imports and exports, and the keys of mapped types. */
export const noAssertion: HouseRule = (path, text) => {
  if (!isSource(path)) return []
  const blank = (part: string): string => part.replaceAll(/[^\n]/g, ' ')
  const outside = (code: string, { at, end }: Import): string => code.slice(0, at) + blank(code.slice(at, end)) + code.slice(end)
  const renamed = importsOf(text).reduce(outside, codeView(text)).replaceAll(RENAMES, blank)
  return [...renamed.matchAll(/(?<=[\w$)\]}'"`>]\s+)as(?=\s+[\w$({['"`])(?!\s+const\b)/g)]
    .filter((match) => !KEY_REMAP.test(renamed.slice(0, match.index)))
    .map((match) => `${path}:${lineOf(text, match.index)} a type assertion: ${text.slice(match.index, match.index + 24).split('\n')[0]}`)
}

/** A file that a reader cannot hold is two files. */
export const shortEnough: HouseRule = (path, text) => {
  const most = isSource(path) ? 200 : path.startsWith('spec/') ? 400 : Infinity
  return lineCount(text) > most ? [`${path} has ${lineCount(text)} lines, more than ${most}`] : []
}

export const noSkippedSpec: HouseRule = without(
  (path) => path.startsWith('spec/'),
  /(?<![\w$.])(?:(?:it|test|describe|suite)(?:\s*\.\s*\w+)*?\s*\.\s*(?:skip|only|todo|skipIf|runIf)\b|(?:ctx|context)\s*\.\s*skip\s*\()/g,
  'a spec that does not run, or runs alone',
)

const ODDS_AND_ENDS = /^(?:types?|utils?|helpers?|common|misc)$/
const KEBAB_CASE = /^[a-z\d]+(?:[-.][a-z\d]+)*$/

/** A name says what is inside: no rooms for odds and ends, and kebab-case as the export is called. */
export const tellingName: HouseRule = (path) => {
  const parts = path.replace(/(?:\.spec)?\.ts$/, '').split('/')
  return [
    ...parts.filter((part) => ODDS_AND_ENDS.test(part)).map((part) => `${path} is named ${part}: name it after what it holds`),
    ...parts.filter((part) => !KEBAB_CASE.test(part)).map((part) => `${path}: ${part} is not kebab-case`),
  ]
}

/** Everything but who imports whom, which is in `room-rules.ts`. */
export const RULES: Readonly<Record<string, HouseRule>> = {
  noDefaultExport,
  noEnum,
  noAny,
  noAmbient,
  noAssertion,
  shortEnough,
  noSkippedSpec,
  tellingName,
}
