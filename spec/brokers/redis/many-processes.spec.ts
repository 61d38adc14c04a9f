import { connect } from 'node:net'
import { once } from 'node:events'
import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resultJson } from '../../../examples/duplicates/result-json.js'
import { run } from '../../../examples/duplicates/run.js'
import { start, type Ended } from '../../examples/duplicates-program.js'
import { builtExample } from '../support/built-example.js'
import { scratchFolder } from '../support/child.js'
import { redisServer } from '../support/redis-server.js'
import { admin } from './redis-stand.js'

const MAX_SIZE = 256 * 1024 ** 2
const COPIES = 600

let scratch: Awaited<ReturnType<typeof scratchFolder>>
let folder = ''
let program = ''

beforeAll(async () => {
  program = `${await builtExample('many-processes', 'main', 'worker')}/main.js`
  scratch = await scratchFolder()
  folder = `${scratch.path}/files`
  await mkdir(`${folder}/deep/er`, { recursive: true })
  for (let copy = 0; copy < COPIES; copy += 1) await writeFile(`${folder}/deep/${copy}`, `content ${copy % 150}`)
  await writeFile(`${folder}/deep/er/line\nbreak é`, 'content 1')
  await writeFile(Buffer.from(`${folder}/caf\u00e9`, 'latin1'), 'no text as a name')
  await writeFile(`${folder}/empty`, '')
  for (const name of ['large', 'as large']) {
    await writeFile(`${folder}/${name}`, '')
    await truncate(`${folder}/${name}`, MAX_SIZE + 1)
  }
  await symlink('..', `${folder}/loop`)
})
afterAll(() => scratch.remove())

/** What one process alone finds, which knows no broker. */
const alone = async (): Promise<string> =>
  resultJson(await run({ folder, maxSize: MAX_SIZE, workers: 4 }, { output: { write: () => undefined }, colours: false, now: Date.now, interrupted: new AbortController().signal, onExit: () => undefined }))

/** All but when it was made. */
const withoutTimes = (json: string): string => json.replace(/"startedAt": ".*",/, '').replace(/"elapsedMs": \d+,/, '')

const isOpen = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1')
  const open = await once(socket, 'connect').then(() => true, () => false)
  socket.destroy()
  return open
}

describe('the index job in three processes, on a server that the program starts', () => {
  let end: Ended
  let json = ''

  beforeAll(async () => {
    end = await start(program, [folder, '--workers', '3', '--json', `${scratch.path}/three.json`], scratch.path).ended
    json = await readFile(`${scratch.path}/three.json`, 'utf8')
  })

  it('has one of them killed with files in hand, another takes its place, and what it had comes again to others', () => {
    const [, killed = '', pid = '', held = ''] = /Process (\d) \(pid (\d+)\) is killed with SIGKILL: it has begun 101 files, and holds (\d+) of them/.exec(end.lines.join('\n')) ?? []
    expect(Number(pid)).toBeGreaterThan(1)
    expect(Number(held)).toBeGreaterThanOrEqual(1)
    expect(end.lines).toContain(`Process ${killed} ended with SIGKILL; process 4 takes its place`)
    const took = end.lines.flatMap((line) => /came again, to process (.*)/.exec(line)?.[1]?.split(', ') ?? [])
    expect(took).not.toEqual([])
    expect(took).not.toContain(killed)
    // One that had been collected already may come again when nobody waits any more; the one it held at last is waited for.
    expect(end.lines.join('\n')).toMatch(new RegExp(`Process ${killed} was killed with ${held} files? in hand; [\\d,]+ files? came again, [1-9]\\d* of these among them\\.`))
  })

  it('finds what one process alone finds, to the byte, and has checked it', async () => {
    expect([end.code, end.errors]).toEqual([0, ''])
    expect(end.lines.at(-1)).toMatch(/^ {2}One process alone finds the same, to the byte: [\d,]+ bytes of JSON, SHA-256 [\da-f]{16}…$/)
    expect(withoutTimes(json)).toBe(withoutTimes(await alone()))
    expect(json).toContain(`"files": ${COPIES + 3},`)
    expect(json).toContain(`has ${MAX_SIZE + 1} bytes, more than --max-size ${MAX_SIZE}`)
  })

  it('leaves no server behind', async () => {
    const port = Number(/own redis-server on port (\d+)/.exec(end.lines.join('\n'))?.[1])
    expect(port).toBeGreaterThan(0)
    expect(await isOpen(port)).toBe(false)
  })
})

describe('on a server that runs', () => {
  it('leaves it as it was, also when the only process is killed', async () => {
    const server = await redisServer()
    const outside = admin(server.port)
    await outside.set('somebody', 'else')
    const { code, lines, errors } = await start(program, [folder, '--workers', '1', '--redis', `redis://127.0.0.1:${server.port}`], scratch.path).ended
    expect([code, errors]).toEqual([0, ''])
    expect(lines).toContain('Process 1 ended with SIGKILL; process 2 takes its place')
    expect(lines.at(-1)).toMatch(/the same, to the byte/)
    expect(await outside.keys('*')).toEqual(['somebody'])
    outside.disconnect()
    await server.close()
  })
})

describe('without what it needs', () => {
  it.each([
    [['.', '--redis', 'redis://127.0.0.1:1'], 1, 'no Redis answers at 127.0.0.1:1: connect ECONNREFUSED'],
    [['.', '--redis', '127.0.0.1:6379'], 2, '--redis should be an address like'],
    [['--workers', '0'], 2, '--workers should be a whole number from 1 to 32'],
    [['--wrong'], 2, '--wrong'],
    [['nowhere'], 2, 'there is no folder'],
  ])('%j: one clear line, and code %i', async (words, code, part) => {
    const ended = await start(program, words, scratch.path).ended
    expect([ended.code, ended.lines]).toEqual([code, []])
    expect(ended.errors).toMatch(/^many-processes: [^\n]+\n$/)
    expect(ended.errors).toContain(part)
  })

  it('says how to come by a server where there is none', async () => {
    const paths = process.env['PATH']
    process.env['PATH'] = scratch.path
    const running = start(program, [folder], scratch.path)
    process.env['PATH'] = paths
    const { code, errors } = await running.ended
    expect(code).toBe(1)
    expect(errors).toMatch(/^many-processes: there is no redis-server on the PATH: install it .* or name one that runs: --redis redis:\/\/HOST:PORT\n$/)
  })
})
