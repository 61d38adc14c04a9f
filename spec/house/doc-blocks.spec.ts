import { describe, expect, it } from 'vitest'
import { blocksOf, excerpt, fillDoc, type Sources } from './doc-blocks.js'

const PROGRAM = `import { a } from 'rxcrew'

// #region part
  const b = a()
  if (b) {
    // #region inner
    c()
    // #endregion
  }
// #endregion
console.log(b)
`

const sources: Sources = {
  file: (path) => {
    if (path !== 'examples/x.ts') throw new Error(`${path} does not exist`)
    return PROGRAM
  },
  output: () => 'one\ntwo\n',
}

const doc = (mark: string, language: string, ...lines: readonly string[]): string =>
  ['# A', '', mark, '```' + language, ...lines, '```', 'End.'].join('\n')

describe('blocksOf', () => {
  it('finds each block with its language, lines and mark', () => {
    expect(blocksOf(doc('<!-- file: examples/x.ts#part -->', 'ts', 'a', '', 'b'))).toEqual([
      { language: 'ts', from: { type: 'file', path: 'examples/x.ts', region: 'part' }, open: 3, close: 7, indent: '', lines: ['a', '', 'b'] },
    ])
  })

  it('takes no fence inside a longer fence for a block', () => {
    expect(blocksOf('````md\n```ts\na\n```\n````\n```sh\nb\n```').map(({ language }) => language)).toEqual(['md', 'sh'])
  })

  it('takes the indentation of a list off', () => {
    expect(blocksOf('- a\n\n  ```sh\n  b\n    c\n  ```')[0]).toMatchObject({ indent: '  ', lines: ['b', '  c'] })
  })

  it('takes no mark from further up than the line before', () => {
    expect(blocksOf('<!-- file: examples/x.ts -->\nA word.\n```ts\na\n```')[0]?.from).toBeUndefined()
  })
})

describe('excerpt', () => {
  it('is the whole file without its region marks', () => {
    expect(excerpt('x', PROGRAM, undefined).filter((line) => line.includes('region'))).toEqual([])
    expect(excerpt('x', PROGRAM, undefined)).toHaveLength(7)
  })

  it('is a region, moved to the margin, to its own end and not to that of one inside', () => {
    expect(excerpt('x', PROGRAM, 'part')).toEqual(['const b = a()', 'if (b) {', '  c()', '}'])
    expect(excerpt('x', PROGRAM, 'inner')).toEqual(['c()'])
  })

  it('fails where the region is not found or not ended', () => {
    expect(() => excerpt('x', PROGRAM, 'other')).toThrow('x has no line `// #region other`')
    expect(() => excerpt('x', '// #region a\nb\n', 'a')).toThrow('x has no `// #endregion` for a')
  })
})

describe('fillDoc', () => {
  it('changes nothing where all is as it should be', () => {
    const text = doc('<!-- file: examples/x.ts#inner -->', 'ts', 'c()')
    expect(fillDoc('d.md', text, sources)).toEqual({ text, changes: [], problems: [] })
  })

  it('puts the file where something else stands, and says where', () => {
    const before = doc('<!-- file: examples/x.ts#inner -->', 'ts', 'old()', 'older()')
    const after = doc('<!-- file: examples/x.ts#inner -->', 'ts', 'c()')
    expect(fillDoc('d.md', before, sources)).toEqual({ text: after, changes: ['d.md:4 file examples/x.ts'], problems: [] })
  })

  it('fills several blocks of one text', () => {
    const [code, output] = [doc('<!-- file: examples/x.ts#inner -->', 'ts'), doc('<!-- output: examples/x.ts -->', 'text')]
    const { text, changes } = fillDoc('d.md', `${code}\n${output}`, sources)
    expect(blocksOf(text).map(({ lines }) => lines)).toEqual([['c()'], ['one', 'two']])
    expect(changes).toHaveLength(2)
    expect(fillDoc('d.md', text, sources).changes).toEqual([])
  })

  it('keeps the command on top of a console block', () => {
    const { text } = fillDoc('d.md', doc('<!-- output: examples/x.ts -->', 'console', '$ node x', 'old'), sources)
    expect(blocksOf(text)[0]?.lines).toEqual(['$ node x', 'one', 'two'])
  })

  it('keeps the command of a console block that has nothing else yet', () => {
    const { text } = fillDoc('d.md', doc('<!-- output: examples/x.ts -->', 'console', '$ node x'), sources)
    expect(blocksOf(text)[0]?.lines).toEqual(['$ node x', 'one', 'two'])
  })

  it.each(['sh', 'json', 'text', 'console', 'mermaid', ''])('leaves a %s block without a mark alone', (language) => {
    const text = doc('A word.', language, 'anything')
    expect(fillDoc('d.md', text, sources)).toEqual({ text, changes: [], problems: [] })
  })

  it.each([
    ['code without a mark', 'A word.', 'ts', 'needs <!-- file:'],
    ['code marked as output', '<!-- output: examples/x.ts -->', 'ts', 'needs <!-- file:'],
    ['output marked as code', '<!-- file: examples/x.ts -->', 'text', 'is filled by <!-- output:'],
    ['a marked block of another language', '<!-- file: examples/x.ts -->', 'json', 'cannot be filled'],
    ['a file that is not there', '<!-- file: examples/y.ts -->', 'ts', 'examples/y.ts does not exist'],
    ['a region that is not there', '<!-- file: examples/x.ts#y -->', 'ts', 'has no line'],
  ])('refuses %s', (_, mark, language, problem) => {
    const text = doc(mark, language, 'a')
    const filled = fillDoc('d.md', text, sources)
    expect(filled.problems).toEqual([expect.stringMatching(/^d\.md:4 /)])
    expect(filled.problems[0]).toContain(problem)
    expect(filled.text).toBe(text)
  })
})
