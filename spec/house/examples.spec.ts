import { beforeAll, describe, expect, it } from 'vitest'
import { blocksOf } from './doc-blocks.js'
import { documents } from './documents.js'
import { ensureBuilt, exampleProblems, examplePrograms, runExample } from './examples.js'
import { read } from './tree.js'

const programs = examplePrograms()

const promised = (path: string): readonly string[] =>
  documents().flatMap((doc) => blocksOf(read(doc)))
    .filter(({ from }) => from?.type === 'output' && from.path === path)
    .map(({ lines }) => lines.filter((line) => !line.startsWith('$ ')).join('\n'))

describe('exampleProblems', () => {
  it.each(['export const a = 1\nconsole.log(a)', 'const a = 1', '// console.log(a)', `const a = 'console.log'`])('refuses %j', (text) => {
    expect(exampleProblems('examples/x.ts', text)).toHaveLength(1)
  })

  it('accepts a program that prints', () => {
    expect(exampleProblems('examples/x.ts', `import { a } from 'rxcrew'\n\n// export\nconsole.log(a)\n`)).toEqual([])
  })
})

describe('the examples', () => {
  beforeAll(ensureBuilt, 120_000)

  it('are there', () => {
    expect(programs).not.toEqual([])
  })

  it.each(programs)('%s is a program that prints', (path) => {
    expect(exampleProblems(path, read(path))).toEqual([])
  })

  it.each(programs)('%s runs in plain Node and prints what the docs promise', (path) => {
    const printed = runExample(path).trimEnd()
    expect(printed).not.toBe('')
    for (const output of promised(path)) expect(output.trimEnd()).toBe(printed)
  })
})
