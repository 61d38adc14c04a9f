import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readArguments } from '../../examples/duplicates/arguments.js'
import { checkTarget, findFolder } from '../../examples/duplicates/folder.js'

const settings = (...words: readonly string[]): unknown => {
  const request = readArguments(words)
  return E.isRight(request) && request.right.type === 'run' ? request.right.settings : request
}

const problem = (...words: readonly string[]): string => {
  const request = readArguments(words)
  return E.isLeft(request) ? request.left : 'no problem'
}

describe('the command line', () => {
  it('has a default for everything', () => {
    expect(settings()).toMatchObject({ folder: undefined, report: 'rxcrew-report.html', json: undefined, maxSize: 256 * 1024 ** 2 })
  })

  it('reads a folder and every option', () => {
    const words = ['some where', '--report', 'r.html', '--json=r.json', '--max-size', '2k', '--workers', '3']
    expect(settings(...words)).toEqual({ folder: 'some where', report: 'r.html', json: 'r.json', maxSize: 2048, workers: 3 })
  })

  it('tells about itself, whatever else is asked', () => {
    expect(readArguments(['a', '--help'])).toEqual(E.right({ type: 'help' }))
  })

  it.each([
    [['--wrong'], '--wrong'],
    [['--report'], 'report'],
    [['a', 'b'], 'one folder'],
    [[''], 'empty'],
    [['--report='], '--report'],
    [['--json='], '--json'],
    [['--max-size', '12Q'], '"12Q"'],
    [['--max-size='], '--max-size'],
    [['--workers', '0'], '"0"'],
    [['--workers', '2.5'], '"2.5"'],
    [['--workers', '257'], '"257"'],
  ])('refuses %j in one line that names %s', (words, part) => {
    expect(problem(...words)).toContain(part)
    expect(problem(...words)).not.toContain('\n')
  })
})

describe('the folder', () => {
  let place = ''

  beforeAll(async () => {
    place = await realpath(await mkdtemp(join(tmpdir(), 'duplicates-')))
    await mkdir(join(place, 'project/deep/er'), { recursive: true })
    await mkdir(join(place, 'project/node_modules'))
    await mkdir(join(place, 'bare'))
    await writeFile(join(place, 'project/package.json'), '{}')
    await writeFile(join(place, 'bare/package.json'), '{}')
    await symlink('project', join(place, 'link'))
  })
  afterAll(() => rm(place, { recursive: true }))

  it('is the node_modules of the project around the current folder', async () => {
    expect(await findFolder(undefined, join(place, 'project/deep/er'))).toEqual(E.right(join(place, 'project/node_modules')))
  })

  it('is the given one, its links resolved', async () => {
    expect(await findFolder('link', place)).toEqual(E.right(join(place, 'project')))
  })

  it.each([
    ['nowhere', 'no folder'],
    ['project/package.json', 'is no folder'],
  ])('is refused when it is %s', async (given, part) => {
    expect(await findFolder(given, place)).toMatchObject({ left: expect.stringContaining(part) })
  })

  it('is refused when nothing is installed', async () => {
    expect(await findFolder(undefined, join(place, 'bare'))).toMatchObject({ left: expect.stringContaining('node_modules') })
  })

  it('is refused when there is no project', async () => {
    expect(await findFolder(undefined, '/')).toMatchObject({ left: expect.stringContaining('package.json') })
  })

  it.each([
    ['nowhere/r.html', 'no folder'],
    ['project', 'is a folder'],
  ])('where the report goes is refused before the work when it is %s', async (path, part) => {
    expect(await checkTarget('--report', join(place, path))).toMatchObject({ left: expect.stringContaining(part) })
  })

  it('where the report goes may be a new file', async () => {
    expect(await checkTarget('--report', join(place, 'r.html'))).toEqual(E.right(join(place, 'r.html')))
  })
})
