import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deadFile } from '../../examples/duplicates/dead-files.js'
import { hashFile } from '../../examples/duplicates/hash-file.js'
import { createLedger } from '../../examples/duplicates/ledger.js'
import { measureFile } from '../../examples/duplicates/measure-file.js'
import { fromText } from '../../examples/duplicates/raw-path.js'
import { walk, type Entry } from '../../examples/duplicates/walk.js'

let place = ''
const never = new AbortController().signal

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'duplicates-'))
  await mkdir(join(place, 'deep/er'), { recursive: true })
  await writeFile(join(place, 'plain'), 'content')
  await writeFile(join(place, 'deep/er/日本 "x"\n<i>'), 'content')
  await writeFile(Buffer.from(`${place}/caf\u00e9`, 'latin1'), 'content')
  await link(join(place, 'plain'), join(place, 'deep/linked'))
  await symlink('..', join(place, 'deep/loop'))
  await promisify(execFile)('mkfifo', [join(place, 'pipe')])
})
afterAll(() => rm(place, { recursive: true }))

const all = async (root: string, signal?: AbortSignal): Promise<readonly Entry[]> => {
  const entries: Entry[] = []
  for await (const entry of walk(fromText(root), signal)) entries.push(entry)
  return entries
}

describe('the walk', () => {
  it('comes by everything once, follows no link, and keeps names that are no text', async () => {
    const found = (await all(place)).map(({ type, path }) => `${type} ${path}`)
    expect(found.toSorted()).toEqual(
      ['file caf\u00e9', 'file deep/linked', `file deep/er/${fromText('日本 "x"\n<i>')}`, 'file plain', 'folder deep', 'folder deep/er', 'link deep/loop', 'special pipe'].toSorted(),
    )
  })

  it('tells of a folder that is not there', async () => {
    expect(await all(join(place, 'nowhere'))).toEqual([{ type: 'unreadable', path: '', reason: expect.stringContaining('ENOENT') }])
  })

  it('ends early, without an error, once it is not wanted any more', async () => {
    expect(await all(place, AbortSignal.abort())).toEqual([])
  })
})

describe('measuring', () => {
  it('tells the size, and that two names are one file', async () => {
    const plain = await measureFile(fromText(place), 'plain', 100)
    expect([plain.size, plain.inode]).toEqual([7, (await measureFile(fromText(place), 'deep/linked', 100)).inode])
  })

  it.each([
    ['gone', 'ENOENT'],
    ['pipe', 'not a regular file'],
    ['deep/loop', 'not a regular file'],
    ['plain', 'more than --max-size 6'],
  ])('refuses %s: %s', async (path, reason) => {
    await expect(measureFile(fromText(place), path, 6)).rejects.toThrow(reason)
  })
})

describe('hashing', () => {
  const hash = (path: string, size: number, signal = never): Promise<string> =>
    hashFile(fromText(place), { path, size, inode: '' }, Buffer.alloc(3), signal).then(({ sha256 }) => sha256)

  it('reads piece by piece to the end', async () => {
    expect(await hash('plain', 7)).toBe(createHash('sha256').update('content').digest('hex'))
  })

  it('reads a file whose name is no text', async () => {
    expect(await hash('caf\u00e9', 7)).toBe(await hash('plain', 7))
  })

  it.each([
    ['shrunk', 9, 'had 9 bytes when it was measured, and 7 when it was read'],
    ['grown', 5, 'had 5 bytes when it was measured, and more when it was read'],
  ])('refuses a file that has %s since it was measured', async (_, size, reason) => {
    await expect(hash('plain', size)).rejects.toThrow(reason)
  })

  it('neither follows a link nor waits for the writer of a pipe', async () => {
    await expect(hash('deep/loop', 1)).rejects.toThrow('ELOOP')
    await expect(hash('pipe', 1)).rejects.toThrow(/had 1 bytes|EAGAIN|ESPIPE/)
  })

  it('stops when it is told to', async () => {
    await expect(hash('plain', 7, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  })
})

describe('a dead letter', () => {
  const letter = (reason: string): unknown => ({ message: { id: '1', payload: { path: 'a', size: 1 } }, reason, causes: [], attempts: 1, firstAtMs: 0, lastAtMs: 0 })

  it.each([
    [`failed after 1 attempt: Error: ENOENT: no such file or directory, lstat '/x/line\nbreak'`, 'ENOENT: no such file or directory'],
    ['failed after 3 attempts: ChangedFile: had 1 byte', 'failed after 3 attempts: had 1 byte'],
    ['path should be string,\nbut is missing', String.raw`path should be string,\nbut is missing`],
  ])('that says %j is told as %j', (reason, told) => {
    expect(deadFile('stat', letter(reason))).toEqual({ group: 'stat', path: 'a', reason: told })
  })

  it('about no file is told apart', () => {
    expect(deadFile('stat', { reason: 'x' })).toBeUndefined()
  })
})

describe('the ledger', () => {
  it('lets the walk on only while fewer files than its limit are open', async () => {
    const ledger = createLedger(2)
    ledger.begin('a')
    await ledger.room(never)
    ledger.begin('b')
    const told: string[] = []
    const room = ledger.room(never).then(() => told.push('room'))
    told.push('full')
    ledger.end('a')
    await room
    expect([told, ledger.open()]).toEqual([['full', 'room'], ['b']])
  })

  it('ends a file once', () => {
    const ledger = createLedger(2)
    ledger.begin('a')
    expect([ledger.end('a'), ledger.end('a'), ledger.end('never begun')]).toEqual([true, false, false])
  })

  it('waits for nobody when it is cut short', async () => {
    const ledger = createLedger(1)
    ledger.begin('a')
    const cut = new AbortController()
    const both = Promise.all([ledger.room(cut.signal), ledger.emptied(cut.signal)])
    cut.abort()
    await both
    expect(ledger.open()).toEqual(['a'])
  })
})
