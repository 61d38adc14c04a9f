import { concat, filter, firstValueFrom, lastValueFrom, map, range, take, throwError, toArray } from 'rxjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { fixed } from '../../src/scaling/fixed.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { constant } from '../../src/supervision/constant.js'
import type { Escalation } from '../../src/supervision/escalation.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import type { Thread } from '../../src/threads/thread.js'
import { threads } from '../../src/threads/threads.js'
import { counter, ThreadCount, type Work, WORK } from './thread-count.js'

let count: ThreadCount
beforeEach(() => { count = new ThreadCount() })
afterEach(() => { count[Symbol.dispose]() })

const work = threads<Work>({ filename: WORK, resourceLimits: { maxOldGenerationSizeMb: 64 } })

const always = (workers: number) => ({ worker: work.worker, workers: { min: workers, max: workers }, scaling: fixed(workers) })

const restart = restartOne({ backoff: constant(1) })

describe('a group of threads', () => {
  it('has as many threads as live workers, and as many at work', async () => {
    const group = workerGroup({ ...always(2), action: work.handler('spin') })
    group.start()
    await firstValueFrom(group.live$.pipe(filter((live) => live === 2)))
    const shared = counter()
    const differences = new Set<number>()
    group.outcomes$.subscribe(() => differences.add(count.alive - group.stats().live))
    const outcomes = await lastValueFrom(range(0, 20).pipe(map(() => ({ counter: shared, ms: 2 })), group.run(), toArray()))
    expect(outcomes.map(({ type }) => type)).toEqual(Array.from({ length: 20 }, () => 'completed'))
    expect([new Int32Array(shared)[1], count.most]).toEqual([2, 2])
    await group.drain()
    expect([count.alive, count.started]).toEqual([0, 2])
    expect(differences).toEqual(new Set([0]))
  })

  it('grows and shrinks as its policy wants, and its threads with it', async () => {
    let wanted = 1
    const told: ScalingPolicy<null> = { name: 'told', initial: null, step: () => ({ state: null, wanted, reason: 'withinRange' }) }
    const group = workerGroup({ worker: work.worker, workers: { min: 1, max: 3 }, scaling: told, sampleEveryMs: 1, action: work.handler('spin') })
    const shared = counter()
    function* endless(): Generator<{ counter: SharedArrayBuffer; ms: number }> {
      for (;;) yield { counter: shared, ms: 1 }
    }
    const working = group.consume(endless()).subscribe()
    for (const next of [3, 1, 2]) {
      wanted = next
      // eslint-disable-next-line no-await-in-loop -- one size after the other
      await firstValueFrom(group.live$.pipe(filter((live) => live === next)))
      // eslint-disable-next-line no-await-in-loop -- one size after the other
      await count.fallen(next)
      expect(count.alive).toBe(next)
    }
    working.unsubscribe()
    await group.drain()
    expect([count.alive, count.most]).toEqual([0, 3])
    expect(new Int32Array(shared)[1]).toBeLessThanOrEqual(3)
  })

  it('gives each thread as many items as a worker may handle', async () => {
    await using group = workerGroup({ ...always(1), worker: { ...work.worker, recycleAfter: 2 }, action: work.handler('double') })
    const outcomes = await lastValueFrom(range(1, 5).pipe(group.run(), toArray()))
    expect(outcomes.map((outcome) => outcome.type === 'completed' && outcome.value)).toEqual([2, 4, 6, 8, 10])
    expect(count.started).toBe(3)
  })

  it('moves what it is told to move, and then it is gone here', async () => {
    await using group = workerGroup({ ...always(1), supervision: resume(), action: work.handler('sum', { transfer: ({ buffer }) => [buffer] }) })
    const bytes = Uint8Array.of(1, 2, 3)
    expect([await group.submit(bytes), bytes.length]).toEqual([6, 0])
    await expect(group.submit(bytes)).rejects.toThrow('sum: a buffer that is to be moved is gone: it was moved by an earlier call')
    expect([await group.submit(new Uint8Array()), count.started]).toEqual([0, 1])
  })

  it('shares what is shared, also where it is named', async () => {
    await using group = workerGroup({ ...always(1), action: work.handler('sum', { transfer: ({ buffer }) => [buffer] }) })
    const bytes = new Uint8Array(new SharedArrayBuffer(4)).fill(2)
    expect([await group.submit(bytes), bytes.length]).toEqual([8, 4])
  })

  it('gets back what a thread moves', async () => {
    await using group = workerGroup({ ...always(1), action: async ({ input, worker }: Job<number, Thread<Work>>) => {
      const bytes = await worker.run('bytesMoved', input)
      return [bytes.length, await worker.run('lengthKept', undefined)]
    } })
    expect(await group.submit(1_000)).toEqual([1_000, 0])
  })

  it('says so when it was given no threads', async () => {
    await using group = workerGroup({ action: work.handler('double') })
    await expect(group.submit(1)).rejects.toThrow('the group that runs double has no threads')
  })
})

describe('a thread that crashes', () => {
  it.each([
    ['restartOne', restart, 1], ['resume', resume(), 0],
  ])('is a failure of its item, and is replaced, under %s', async (_name, supervision, restarts) => {
    const group = workerGroup({ ...always(1), supervision, action: ({ input, worker, signal }: Job<number, Thread<Work>>) =>
      (input < 0 ? worker.run('exit', -input, { signal }) : worker.run('double', input, { signal })) })
    const escalations: Escalation<number>[] = []
    group.escalations$.subscribe((escalation) => escalations.push(escalation))
    const outcomes = await lastValueFrom(group.consume([1, -7, 2]).pipe(toArray()))
    expect(outcomes).toMatchObject([
      { type: 'completed', value: 2 },
      { type: 'failed', failure: { type: 'crashed', worker: 1, error: { name: 'WorkerCrash', message: expect.stringContaining('code: 7') } } },
      { type: 'completed', value: 4 },
    ])
    expect(escalations).toMatchObject(restarts === 0 ? [] : [{ protocol: 'restart', failure: { type: 'crashed' } }])
    expect(group.stats()).toMatchObject({ restarts, created: 2, stopped: 1, live: 1 })
    expect([count.alive, count.started]).toEqual([1, 2])
    await group.drain()
    expect(count.alive).toBe(0)
  })

  it('costs its item a try, and no other item anything', async () => {
    await using group = workerGroup({ ...always(2), supervision: restart, retry: { maxAttempts: 2, backoff: constant(1) }, action: ({ input, attempt, worker }: Job<number, Thread<Work>>) =>
      (input === 5 && attempt === 1 ? worker.run('hoard', undefined) : worker.run('double', input)) })
    const outcomes = await lastValueFrom(range(1, 10).pipe(group.run(), toArray()))
    expect(outcomes.filter(({ attempts }) => attempts > 1)).toMatchObject([{ type: 'completed', value: 10, attempts: 2 }])
    expect(outcomes.map(({ type }) => type)).toEqual(Array.from({ length: 10 }, () => 'completed'))
    expect(count.started).toBe(3)
  })

  it('at its start is a failed acquire, which stops the group beyond the intensity, and leaves none', async () => {
    const broken = threads<Work>({ filename: new URL('./does-not-load.js', import.meta.url) })
    const group = workerGroup({ ...always(1), worker: broken.worker, supervision: restartOne({ maxRestarts: 1, withinMs: 60_000, backoff: constant(1) }), action: broken.handler('double') })
    const last = lastValueFrom(group.escalations$)
    await group.offer(1)
    expect(await last).toMatchObject({ protocol: 'killAndEscalate', failure: { type: 'acquire', error: { message: expect.stringContaining('broken') } } })
    await group.wait()
    expect([count.alive, count.started]).toEqual([0, 2])
  })
})

describe('what a source leaves', () => {
  it('by an error is a group that goes on', async () => {
    await using group = workerGroup({ ...always(1), action: work.handler('double') })
    const ends: unknown[] = []
    const source$ = concat(range(1, 2), throwError(() => new Error('the source broke')))
    await new Promise<void>((resolve) => {
      source$.pipe(group.run()).subscribe({ next: ({ type }) => ends.push(type), error: (error: unknown) => resolve(void ends.push(error)) })
    })
    expect(ends).toEqual(['completed', 'completed', new Error('the source broke')])
    expect([await group.submit(4), count.alive]).toEqual([8, 1])
  })

  it('by unsubscribing is one thread for each worker', async () => {
    await using group = workerGroup({ ...always(2), action: work.handler('double') })
    expect(await lastValueFrom(range(1, 100).pipe(group.run(), take(3), toArray()))).toHaveLength(3)
    expect([await group.submit(4), count.most]).toEqual([8, 2])
  })
})
