import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { width } from '../../examples/duplicates/cells.js'
import { addMark, rateOf, timeLeftMs, type Mark } from '../../examples/duplicates/estimate.js'
import { createPaint, wantsColours } from '../../examples/duplicates/paint.js'
import { plainView } from '../../examples/duplicates/plain-view.js'
import { createScreen } from '../../examples/duplicates/screen.js'
import { terminalView } from '../../examples/duplicates/terminal-view.js'
import type { GroupView, View } from '../../examples/duplicates/view.js'

const plain = createPaint(false)

const group = (address: string, changes: Partial<GroupView> = {}): GroupView => ({
  address,
  live: 3,
  busy: 2,
  max: 8,
  waiting: 12,
  processed: 100,
  failed: 0,
  escalations: 1,
  restarts: 1,
  serviceMs: { p50: 1, p99: 2.13 },
  perSecond: 1204,
  ...changes,
})

const view = (changes: Partial<View> = {}): View => ({
  phase: 'working',
  folder: '/project/node_modules',
  elapsedMs: 12_000,
  total: 13_002,
  done: 6912,
  open: 311,
  bytes: 412 * 1024 ** 2,
  bytesPerSecond: 61 * 1024 ** 2,
  redundant: 812,
  wasted: 13_000_000,
  dead: 3,
  leftMs: 11_000,
  groups: [group('stat'), group('hash', { live: 8, busy: 8 }), group('collect', { live: 1, busy: 0, max: 1 })],
  note: undefined,
  ...changes,
})

describe('the live picture', () => {
  it('shows every group in aligned columns, how far it is and what was found', () => {
    expect(terminalView(view(), 80, plain)).toMatchInlineSnapshot(`
      [
        "  rxcrew duplicates  /project/node_modules                                 0:12",
        "",
        "  group    busy█ idle▒      workers waiting   files/s      p99  escalations",
        "  stat     ██▒·····             3/8      12     1,204   2.1 ms            1",
        "  hash     ████████             8/8      12     1,204   2.1 ms            1",
        "  collect  ▒                    1/1      12     1,204   2.1 ms            1",
        "",
        "  █████████████████░░░░░░░░░░░░░░░  53 %  6,912 of 13,002 files  0:11 left",
        "  412 MiB at 61 MiB/s   812 duplicates, 12 MiB wasted   3 dead letters",
        "",
        "  Ctrl-C finishes what was begun and stops.",
      ]
    `)
  })

  it('says that it counts while the total is not known', () => {
    expect(terminalView(view({ total: undefined, leftMs: undefined }), 80, plain)[7]).toBe('  counting the files; 6,912 done so far')
  })

  it('tells of the finishing after a Ctrl-C, and promises no time', () => {
    const lines = terminalView(view({ phase: 'finishing' }), 80, plain)
    expect(lines.at(-1)).toContain('Finishing 311 files')
    expect(lines.join('\n')).not.toContain('left')
  })

  it('colours nothing but what it would say without colours', () => {
    // oxlint-disable-next-line no-control-regex
    const bare = terminalView(view(), 80, createPaint(true)).map((line) => line.replaceAll(/\u001b\[\d+m/g, ''))
    expect(bare).toEqual(terminalView(view(), 80, plain))
  })

  const numbers = fc.nat({ max: 2 ** 40 })
  const views = fc.record({
    folder: fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
    note: fc.option(fc.string({ unit: 'grapheme-ascii', maxLength: 200 }), { nil: undefined }),
    elapsedMs: numbers,
    total: fc.option(numbers, { nil: undefined }),
    done: numbers,
    bytes: numbers,
    redundant: numbers,
    dead: numbers,
    leftMs: fc.option(numbers, { nil: undefined }),
    groups: fc.array(fc.record({ max: fc.integer({ min: 1, max: 256 }), live: fc.nat({ max: 300 }), busy: fc.nat({ max: 300 }), waiting: numbers }).map((changes) => group('some-long-name', changes)), { maxLength: 3 }),
  })
  test.prop([views, fc.integer({ min: 10, max: 200 })])('fits the terminal, and 80 columns, whatever there is to show', (changes, columns) => {
    for (const line of terminalView(view(changes), columns, plain)) expect(width(line)).toBeLessThanOrEqual(Math.min(80, columns - 1))
  })
})

describe('the line for a log', () => {
  it('has the same facts', () => {
    expect(plainView(view())).toBe(
      '[0:12] 6,912 of 13,002 files (53 %), 412 MiB, 812 duplicates, 3 dead letters, 0:11 left | stat 3/8 workers 12 waiting 1,204/s | hash 8/8 workers 12 waiting 1,204/s | collect 1/1 workers 12 waiting 1,204/s',
    )
  })

  it('says that it still counts', () => {
    expect(plainView(view({ total: undefined, leftMs: undefined }))).toContain('6,912 files, still counting')
  })
})

describe('time left', () => {
  it('is the rest at the recent rate', () => {
    const marks = [0, 1000, 2000].reduce<readonly Mark[]>((all, atMs) => addMark(all, { atMs, done: atMs / 10 }), [])
    expect([rateOf(marks), timeLeftMs(marks, 500)]).toEqual([100, 3000])
  })

  it('forgets what was longer than ten seconds ago', () => {
    const marks = Array.from({ length: 61 }, (_, second) => ({ atMs: second * 1000, done: second <= 30 ? second : 30 + (second - 30) * 5 }))
    expect(rateOf(marks.reduce<readonly Mark[]>(addMark, []))).toBe(5)
  })

  it('is not told while nothing can be known', () => {
    const still = [{ atMs: 0, done: 5 }, { atMs: 1000, done: 5 }]
    const early = [{ atMs: 0, done: 0 }, { atMs: 900, done: 5 }]
    expect([timeLeftMs([], 5), timeLeftMs(still, 10), timeLeftMs(early, 10), timeLeftMs([...early, { atMs: 2000, done: 9 }], undefined)]).toEqual(Array(4).fill(undefined))
  })
})

describe('colours', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
  ])('on a terminal (%s) with %j: %s', (isTTY, environment, wanted) => {
    expect(wantsColours(isTTY, environment)).toBe(wanted)
  })
})

describe('the screen', () => {
  const written = (rows: number, pictures: readonly (readonly string[])[]): string => {
    const texts: string[] = []
    const screen = createScreen({ write: (text) => texts.push(text), rows })
    for (const picture of pictures) screen.draw(picture)
    screen.clear()
    return texts.join('').replaceAll('\u001b', '^')
  }

  it('draws each picture over the one before and leaves nothing behind', () => {
    expect(written(24, [['a', 'b'], ['c', 'd']])).toBe('^[?25la^[K\nb^[K\n^[J^[?25l^[2A\rc^[K\nd^[K\n^[J^[2A\r^[J^[?25h')
  })

  it('draws no more lines than the terminal has', () => {
    expect(written(2, [['a', 'b']])).toBe('^[?25la^[K\n^[J^[1A\r^[J^[?25h')
  })

  it('gives the cursor back once, and not where it was never taken', () => {
    const texts: string[] = []
    createScreen({ write: (text) => texts.push(text) }).clear()
    expect(texts).toEqual([])
  })
})
