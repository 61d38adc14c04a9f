import { codeView } from './code-view.js'

/** One place where a file names another module. */
export interface Import {
  readonly specifier: string
  /** Vanishes when compiled. `import { type A }` does not: it stays as `import {}`. */
  readonly typeOnly: boolean
  /** Index of its first character. */
  readonly at: number
  /** Index after its last character. */
  readonly end: number
}

const CLAUSE = String.raw`(?:[\w$]+\s*,?\s*)?(?:\*(?:\s*as\s+[\w$]+)?|\{[^}]*\})?\s*`
const FROM = new RegExp(String.raw`(?<![\w$.])(?:import|export)(\s+type(?=[\s{*]))?\s*${CLAUSE}(?<![\w$])from\s*(['"])([^'"]*)\2`, 'dg')
const ALONE = /(?<![\w$.])import\s*(['"])([^'"]*)\1/dg
const DYNAMIC = /(?<![\w$.])import\s*\(\s*(?:(['"`])([^'"`]*)\1)?/dg

/** Every import, re-export, side-effect import and `import()` of a file; one that is no literal has the specifier ''. */
export const importsOf = (text: string): readonly Import[] => {
  const code = codeView(text)
  const all = (pattern: RegExp, group: number): readonly Import[] =>
    [...code.matchAll(pattern)].map((match) => {
      const [start, stop] = match.indices?.[group] ?? [0, 0]
      const typeOnly = pattern === FROM && match[1] !== undefined
      return { specifier: text.slice(start, stop), typeOnly, at: match.index, end: match.index + match[0].length }
    })
  return [...all(FROM, 3), ...all(ALONE, 2), ...all(DYNAMIC, 2)].toSorted((a, b) => a.at - b.at)
}
