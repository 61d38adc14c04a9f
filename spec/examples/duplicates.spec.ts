import { execFileSync } from 'node:child_process'
import { link, mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile, freshFolder, PROJECT, start, type Ended } from './duplicates-program.js'

const Name = t.union([t.string, t.type({ base64: t.string })])
const Report = t.type({
  end: t.string,
  found: t.number,
  files: t.number,
  links: t.number,
  special: t.number,
  wasted: t.number,
  duplicates: t.array(t.type({ size: t.number, sha256: t.string, separate: t.number, wasted: t.number, paths: t.array(Name) })),
  empty: t.array(Name),
  dead: t.array(t.type({ group: t.string, path: Name, reason: t.string })),
  open: t.array(Name),
})
type Report = t.TypeOf<typeof Report>

const bytesOf = (name: t.TypeOf<typeof Name>): string => (typeof name === 'string' ? Buffer.from(name, 'utf8') : Buffer.from(name.base64, 'base64')).toString('latin1')

let work = ''
let program = ''

beforeAll(async () => {
  work = await freshFolder()
  program = await compile(work)
}, 60_000)
afterAll(() => rm(work, { recursive: true, force: true }))

const readReport = async (path: string): Promise<Report> => {
  const decoded = Report.decode(JSON.parse(await readFile(path, 'utf8')))
  if (E.isLeft(decoded)) throw new Error(`not a report: ${path}`)
  return decoded.right
}

/** What coreutils say: the groups of files with equal content, each name as its bytes. Empty files are left out. */
const byCommands = (folder: string): readonly (readonly string[])[] => {
  const listed = execFileSync('sh', ['-c', 'find . -type f -size +0c -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum -z'], { cwd: folder, maxBuffer: 1 << 28 })
  const groups = new Map<string, string[]>()
  for (const entry of listed.toString('latin1').split('\0').filter((text) => text !== '')) {
    const sha256 = entry.slice(0, 64)
    groups.set(sha256, [...(groups.get(sha256) ?? []), entry.slice(64 + 2 + './'.length)])
  }
  return [...groups].filter(([, paths]) => paths.length > 1).map(([sha256, paths]) => [sha256, ...paths]).toSorted(byFirst)
}

const byFirst = ([a = '']: readonly string[], [b = '']: readonly string[]): number => (a < b ? -1 : 1)

const byProgram = ({ duplicates }: Report): readonly (readonly string[])[] =>
  duplicates.map(({ sha256, paths }) => [sha256, ...paths.map(bytesOf)]).toSorted(byFirst)

const accounts = ({ found, files, dead, open }: Report): void => {
  expect(files + dead.filter(({ group }) => group !== 'walk').length + open.length).toBe(found)
}

describe('a folder with everything in it', () => {
  let folder = ''
  let end: Ended
  let report: Report
  let page = ''

  beforeAll(async () => {
    folder = join(work, 'all sorts')
    await mkdir(join(folder, 'deep/er and deeper'), { recursive: true })
    const write = (name: string, content: string): Promise<void> => writeFile(join(folder, name), content)
    for (let copy = 0; copy < 300; copy += 1) await write(`deep/copy ${copy}`, `content ${copy % 100}`)
    await write('deep/er and deeper/<script>alert(1)', 'twins')
    await write('quote\'s "and" \\ back', 'twins')
    await write('line\nbreak', 'twins')
    await write('日本 \u001b[31mred é', 'twins')
    await writeFile(Buffer.from(`${folder}/caf\u00e9`, 'latin1'), 'twins')
    await write('same size', 'twinz')
    await write('alone', 'nothing like it')
    await write('empty', '')
    await write('empty too', '')
    await link(join(folder, 'alone'), join(folder, 'another name of it'))
    await symlink('..', join(folder, 'deep/loop'))
    await symlink('gone', join(folder, 'dangling'))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    await write('large', '')
    await truncate(join(folder, 'large'), 3 * 1024 ** 2)
    const running = start(program, ['all sorts', '--json', 'out.json', '--report', 'out.html', '--max-size', '2M', '--workers', '4'], work)
    end = await running.ended
    report = await readReport(join(work, 'out.json'))
    page = await readFile(join(work, 'out.html'), 'utf8')
  }, 60_000)

  it('ends well, and complains nowhere', () => {
    expect([end.code, end.errors, report.end]).toEqual([0, '', 'complete'])
  })

  it('finds the duplicates that find, sha256sum and sort find, byte for byte', () => {
    expect(byProgram(report)).toEqual(byCommands(folder))
  })

  it('counts a further name of a file as a duplicate that wastes nothing', () => {
    expect(report.duplicates.find(({ paths }) => paths.includes('alone'))).toMatchObject({ separate: 1, wasted: 0, paths: ['alone', 'another name of it'] })
  })

  it('lists empty files apart', () => {
    expect(report.empty).toEqual(['empty', 'empty too'])
  })

  it('gives up a file that is too large, and says so', () => {
    expect(report.dead).toEqual([{ group: 'stat', path: 'large', reason: expect.stringContaining('has 3145728 bytes, more than --max-size 2097152') }])
    expect(end.lines.join('\n')).toContain('1 dead letter')
  })

  it('accounts for every file, link and pipe', () => {
    accounts(report)
    expect([report.links, report.special, report.open]).toEqual([2, 1, []])
  })

  it('writes a page in which no name is markup', () => {
    expect(page).toContain('&lt;script&gt;alert(1)')
    expect(page).not.toContain('<script')
    expect(page.match(/<svg /g)).toHaveLength(9)
  })

  it('writes nothing but printable lines where there is no terminal', () => {
    // oxlint-disable-next-line no-control-regex
    expect(end.lines.filter((line) => /[\u0000-\u001f\u007f-\u009f]/.test(line))).toEqual([])
    expect(end.lines[0]).toMatch(/^Walking .*all sorts$/)
    expect(end.lines.at(-1)).toBe('  JSON: out.json')
  })
})

describe('files that are not what they were measured as', () => {
  // The kernel's files tell a size of 0 and have content all the same.
  const KERNEL = '/proc/sys/kernel/random'

  it('are tried three times and then given up, with the reason; the others are not held up', async () => {
    const running = start(program, [KERNEL, '--json', join(work, 'kernel.json'), '--report', join(work, 'kernel.html')], work)
    const { code, lines } = await running.ended
    const report = await readReport(join(work, 'kernel.json'))
    expect(code).toBe(0)
    accounts(report)
    expect(report.dead).toContainEqual({ group: 'hash', path: 'boot_id', reason: 'failed after 3 attempts: had 0 bytes when it was measured, and more when it was read' })
    expect(lines.join('\n')).toMatch(/dead letters:\n {4}hash {5}/)
  })
})

describe('the installed packages', () => {
  it('are what is looked at when nothing is named; a line each second tells how far it is; and the answer is right', async () => {
    const running = start(program, ['--report', join(work, 'all.html'), '--json', join(work, 'all.json')], PROJECT)
    await running.line(/^\[0:0\d\] [\d,]+ (of [\d,]+ files \(\d+ %\)|files, still counting).*stat \d+\/\d+ workers.*hash.*collect 1\/1/)
    const { code } = await running.ended
    const report = await readReport(join(work, 'all.json'))
    expect(code).toBe(0)
    accounts(report)
    expect(byProgram(report)).toEqual(byCommands(join(PROJECT, 'node_modules')))
  }, 180_000)
})

describe('Ctrl-C', () => {
  let folder = ''

  // Something to be read for long, though nothing of it is on the disk.
  beforeAll(async () => {
    folder = join(work, 'endless')
    await mkdir(folder)
    for (let index = 0; index < 20; index += 1) await writeFile(join(folder, `small ${index}`), 'x')
    await writeFile(join(folder, 'huge'), '')
    await truncate(join(folder, 'huge'), 1024 ** 4)
  })

  it('once: finishes what was begun, tells what was not, and every file is accounted for', async () => {
    const running = start(program, ['--workers', '2', '--report', join(work, 'cut.html'), '--json', join(work, 'cut.json')], PROJECT)
    // Once they are counted: before that nobody knows how many were never begun.
    await running.line(/^\[.* of [\d,]+ files/)
    running.child.kill('SIGINT')
    const { code, lines } = await running.ended
    const report = await readReport(join(work, 'cut.json'))
    expect([code, report.end]).toEqual([130, 'interrupted'])
    expect(lines.join('\n')).toMatch(/Interrupted: finishing [\d,]+ begun files?; Ctrl-C again ends at once/)
    expect(lines.join('\n')).toMatch(/Interrupted: [\d,]+ files never begun; of [\d,]+ begun files?\n {2}[\d,]+ hashed, 0 dead, 0 not done\./)
    accounts(report)
    expect(report.open).toEqual([])
  }, 120_000)

  it('twice: ends at once', async () => {
    const running = start(program, [folder, '--max-size', '2000G', '--report', join(work, 'huge.html')], work)
    await running.line(/^\[.* 20 of 21 files/)
    running.child.kill('SIGINT')
    await running.line(/^Interrupted: finishing 1 begun file;/)
    await running.line(/finishing, 1 open/)
    running.child.kill('SIGINT')
    expect((await running.ended).code).toBe(130)
  }, 60_000)
})

describe('wrong usage', () => {
  it.each([
    [['--wrong'], '--wrong'],
    [['nowhere'], 'there is no folder'],
    [['duplicates.mjs'], 'is no folder'],
    [['.', '--report', 'no/such/place.html'], '--report'],
    [['.', '--max-size', 'big'], '--max-size'],
  ])('%j: one clear line, and code 2', async (words, part) => {
    const { code, lines, errors } = await start(program, words, work).ended
    expect([code, lines]).toEqual([2, []])
    expect(errors).toMatch(/^duplicates: [^\n]+\n$/)
    expect(errors).toContain(part)
  })

  it('--help tells every option', async () => {
    const { code, lines } = await start(program, ['--help'], work).ended
    expect(code).toBe(0)
    for (const option of ['FOLDER', '--report', '--json', '--max-size', '--workers', '--help']) expect(lines.join('\n')).toContain(option)
  })
})
