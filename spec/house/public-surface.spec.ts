import { describe, expect, it } from 'vitest'
import { entryPoints, publicNames, publicSurface, surfaceChanges, SURFACE_FILE, type PublicSurface } from './public-names.js'
import { read, ROOT } from './tree.js'

const committed: PublicSurface = JSON.parse(read(SURFACE_FILE))

describe('publicNames', () => {
  it('tells values from types, by their public names', () => {
    const text = `// Core
export { b, a, type C, d as e } from './x.js'
export type { F, G as H } from './y.js'
export {
  i,
  type, // a value of that name
} from './z.js'
`
    expect(publicNames('src/index.ts', text)).toEqual({ values: ['a', 'b', 'e', 'i', 'type'], types: ['C', 'F', 'H'] })
  })

  const others = [`export * from './x.js'`, 'export const a = 1', `import './x.js'`, 'export default a']

  it.each(others)('refuses an index file that holds: %s', (text) => {
    expect(() => publicNames('src/index.ts', `export { a } from './x.js'\n${text}\n`)).toThrow('src/index.ts should hold nothing but')
  })

  it('finds the source of every entry point that is code', () => {
    const exports = { '.': { default: './dist/index.js' }, './a': { default: './dist/a/b.js' }, './package.json': './package.json' }
    expect(entryPoints(JSON.stringify({ name: 'p', exports }))).toEqual([['p', 'src/index.ts'], ['p/a', 'src/a/b.ts']])
  })
})

describe('surfaceChanges', () => {
  it('tells what came, what went and what became a type', () => {
    const before = { p: { values: ['a', 'b'], types: ['C'] }, 'p/old': { values: ['x'], types: [] } }
    const after = { p: { values: ['a', 'd'], types: ['C', 'b'] } }
    expect(surfaceChanges(before, after)).toEqual([
      'p: the value d is new',
      'p: the value b is gone',
      'p: the type b is new',
      'p/old: the value x is gone',
    ])
    expect(surfaceChanges(after, after)).toEqual([])
  })
})

describe('the public surface', () => {
  it('is the committed one', () => {
    const changes = surfaceChanges(committed, publicSurface(read))
    expect(changes, `if this is meant, run \`npm run surface\`, commit ${SURFACE_FILE} and say it in CHANGELOG.md`).toEqual([])
  })

  it.each(entryPoints(read('package.json')))('of %s is what an import of everything has', async (name, path) => {
    const all: object = await import(/* @vite-ignore */ `${ROOT}/${path}`)
    expect(Object.keys(all).toSorted()).toEqual(committed[name]?.values)
  })
})
