import { mkdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { filter, firstValueFrom, interval, lastValueFrom, ReplaySubject } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCatalogue } from '../../examples/duplicates/catalogue.js'
import { createLedger } from '../../examples/duplicates/ledger.js'
import { startPipeline } from '../../examples/duplicates/pipeline.js'
import { fromText } from '../../examples/duplicates/raw-path.js'
import type { DeadFile } from '../../examples/duplicates/result.js'
import { run } from '../../examples/duplicates/run.js'
import type { Stage } from '../../examples/duplicates/stage.js'
import { freshFolder } from './duplicates-program.js'

let folder = ''
const never = new AbortController().signal

beforeAll(async () => {
  folder = await freshFolder()
  await mkdir(join(folder, 'few'))
  for (let index = 0; index < 20; index += 1) await writeFile(join(folder, `few/${index}`), `content ${index % 5}`)
  await mkdir(join(folder, 'endless'))
  await writeFile(join(folder, 'endless/huge'), '')
  await truncate(join(folder, 'endless/huge'), 1024 ** 4)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const stageOf = (texts: string[], interrupted: AbortSignal): Stage => ({
  output: { write: (text) => texts.push(text), isTTY: true, columns: 80, rows: 24 },
  colours: false,
  now: Date.now,
  interrupted,
  onExit: () => undefined,
})

describe('on a terminal', () => {
  it('draws in place, and leaves neither picture nor hidden cursor behind', async () => {
    const texts: string[] = []
    const result = await run({ folder: join(folder, 'few'), maxSize: 1000, workers: 2 }, stageOf(texts, never))
    const all = texts.join('').replaceAll('\u001b', '^')
    expect([result.end, result.totals.files, result.totals.redundant]).toEqual(['complete', 20, 15])
    expect(all).toMatch(/^\^\[\?25l {2}rxcrew duplicates/)
    expect(all).toMatch(/A\r\^\[J\^\[\?25h$/)
  })

  it('records every group from the first moment to the last', async () => {
    const { recording, elapsedMs } = await run({ folder: join(folder, 'few'), maxSize: 1000, workers: 2 }, stageOf([], never))
    expect(recording.samples.at(-1)?.groups.map(({ address, processed }) => [address, processed])).toEqual([['stat', 20], ['hash', 20], ['collect', 20]])
    expect(recording.samples.at(-1)?.atMs).toBeLessThanOrEqual(elapsedMs)
  })
})

describe('the pipeline', () => {
  const services = { root: '', maxSize: 1e15, workers: 2 }

  it('buries a file that vanished before it was measured, and ends it', async () => {
    const ledger = createLedger(10)
    const pipeline = startPipeline({ ...services, root: fromText(folder), catalogue: createCatalogue(), ledger })
    const dead = firstValueFrom(pipeline.deadFiles$)
    ledger.begin('gone')
    await pipeline.send('gone')
    expect(await dead).toEqual({ group: 'stat', path: 'gone', reason: 'ENOENT: no such file or directory' })
    expect(ledger.open()).toEqual([])
    await pipeline.drain(0)
  })

  it('takes a file once, however often its message comes', async () => {
    const catalogue = createCatalogue()
    const ledger = createLedger(10)
    const pipeline = startPipeline({ ...services, root: fromText(join(folder, 'few')), catalogue, ledger })
    ledger.begin('0')
    await Promise.all([pipeline.send('0'), pipeline.send('0')])
    const settled$ = interval(1).pipe(filter(() => pipeline.stats().some(({ address, processed }) => address === 'collect' && processed === 2)))
    await firstValueFrom(settled$)
    expect(catalogue.totals().files).toBe(1)
    await pipeline.drain(0)
  })

  it('gives up when a group fails for another reason than its files, and tells of each restart before', async () => {
    const broken = { ...createCatalogue(), add: (): never => { throw new TypeError('the catalogue is broken') } }
    const ledger = createLedger(10)
    const pipeline = startPipeline({ ...services, root: fromText(join(folder, 'few')), catalogue: broken, ledger })
    const dead = new ReplaySubject<DeadFile>()
    const notes = new ReplaySubject<string>()
    pipeline.deadFiles$.subscribe(dead)
    pipeline.notes$.subscribe(notes)
    const gaveUp = firstValueFrom(pipeline.gaveUp$)
    for (let index = 0; index < 10; index += 1) {
      ledger.begin(String(index))
      await pipeline.send(String(index))
    }
    await gaveUp
    await pipeline.drain(0)
    expect(await firstValueFrom(notes)).toBe('collect: a worker was restarted after TypeError: the catalogue is broken')
    expect(await lastValueFrom(notes)).toBe('collect: the group has stopped after TypeError: the catalogue is broken')
    const lost: DeadFile[] = []
    dead.subscribe((file) => lost.push(file))
    expect(lost.length + ledger.size()).toBe(10)
    expect(lost.every(({ group }) => group === 'collect')).toBe(true)
  })

  it('lets go of a file that takes too long when it is drained: it stays open in the ledger', async () => {
    const ledger = createLedger(10)
    const pipeline = startPipeline({ ...services, root: fromText(join(folder, 'endless')), catalogue: createCatalogue(), ledger })
    ledger.begin('huge')
    await pipeline.send('huge')
    const reading$ = interval(1).pipe(filter(() => pipeline.stats().some(({ address, busy }) => address === 'hash' && busy === 1)))
    await firstValueFrom(reading$)
    await pipeline.drain(0)
    expect(ledger.open()).toEqual(['huge'])
  })
})
