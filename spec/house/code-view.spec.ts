import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { codeView, lineCount, lineOf } from './code-view.js'

describe('codeView', () => {
  it.each([
    ['a line comment', 'a // enum X\nb', 'a          \nb'],
    ['a block comment over lines', 'a /* x\ny */ b', 'a     \n     b'],
    ['a string, its quotes kept', `f('as any')`, `f('      ')`],
    ['an escaped quote', String.raw`f('a\'b', c)`, `f('    ', c)`],
    ['a template, but not the code within it', '`a ${b} c` + d', '`  ${b}  ` + d'],
    ['a template within a template', '`a${f(`x${y}z`)}b`', '` ${f(` ${y} `)} `'],
    ['an object within a template', '`${{ a: 1 }}b` as', '`${{ a: 1 }} ` as'],
    ['a regular expression with a quote', `x.replace(/['"/]/g, y)`, 'x.replace(/     /g, y)'],
    ['a regular expression after return', `return /a'b/`, 'return /   /'],
    ['nothing of a division', 'a / b / c // d', 'a / b / c     '],
    ['an unfinished comment to the end', 'a /* b', 'a     '],
  ])('blanks %s', (_, text, expected) => {
    expect(codeView(text)).toBe(expected)
  })

  const marks = ['a', ' ', '\n', `'`, '"', '`', '${', '}', '{', '/', '*', '\\', '[', ']']

  test.prop([fc.array(fc.constantFrom(...marks)).map((parts) => parts.join(''))])(
    'keeps the length and every line of any text',
    (text) => {
      const view = codeView(text)
      expect(view.length).toBe(text.length)
      expect(view.split('\n').length).toBe(text.split('\n').length)
    },
  )
})

describe('lines', () => {
  it('are counted from 1, a last line break not being a line', () => {
    expect(lineOf('a\nb', 0)).toBe(1)
    expect(lineOf('a\nb', 2)).toBe(2)
    expect(lineCount('a\nb\n')).toBe(2)
    expect(lineCount('a\nb')).toBe(2)
  })
})
