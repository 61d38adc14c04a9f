import { codeView } from './code-view.js'

/** The names an entry point offers, each list sorted. */
export interface PublicNames {
  readonly values: readonly string[]
  readonly types: readonly string[]
}

/** What each entry point offers, by the name users import it with. */
export type PublicSurface = Readonly<Record<string, PublicNames>>

export const SURFACE_FILE = 'spec/house/public-surface.json'

const BLOCK = /(?<![\w$.])export\s+(type\s+)?\{([^}]*)\}\s*from\s*(['"])[^'"]*\3;?/g

/** The names in the `export { a, type B } from` blocks of an index file; throws if the file has anything else. */
export const publicNames = (path: string, text: string): PublicNames => {
  const code = codeView(text)
  const rest = code.replaceAll(BLOCK, '').trim()
  if (rest !== '') throw new Error(`${path} should hold nothing but \`export { … } from\` blocks, but has: ${rest.split('\n')[0]}`)
  const names = [...code.matchAll(BLOCK)].flatMap(([, allTypes, list = '']) =>
    list.split(',').filter((entry) => entry.trim() !== '').map((entry) => one(entry, allTypes !== undefined)))
  const sorted = (type: boolean): readonly string[] => names.filter(({ isType }) => isType === type).map(({ name }) => name).toSorted()
  return { values: sorted(false), types: sorted(true) }
}

const one = (entry: string, allTypes: boolean): { readonly name: string, readonly isType: boolean } => {
  const words = entry.trim().split(/\s+/)
  return { name: words.at(-1) ?? '', isType: allTypes || (words[0] === 'type' && words.length > 1) }
}

/** The source file behind each entry point of a package.json that is code: `rxcrew/testing` → `src/testing/index.ts`. */
export const entryPoints = (packageJson: string): readonly (readonly [name: string, path: string])[] => {
  const { name, exports }: { name: string, exports: Record<string, string | { default: string }> } = JSON.parse(packageJson)
  return Object.entries(exports).flatMap(([key, target]) =>
    typeof target === 'string' ? [] : [[name + key.slice(1), target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')] as const])
}

/** Reads every entry point. */
export const publicSurface = (read: (path: string) => string): PublicSurface =>
  Object.fromEntries(entryPoints(read('package.json')).map(([name, path]) => [name, publicNames(path, read(path))]))

/** One line for each name that came or went. */
export const surfaceChanges = (committed: PublicSurface, now: PublicSurface): readonly string[] =>
  [...new Set([...Object.keys(committed), ...Object.keys(now)])].flatMap((entry) =>
    (['values', 'types'] as const).flatMap((kind) => {
      const [before, after] = [committed[entry]?.[kind] ?? [], now[entry]?.[kind] ?? []]
      const told = (names: readonly string[], others: readonly string[], what: string): readonly string[] =>
        names.filter((name) => !others.includes(name)).map((name) => `${entry}: the ${kind.slice(0, -1)} ${name} ${what}`)
      return [...told(after, before, 'is new'), ...told(before, after, 'is gone')]
    }))
