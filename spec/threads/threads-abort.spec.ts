import { once } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { of } from 'rxjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TimeoutError } from '../../src/core/failure.js'
import type { Job } from '../../src/core/job.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import type { Thread } from '../../src/threads/thread.js'
import { threads } from '../../src/threads/threads.js'
import { beginning, ThreadCount, type Work, WORK } from './thread-count.js'

let count: ThreadCount
beforeEach(() => { count = new ThreadCount() })
afterEach(() => { count[Symbol.dispose]() })

const { worker, handler } = threads<Work>({ filename: WORK })

const always = (workers: number) => ({ worker, workers: { min: workers, max: workers }, scaling: fixed(workers) })

const transfer = (port: MessagePort): readonly MessagePort[] => [port]

const endless = handler('forever', { transfer })

/** Doubles a number; given a port, never ends. */
const either = ({ input, worker: thread, signal }: Job<number | MessagePort, Thread<Work>>): Promise<number> =>
  typeof input === 'number' ? thread.run('double', input) : thread.run('forever', input, { signal, transfer: [input] })

describe('a timeout', () => {
  it.each([['resume', resume()], ['restartOne', restartOne({ backoff: constant(1) })]])('ends a thread that never would, and the next item has a new one, under %s', async (_name, supervision) => {
    await using group = workerGroup({ ...always(1), supervision, timeoutMs: 200, action: either })
    const { port, begun } = beginning()
    const [ended] = await Promise.all([group.submit(port).catch((error: unknown) => error), begun])
    expect(ended).toMatchObject({ outcome: { type: 'timedOut', failure: { error: new TimeoutError(200) } } })
    expect([await group.submit(4), count.alive, count.started, count.most]).toEqual([8, 1, 2, 1])
  })
})

describe('the end of a group', () => {
  it('by a stop ends what never would', async () => {
    const group = workerGroup({ ...always(2), action: endless })
    const begins = [beginning(), beginning()]
    for (const { port } of begins) void group.offer(port)
    await Promise.all(begins.map(({ begun }) => begun))
    expect(count.alive).toBe(2)
    expect(await group.stop()).toMatchObject({ aborted: 2, zombies: 0 })
    expect(count.alive).toBe(0)
  })

  it('by its signal does too', async () => {
    const controller = new AbortController()
    const group = workerGroup({ ...always(1), action: endless, signal: controller.signal })
    const { port, begun } = beginning()
    await group.offer(port)
    await begun
    controller.abort()
    await group.wait()
    expect(count.alive).toBe(0)
  })

  it('by its supervision does too', async () => {
    const group = workerGroup({ ...always(2), action: either, supervision: stopAndEscalate(), drain: { deadlineMs: 0 } })
    const { port, begun } = beginning()
    await group.offer(port)
    await begun
    const failing = group.submit(Number.NaN).then(() => group.stop())
    await Promise.all([failing, group.wait()])
    expect(count.alive).toBe(0)
  })

  it('while its threads start leaves none', async () => {
    const group = workerGroup({ ...always(2), action: handler('double') })
    group.start()
    // Both are told of in one turn.
    await once(process, 'worker')
    await group.stop()
    await count.ended()
    expect([count.alive, count.started]).toEqual([0, 2])
  })
})

describe('unsubscribing', () => {
  it('ends the thread of what it withdraws, and the worker goes on with a new one', async () => {
    await using group = workerGroup({ ...always(1), action: either })
    const { port, begun } = beginning()
    const running = of(port).pipe(group.run()).subscribe()
    await begun
    running.unsubscribe()
    expect([await group.submit(4), count.alive, count.started, count.most]).toEqual([8, 1, 2, 1])
    expect(group.stats()).toMatchObject({ cancelled: 1, restarts: 0, zombies: 0 })
  })
})

describe('what no abort can cut', () => {
  it('is a zombie, told and counted, until its call into native code is over', async () => {
    const group = workerGroup({ ...always(1), action: handler('inNativeCode', { transfer: ({ port }) => [port] }), drain: { graceMs: 1 } })
    const { port, begun } = beginning()
    await group.offer({ port, iterations: 500_000 })
    await begun
    expect(await group.stop()).toMatchObject({ aborted: 1, zombies: 1 })
    expect(count.alive).toBe(1)
    await count.ended()
    expect(count.alive).toBe(0)
  })
})
