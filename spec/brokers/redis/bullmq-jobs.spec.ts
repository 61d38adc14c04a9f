import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Queue, Worker } from 'bullmq'
import { BehaviorSubject, firstValueFrom, map, mergeMap, ReplaySubject, take, toArray, type Observable } from 'rxjs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fixed, resume, workerGroup, type Job, type WorkerGroup } from 'rxcrew'
import { BullmqJobs, type HeldJob } from '../../../examples/brokers/bullmq-jobs.js'
import { builtExample } from '../support/built-example.js'
import { startChild } from '../support/child.js'
import { type RedisServer, redisServer } from '../support/redis-server.js'
import { admin, eventually } from './redis-stand.js'

const WORKERS = 3
const LOCK_MS = 300

type Held = HeldJob<number, number>

/** A job whose handler has begun, and how it is to end. */
interface Running {
  readonly n: number
  readonly lost: AbortSignal
  end(value: number): void
  fail(error: Error): void
}

let server: RedisServer
let queue: Queue<number, number>
let worker: Worker<number, number>
let jobs: BullmqJobs<number, number>
let group: WorkerGroup<Held, number>
let running: Running[]
let settled: (readonly [n: number, type: string, told: boolean])[]
let limit$: BehaviorSubject<number>

beforeAll(async () => {
  server = await redisServer()
})
afterAll(() => server.close())

const handle = ({ input: { job, lost }, signal }: Job<Held>): Promise<number> =>
  new Promise((resolve, reject) => {
    running.push({ n: job.data, lost, end: resolve, fail: reject })
    for (const end of [signal, lost]) end.addEventListener('abort', () => reject(new Error('aborted')))
  })

beforeEach(async () => {
  const name = randomUUID()
  const connection = { port: server.port, maxRetriesPerRequest: null }
  running = []
  settled = []
  queue = new Queue(name, { connection })
  worker = new Worker(name, null, { connection, lockDuration: LOCK_MS })
  group = workerGroup({ action: handle, workers: { min: WORKERS, max: WORKERS }, scaling: fixed(WORKERS), supervision: resume(), drain: { deadlineMs: 0 } })
  limit$ = new BehaviorSubject(WORKERS)
  jobs = new BullmqJobs(worker, { limit$, token: 'ours', lockMs: LOCK_MS })
})

afterEach(async () => {
  await group.stop()
  await worker.close(true)
  await queue.close()
})

const add = (count: number, attempts = 1): Promise<unknown> =>
  queue.addBulk(Array.from({ length: count }, (_, n) => ({ name: 'job', data: n, opts: { attempts } })))

/** Every job that ends, and whether BullMQ took it. */
const consume = (): Observable<readonly [number, string, boolean]> => {
  const ends$ = new ReplaySubject<readonly [number, string, boolean]>()
  group.consume(jobs).pipe(mergeMap(async (outcome) => [outcome.message.payload.job.data, outcome.type, await jobs.settle(outcome)] as const)).subscribe(ends$)
  ends$.subscribe((end) => settled.push(end))
  return ends$
}

const counts = async (): Promise<Readonly<Record<string, number>>> => queue.getJobCounts('wait', 'active', 'completed', 'failed')

const lockOf = async (): Promise<string> => {
  const [job] = await queue.getActive()
  return `bull:${queue.name}:${job?.id}:lock`
}

describe('jobs of BullMQ as the source of a group', () => {
  it('are fetched only as workers are free, and each is handled and completed', async () => {
    await add(10)
    const all = firstValueFrom(consume().pipe(take(10), toArray()))
    for (let ended = 0; ended < 10; ended += 1) {
      await eventually('all workers have one', () => settled.length === ended && running.length === Math.min(10, ended + WORKERS))
      const { wait = 0, active = 0 } = await counts()
      expect([active, wait]).toEqual([Math.min(WORKERS, 10 - ended), Math.max(0, 10 - WORKERS - ended)])
      running[ended]?.end(ended)
    }
    expect((await all).map(([, type, told]) => [type, told])).toEqual(Array(10).fill(['completed', true]))
    expect((await all).map(([n]) => n).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, n) => n))
    expect(await counts()).toEqual({ wait: 0, active: 0, completed: 10, failed: 0 })
  })

  it('are not fetched while the limit is 0, and begin when it rises', async () => {
    limit$.next(0)
    await add(2)
    const first = firstValueFrom(consume())
    expect(await counts()).toMatchObject({ wait: 2, active: 0 })
    limit$.next(1)
    await eventually('one runs', () => running.length === 1)
    expect(await counts()).toMatchObject({ wait: 1, active: 1 })
    running[0]?.end(1)
    expect(await first).toEqual([0, 'completed', true])
  })

  it('keep their locks however long they take', async () => {
    const outside = admin(server.port)
    await add(1)
    const first = firstValueFrom(consume())
    await eventually('it runs', () => running.length === 1)
    const lock = await lockOf()
    let [renewals, before] = [0, await outside.pttl(lock)]
    await eventually('its lock was renewed often enough to have ended twice', async () => {
      const left = await outside.pttl(lock)
      if (left > before) renewals += 1
      before = left
      return renewals > 6
    })
    running[0]?.end(1)
    expect(await first).toEqual([0, 'completed', true])
    expect(await counts()).toMatchObject({ active: 0, completed: 1 })
    outside.disconnect()
  })

  it('are told when they lost their lock: the handler is aborted, and its outcome comes too late', async () => {
    const outside = admin(server.port)
    await add(1)
    const first = firstValueFrom(consume())
    const lost = firstValueFrom(jobs.lost$.pipe(map(({ data }) => data)))
    await eventually('it runs', () => running.length === 1)
    await outside.set(await lockOf(), 'of another')
    expect(await lost).toBe(0)
    expect(running[0]?.lost.aborted).toBe(true)
    expect(String(running[0]?.lost.reason)).toMatch(/^Error: the lock of job \S+ was lost$/)
    expect(await first).toEqual([0, 'failed', false])
    expect(await counts()).toMatchObject({ active: 1, completed: 0, failed: 0 })
    outside.disconnect()
  })

  it('that fail are tried again by BullMQ as often as they say, and are failed there with the reason', async () => {
    await add(1, 2)
    const two = firstValueFrom(consume().pipe(take(2), toArray()))
    for (const attempt of [1, 2]) {
      await eventually('it runs', () => running.length === attempt)
      running[attempt - 1]?.fail(new Error(`bad day ${attempt}`))
    }
    expect(await two).toEqual([[0, 'failed', true], [0, 'failed', true]])
    const [failed] = await queue.getFailed()
    expect([failed?.failedReason, failed?.attemptsMade]).toEqual(['bad day 2', 2])
  })

  it('go back to the queue when the group stops in the middle', async () => {
    await add(5)
    consume()
    await eventually('all workers have one', () => running.length === WORKERS)
    await group.drain({ deadlineMs: 0, then: 'handBack' })
    await eventually('all have ended', () => settled.length === WORKERS)
    expect(settled.map(([, type, told]) => [type, told])).toEqual(Array(WORKERS).fill(['handedBack', true]))
    expect(await counts()).toMatchObject({ wait: 5, active: 0 })
  })

  it('that come when the group has just let go go back to the queue', async () => {
    const outside = admin(server.port)
    consume()
    await eventually('it waits for a job', async () => /cmd=bzpopmin/.test(String(await outside.client('LIST'))))
    await group.stop()
    const fetched = once(worker, 'active')
    await add(1)
    await fetched
    await eventually('it waits again', async () => (await counts())['active'] === 0)
    expect(await counts()).toMatchObject({ wait: 1, completed: 0 })
    expect(running).toEqual([])
    outside.disconnect()
  })
})

describe('the example', () => {
  it('handles seven pictures, one of them twice, and tells what BullMQ has of it', async () => {
    const program = startChild(process.execPath, [`${await builtExample('brokers', 'bullmq')}/bullmq.js`, `redis://127.0.0.1:${server.port}`])
    await program.printed('BullMQ has 6 completed and 1 failed')
    await program.end()
    expect(program.output().match(/^\w+\.png: completed$/gm)).toHaveLength(6)
    expect(program.output().match(/^broken\.png: failed$/gm)).toHaveLength(2)
  })
})
