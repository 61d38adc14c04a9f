import { describe, expect, it } from 'vitest'
import { featuresTable } from './bus-features.js'
import { fillDoc } from './doc-blocks.js'
import { fillTables } from './doc-tables.js'
import { documents } from './documents.js'
import { read } from './tree.js'

// What programs print is compared in examples.spec.ts, which runs them.
const unread = { file: read, output: () => '' }

const codeOnly = (changes: readonly string[]): readonly string[] => changes.filter((change) => / file /.test(change))

describe('the docs', () => {
  it('have a README.md', () => {
    expect(documents(), 'README.md is missing: its first code block should be the shortest program that is useful').toContain('README.md')
  })

  it.each(documents())('show in %s only code that is a file and runs', (path) => {
    const { changes, problems } = fillDoc(path, read(path), unread)
    expect(problems).toEqual([])
    expect(codeOnly(changes), 'run `npm run docs` to fill the blocks from their files').toEqual([])
  })

  it.each(documents())('show in %s only tables that the code says', (path) => {
    const { changes, problems } = fillTables(path, read(path), { 'bus-features': featuresTable() })
    expect(problems).toEqual([])
    expect(changes, 'run `npm run docs` to fill the tables from the code').toEqual([])
  })
})
