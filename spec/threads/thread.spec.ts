import { once } from 'node:events'
import { fc, test } from '@fast-check/vitest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WorkerCrash } from '../../src/core/failure.js'
import type { Thread } from '../../src/threads/thread.js'
import { threads } from '../../src/threads/threads.js'
import type { ThreadsOptions } from '../../src/threads/threads-options.js'
import { beginning, counter, rejection, ThreadCount, type Work, WORK } from './thread-count.js'

let count: ThreadCount
beforeEach(() => { count = new ThreadCount() })
afterEach(() => { count[Symbol.dispose]() })

const acquire = (options: Partial<ThreadsOptions> = {}, signal = new AbortController().signal): Promise<Thread<Work>> =>
  threads<Work>({ filename: WORK, ...options }).worker.acquire({ signal })

describe('a thread', () => {
  it('runs what its module exports, and is one thread from acquire to release', async () => {
    const { worker } = threads<Work>({ filename: WORK })
    expect(count.alive).toBe(0)
    const thread = await worker.acquire({ signal: new AbortController().signal })
    expect(count.alive).toBe(1)
    expect([await thread.run('double', 4), await thread.run('later', 4), await thread.run('nothing', undefined)]).toEqual([8, 5, 'nothing given'])
    await worker.release(thread)
    expect([count.alive, count.started]).toEqual([0, 1])
  })

  test.prop([fc.array(fc.oneof(
    fc.record({ call: fc.constantFrom('double', 'later', 'fail', 'exit', 'uncaught'), with: fc.nat(9) }),
    fc.record({ call: fc.constant('abort'), with: fc.constant(0) }),
  ), { maxLength: 4 })], { numRuns: 15 })('gives each call its own end, whatever ends came before, and is never more than one', async (calls) => {
    await using thread = await acquire()
    for (const { call, with: given } of calls) expect(await endOf(thread, call, given)).toBe(expectedEnd(call, given))
    expect(count.most).toBe(1)
    expect(count.alive).toBeLessThanOrEqual(1)
  })

  it('runs one call at a time, in order', async () => {
    await using thread = await acquire()
    const spinning = counter()
    const ends: number[] = []
    await Promise.all([3, 1, 2].map(async (ms) => {
      ends.push(await thread.run('spin', { counter: spinning, ms }))
    }))
    expect(ends).toEqual([3, 1, 2])
    expect(new Int32Array(spinning)[1]).toBe(1)
  })

  it('gets what it was made with', async () => {
    await using thread = await acquire({ workerData: { a: 1 }, argv: ['--fast'], env: { COLOUR: 'red' } })
    expect(await thread.run('surroundings', undefined)).toMatchObject({ data: { a: 1 }, argv: ['--fast'], env: { COLOUR: 'red' } })
  })

  it.each([WORK.href, WORK.pathname, WORK])('takes its module as %s', async (filename) => {
    await using thread = await acquire({ filename })
    expect(await thread.run('double', 1)).toBe(2)
  })

  it.each(['sync', 'async', 'disabled'] as const)('works with atomics %s', async (atomics) => {
    await using thread = await acquire({ atomics })
    expect(await thread.run('later', 1)).toBe(2)
    expect(await rejection(thread.run('exit', 1))).toBeInstanceOf(WorkerCrash)
    expect(await thread.run('double', 1)).toBe(2)
  })
})

describe('an error', () => {
  it('thrown by the function comes as it is, and the thread stays', async () => {
    await using thread = await acquire()
    await expect(thread.run('fail', 'not like this')).rejects.toThrow(new TypeError('not like this'))
    expect([count.alive, count.started]).toEqual([1, 1])
  })

  it('tells of a function that is not there', async () => {
    const { worker } = threads({ filename: WORK })
    await using thread = await worker.acquire({ signal: new AbortController().signal })
    await expect(thread.run('absent', 1)).rejects.toThrow('No handler function')
    expect(count.alive).toBe(1)
  })

  it('tells of an input that cannot be copied, and the thread stays', async () => {
    const { worker } = threads({ filename: WORK })
    await using thread = await worker.acquire({ signal: new AbortController().signal })
    await expect(thread.run('double', () => 1)).rejects.toThrow('could not be cloned')
    expect(await thread.run('double', 2)).toBe(4)
    expect(count.started).toBe(1)
  })
})

describe('a crash', () => {
  it.each([
    ['an exit', (thread: Thread<Work>) => thread.run('exit', 3), 'the thread ended in exit of .*work.js: worker exited with code: 3'],
    ['an uncaught error', (thread: Thread<Work>) => thread.run('uncaught', 'oh'), 'the thread ended in uncaught of .*work.js: oh'],
    ['a result that cannot be copied', (thread: Thread<Work>) => thread.run('notCloned', undefined), 'could not be (?:copied|cloned)'],
    ['want of memory', (thread: Thread<Work>) => thread.run('hoard', undefined), 'the thread ended in hoard .* memory limit'],
  ])('by %s is told when the thread is gone, and the next call has a new one', async (_by, crash, message) => {
    await using thread = await acquire({ resourceLimits: { maxOldGenerationSizeMb: 32 } })
    const [error, alive] = [await rejection(crash(thread)), count.alive]
    expect(error).toBeInstanceOf(WorkerCrash)
    expect(error.message).toMatch(new RegExp(message))
    expect(alive).toBe(0)
    expect(await thread.run('double', 5)).toBe(10)
    expect([count.alive, count.started]).toEqual([1, 2])
  })

  it('keeps what the thread said as its cause', async () => {
    await using thread = await acquire()
    expect((await rejection(thread.run('uncaught', 'oh'))).cause).toEqual(new RangeError('oh'))
  })

  it('between calls is no failure: the next call has a new thread', async () => {
    await using thread = await acquire({ atomics: 'disabled' })
    await thread.run('exitSoon', undefined)
    await count.ended()
    expect(await thread.run('double', 5)).toBe(10)
  })
})

describe('an abort', () => {
  it('ends a thread that never would, with its reason, and the next call has a new one', async () => {
    await using thread = await acquire()
    const [{ port, begun }, controller] = [beginning(), new AbortController()]
    const run = thread.run('forever', port, { signal: controller.signal, transfer: [port] })
    await begun
    controller.abort(new Error('enough'))
    const [error, alive] = [await rejection(run), count.alive]
    expect([error, alive]).toEqual([new Error('enough'), 0])
    expect(await thread.run('double', 1)).toBe(2)
    expect(count.most).toBe(1)
  })

  it('before the call lets the thread be', async () => {
    await using thread = await acquire()
    expect(await rejection(thread.run('double', 1, { signal: AbortSignal.abort(new Error('early')) }))).toEqual(new Error('early'))
    expect([count.alive, count.started]).toEqual([1, 1])
  })

  it('leaves the calls that wait', async () => {
    await using thread = await acquire()
    const [{ port, begun }, controller] = [beginning(), new AbortController()]
    const first = rejection(thread.run('forever', port, { signal: controller.signal, transfer: [port] }))
    const second = thread.run('double', 2)
    await begun
    controller.abort(new Error('enough'))
    expect([await first, await second]).toEqual([new Error('enough'), 4])
  })

  it('while the thread starts leaves none', async () => {
    const controller = new AbortController()
    const starting = acquire({}, controller.signal)
    await once(process, 'worker')
    expect(count.alive).toBe(1)
    controller.abort(new Error('not wanted'))
    expect(await rejection(starting)).toEqual(new Error('not wanted'))
    expect(count.alive).toBe(0)
    expect(await rejection(acquire({}, controller.signal))).toEqual(new Error('not wanted'))
    expect(count.started).toBe(1)
  })
})

describe('a module that does not load', () => {
  it.each([
    ['./absent.js', 'no thread could be started with .*absent.js: Cannot find module'],
    ['./does-not-load.js', 'no thread could be started with .*does-not-load.js: broken'],
    ['./exits-at-once.js', 'no thread could be started with .*exits-at-once.js: it exited with code 5'],
  ])('such as %s is told by acquire, and leaves no thread', async (path, message) => {
    const [error, alive] = [await rejection(acquire({ filename: new URL(path, import.meta.url) })), count.alive]
    expect(error).toBeInstanceOf(WorkerCrash)
    expect(error.message).toMatch(new RegExp(message))
    expect([alive, count.started]).toEqual([0, 1])
  })
})

describe('releasing', () => {
  it('ends a thread that never would, and its calls', async () => {
    const thread = await acquire()
    const { port, begun } = beginning()
    const runs = [thread.run('forever', port, { transfer: [port] }), thread.run('double', 1)].map(rejection)
    await begun
    await thread[Symbol.asyncDispose]()
    expect(count.alive).toBe(0)
    expect((await Promise.all(runs)).map(({ message }) => message)).toEqual([
      expect.stringContaining('the thread ended in forever'),
      'the thread was released',
    ])
    expect(await rejection(thread.run('double', 1))).toEqual(new WorkerCrash('the thread was released'))
    expect(count.started).toBe(1)
  })

  it('twice is once', async () => {
    const thread = await acquire()
    await Promise.all([thread[Symbol.asyncDispose](), thread[Symbol.asyncDispose]()])
    expect(count.alive).toBe(0)
  })
})

/** How a call ended, in words. */
const endOf = async (thread: Thread<Work>, call: string, given: number): Promise<string> => {
  switch (call) {
    case 'double': return String(await thread.run('double', given))
    case 'later': return String(await thread.run('later', given))
    case 'fail': return (await rejection(thread.run('fail', `no ${given}`))).message
    case 'exit': return (await rejection(thread.run('exit', given))).name
    case 'uncaught': return (await rejection(thread.run('uncaught', `no ${given}`))).name
    default: {
      const [{ port, begun }, controller] = [beginning(), new AbortController()]
      const run = thread.run('forever', port, { signal: controller.signal, transfer: [port] })
      await begun
      controller.abort(new Error('aborted'))
      return (await rejection(run)).message
    }
  }
}

const expectedEnd = (call: string, given: number): string =>
  ({ double: String(given * 2), later: String(given + 1), fail: `no ${given}`, exit: 'WorkerCrash', uncaught: 'WorkerCrash' })[call] ?? 'aborted'
