import { describe, expect, it } from 'vitest'
import { memoryFeatures } from '../../src/bus/memory-features.js'
import { featuresTable } from './bus-features.js'
import { fillTables } from './doc-tables.js'

const tables = { numbers: ['| one |', '|---|', '| 1 |'] }

describe('fillTables', () => {
  it.each([
    ['is missing', 'A\n<!-- table: numbers -->\n\nB', 'A\n<!-- table: numbers -->\n| one |\n|---|\n| 1 |\n\nB'],
    ['is another', '<!-- table: numbers -->\n| two |\n|---|\n\nB', '<!-- table: numbers -->\n| one |\n|---|\n| 1 |\n\nB'],
    ['is another, below a blank line', '<!-- table: numbers -->\n\n| two |', '<!-- table: numbers -->\n\n| one |\n|---|\n| 1 |'],
  ])('puts the table where it %s, and says where', (_, before, after) => {
    const { text, changes, problems } = fillTables('d.md', before, tables)
    expect([text, problems]).toEqual([after, []])
    expect(changes).toEqual([expect.stringMatching(/^d\.md:[12] table numbers$/)])
    expect(fillTables('d.md', text, tables).changes).toEqual([])
  })

  it('leaves a table without a mark alone', () => {
    const text = 'A\n\n| two |\n|---|\n'
    expect(fillTables('d.md', text, tables)).toEqual({ text, changes: [], problems: [] })
  })

  it('refuses a name that is none', () => {
    const { problems } = fillTables('d.md', 'A\n<!-- table: words -->\n', tables)
    expect(problems).toEqual(['d.md:2 there is no table words; there is numbers'])
  })
})

describe('featuresTable', () => {
  it('has a column for each bus, and says where one does not promise something', () => {
    const lines = featuresTable([memoryFeatures({ maxAttempts: Infinity }), { ...memoryFeatures(), name: 'other', keyOrder: false, maxMessageBytes: 1_500 }])
    expect(lines[0]).toBe('| | `memory` | `other` |')
    expect(lines).toContain('| Messages of one key reach one consumer, in order | yes | **no** |')
    expect(lines).toContain('| Largest message, in bytes (option) | 1,048,576 | 1,500 |')
    expect(lines).toContain('| Deliveries before a message is a dead letter (option) | ∞ | 5 |')
  })
})
