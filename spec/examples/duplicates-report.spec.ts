import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { createCatalogue } from '../../examples/duplicates/catalogue.js'
import { chart, ticks } from '../../examples/duplicates/chart.js'
import { createPaint } from '../../examples/duplicates/paint.js'
import { fromText } from '../../examples/duplicates/raw-path.js'
import { emptyRecording, recentRate, record, throughput, type Reading, type Recording } from '../../examples/duplicates/recorder.js'
import { reportPage } from '../../examples/duplicates/report-page.js'
import { resultJson } from '../../examples/duplicates/result-json.js'
import type { Result } from '../../examples/duplicates/result.js'
import { summary } from '../../examples/duplicates/summary.js'

const reading = (address: string, processed: number): Reading => ({
  address, live: 4, busy: 3, max: 8, waiting: 12, processed, failed: 0, escalations: 0, restarts: 0, serviceMs: { p50: 1, p99: 2 },
})

const recorded = (moments: number, everyMs = 250, most = 480): Recording =>
  Array.from({ length: moments }, (_, index) => index).reduce(
    (recording, index) => record(recording, { atMs: index * everyMs, groups: [reading('hash', index * 100), reading('stat', index * 200)] }),
    emptyRecording(everyMs, most),
  )

const resultOf = (changes: Partial<Result> = {}): Result => {
  const catalogue = createCatalogue()
  const add = (path: string, size: number, sha256: string, inode = path): void => catalogue.add({ path: fromText(path), size, sha256, inode })
  add('a.js', 1000, 'aa')
  add('b.js', 1000, 'aa')
  add('c.js', 1000, 'aa', 'b.js')
  add('<script>alert("1")</script>&\'\n.js', 5000, 'bb')
  add('twin of it', 5000, 'bb')
  add('alone', 7, 'cc')
  add('empty', 0, 'ee')
  add('empty too', 0, 'ee')
  return {
    folder: '/project/<b>', startedAt: '2026-01-02T03:04:05.000Z', elapsedMs: 5000, end: 'complete', found: 8, total: 8, folders: 2, links: 1, special: 0,
    totals: catalogue.totals(), duplicates: catalogue.duplicates(), empty: catalogue.emptyFiles(),
    dead: [{ group: 'hash', path: fromText('bad"<i>'), reason: 'EACCES: <denied>' }],
    open: [], notes: [], recording: recorded(20), ...changes,
  }
}

describe('the catalogue', () => {
  it('puts the most wasteful first and counts what could go', () => {
    expect(resultOf().duplicates.map(({ wasted, separate, paths }) => ({ wasted, separate, files: paths.length }))).toEqual([
      { wasted: 5000, separate: 2, files: 2 },
      { wasted: 1000, separate: 2, files: 3 },
    ])
    expect(resultOf().totals).toEqual({ files: 8, bytes: 13_007, redundant: 3, wasted: 6000, empty: 2 })
  })

  it('does not count a further name of the same file as waste', () => {
    const catalogue = createCatalogue()
    for (const path of ['a', 'b']) catalogue.add({ path, size: 10, sha256: 'aa', inode: '1:1' })
    expect([catalogue.totals().wasted, catalogue.duplicates()[0]?.paths]).toEqual([0, ['a', 'b']])
  })

  test.prop([fc.array(fc.record({ path: fc.string(), size: fc.nat({ max: 3 }), sha256: fc.constantFrom('a', 'b'), inode: fc.constantFrom('1', '2', '3') }))])(
    'agrees with itself: what the totals say is the sum of the groups', (files) => {
      const catalogue = createCatalogue()
      for (const file of files) catalogue.add(file)
      const sum = (read: (group: ReturnType<typeof catalogue.duplicates>[number]) => number): number => catalogue.duplicates().reduce((total, group) => total + read(group), 0)
      expect(catalogue.totals()).toMatchObject({ redundant: sum(({ paths }) => paths.length - 1), wasted: sum(({ wasted }) => wasted), empty: catalogue.emptyFiles().length })
    },
  )
})

describe('the recording', () => {
  it('holds a bounded number of samples, from the first moment to the last, evenly', () => {
    const { samples, everyMs } = recorded(10_000, 250, 100)
    const gaps = new Set(samples.slice(1).map(({ atMs }, index) => atMs - (samples[index]?.atMs ?? 0)))
    expect(samples.length).toBeLessThanOrEqual(100)
    expect([samples[0]?.atMs, [...gaps]]).toEqual([0, [everyMs]])
    expect(9999 * 250 - (samples.at(-1)?.atMs ?? 0)).toBeLessThanOrEqual(everyMs)
  })

  it('tells the throughput between samples and of late', () => {
    const { samples } = recorded(20)
    expect(new Set(throughput(samples, 'hash').map(({ value }) => value))).toEqual(new Set([400]))
    expect([recentRate(samples, 'stat'), recentRate([], 'stat')]).toEqual([800, 0])
  })
})

describe('the chart', () => {
  const picture = (values: readonly number[]): string =>
    chart({ title: 'T', unit: 'files', whole: true, untilMs: 5000, lines: [{ name: 'n', tone: 'first', shape: 'line', points: values.map((value, index) => ({ atMs: index * 1000, value })) }] })

  test.prop([fc.double({ min: 0, max: 1e12, noNaN: true }), fc.boolean()])('has round marks from 0 to above the highest value, few of them', (highest, whole) => {
    const marks = ticks(highest, 4, whole)
    expect(marks[0]).toBe(0)
    expect(marks.at(-1)).toBeGreaterThanOrEqual(highest * 0.998)
    expect(marks.length).toBeLessThanOrEqual(7)
    expect(marks.every((mark) => !whole || Number.isInteger(mark))).toBe(true)
  })

  test.prop([fc.array(fc.nat({ max: 1e9 }), { maxLength: 6 })])('keeps every point within its frame', (values) => {
    const numbers = [...picture(values).matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)])
    for (const [x = -1, y = -1] of numbers) {
      expect(x >= 0 && x <= 340).toBe(true)
      expect(y >= 0 && y <= 190).toBe(true)
    }
  })

  it('names the units of both axes, and says in words what it shows', () => {
    expect(picture([1, 2, 7])).toContain('>files<')
    expect(picture([1, 2, 7])).toContain('>time since the start<')
    expect(picture([1, 2, 7])).toContain('aria-label="T: files over time, at most 7"')
  })

  it('draws nothing, without complaint, where nothing was recorded', () => {
    expect(picture([])).not.toContain('class="line')
    expect(picture([])).not.toContain('NaN')
  })
})

describe('the page', () => {
  it('lets no name or reason become markup, and allows no script', () => {
    const page = reportPage(resultOf())
    expect(page).not.toMatch(/<script|<i>|<b>"|<denied|\/project\/<b>/)
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\\n.js')
    expect(page).toContain("default-src 'none'")
  })

  it('needs nothing from elsewhere', () => {
    expect(reportPage(resultOf())).not.toMatch(/https?:|src=|url\(|@import/)
  })

  it('has three pictures for each group, in light and in dark', () => {
    const page = reportPage(resultOf())
    expect(page.match(/<svg /g)).toHaveLength(6)
    expect(page).toContain('prefers-color-scheme: dark')
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('tells what was not done when it was interrupted', () => {
    const page = reportPage(resultOf({ end: 'interrupted', open: ['half'], total: 20 }))
    expect(page).toContain('1 file begun and not done, 12 never begun')
    expect(page).toContain('<code>half</code>')
  })

  it('stays small enough to open when the folder is not', () => {
    const many = Array.from({ length: 3000 }, (_, index) => ({ size: 1, sha256: String(index), paths: ['a', 'b'], separate: 2, wasted: 1 }))
    expect(reportPage(resultOf({ duplicates: many }))).toContain('and 2,500 groups more')
  })
})

describe('the summary', () => {
  const lines = (changes: Partial<Result> = {}): readonly string[] => summary(resultOf(changes), createPaint(false))

  it('tells what was done, found and given up', () => {
    expect(lines().join('\n')).toMatchInlineSnapshot(`
      "8 files hashed (13 KiB) in 5 s: 2 files/s, 2.5 KiB/s
        3 duplicates in 2 groups of equal files waste 5.9 KiB.
             wasted  files                       first of them
            4.9 KiB  2 × 4.9 KiB                 <script>alert("1")</script>&'\\n.js
            1.0 KiB  3 × 1.0 KiB, 1 linked       a.js
        2 folders; 2 empty files; not looked at: 1 symbolic link, 0 special files.
        1 dead letter:
          hash     bad"<i>: EACCES: <denied>"
    `)
  })

  it('accounts for every file when it was interrupted', () => {
    expect(lines({ end: 'interrupted', found: 11, open: ['x', 'y'], total: 20 }).slice(1, 3)).toEqual([
      '  Interrupted: 9 files never begun; of 11 begun files',
      '  8 hashed, 1 dead, 2 not done.',
    ])
  })
})

describe('the JSON', () => {
  it('keeps names that are no text as their bytes', () => {
    expect(JSON.parse(resultJson(resultOf({ open: ['caf\u00e9', fromText('日本')] })))).toMatchObject({ open: [{ base64: 'Y2Fm6Q==' }, '日本'], files: 8, wasted: 6000 })
  })
})
