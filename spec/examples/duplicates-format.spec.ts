import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { padEnd, padStart, shorten, width } from '../../examples/duplicates/cells.js'
import { bytes, clock, count, duration, plural, printable } from '../../examples/duplicates/format.js'
import { fromText, isText, join, shown, toFs, toText } from '../../examples/duplicates/raw-path.js'

describe('numbers for people', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [1024 ** 2 - 1, '1.0 MiB'],
    [256 * 1024 ** 2, '256 MiB'],
    [3.25 * 1024 ** 3, '3.3 GiB'],
    [2 ** 53, '8 PiB'],
  ])('shows %d bytes as %s', (value, text) => {
    expect(bytes(value)).toBe(text)
  })

  it.each([
    [0, '0:00'],
    [7400, '0:07'],
    [59_600, '1:00'],
    [754_000, '12:34'],
    [3_723_000, '1:02:03'],
    [-5, '0:00'],
  ])('shows %d ms on a clock as %s', (value, text) => {
    expect(clock(value)).toBe(text)
  })

  it.each([
    [0, '0 ms'],
    [0.42, '0.4 ms'],
    [34.4, '34 ms'],
    [999.7, '1.0 s'],
    [2100, '2.1 s'],
    [200_000, '3:20'],
  ])('shows a span of %d ms as %s', (value, text) => {
    expect(duration(value)).toBe(text)
  })

  it('separates thousands and knows one from many', () => {
    expect([count(13_002), plural(1, 'file'), plural(0, 'file'), plural(2, 'entry', 'entries')]).toEqual(['13,002', '1 file', '0 files', '2 entries'])
  })

  test.prop([fc.nat({ max: 2 ** 40 })])('never needs more than nine characters for a size', (value) => {
    expect(bytes(value).length).toBeLessThanOrEqual(9)
  })
})

describe('names to look at', () => {
  it('shows line breaks, escape sequences and marks of direction instead of doing them', () => {
    expect(printable('a\nb\r\t\u001b[31mc\u202ed')).toBe(String.raw`a\nb\r\t\u{1b}[31mc\u{202e}d`)
  })

  test.prop([fc.string({ unit: 'binary' })])('leaves nothing that moves a cursor, whatever the name', (name) => {
    // oxlint-disable-next-line no-control-regex
    expect(printable(name)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/)
  })

  test.prop([fc.uint8Array({ minLength: 1, maxLength: 40 })])('brings every name back byte for byte', (name) => {
    const raw = Buffer.from(name).toString('latin1')
    expect([...toFs(raw)]).toEqual([...name])
  })

  test.prop([fc.string({ unit: 'grapheme', minLength: 1 })])('shows a name that is text as that text', (name) => {
    expect(isText(fromText(name))).toBe(true)
    expect(toText(fromText(name))).toBe(name)
  })

  it('shows the bytes of a name that is no text', () => {
    expect(shown('caf\u00e9\n')).toBe(String.raw`caf\xe9\n`)
    expect(isText('caf\u00e9')).toBe(false)
  })

  it('joins below the root without a leading slash', () => {
    expect([join('', 'a'), join('a', 'b')]).toEqual(['a', 'a/b'])
  })
})

describe('cells', () => {
  it('counts two for an ideograph and none for an accent of its own', () => {
    expect([width('abc'), width('日本'), width('e\u0301')]).toEqual([3, 4, 1])
  })

  it('cuts in the middle and keeps more of the end', () => {
    expect(shorten('node_modules/some/where/deep/file.js', 20)).toBe('node_m…/deep/file.js')
  })

  test.prop([fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat({ max: 60 })])('never takes more cells than it may', (text, cells) => {
    expect(width(shorten(text, cells))).toBeLessThanOrEqual(cells)
  })

  test.prop([fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat({ max: 60 })])('fills up to exactly as many cells as asked', (text, cells) => {
    expect([width(padEnd(text, cells)), width(padStart(text, cells))]).toEqual([cells, cells])
  })
})
