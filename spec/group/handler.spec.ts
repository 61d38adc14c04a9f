import * as E from 'fp-ts/lib/Either.js'
import { concat, EMPTY, from, map, NEVER, of, throwError, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Action } from '../../src/core/action.js'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { fixed } from '../../src/scaling/fixed.js'
import { resume } from '../../src/supervision/resume.js'
import { deferred, send } from '../support/manual-work.js'
import { VirtualTime } from '../support/virtual-time.js'

const error = new Error('no')

const numbers = async function* (): AsyncGenerator<number> {
  yield 1
  yield 2
}

const breaking = async function* (): AsyncGenerator<number> {
  yield 1
  throw error
}

const outcomeOf = async (action: () => unknown): Promise<Outcome> => {
  const group = workerGroup({ action, supervision: resume() })
  const outcomes: Outcome[] = []
  group.outcomes$.subscribe((outcome) => outcomes.push(outcome))
  await group.offer(0)
  await group.idle()
  await group.stop()
  expect(outcomes).toHaveLength(1)
  const [outcome] = outcomes
  if (outcome === undefined) throw new Error('no outcome')
  return outcome
}

const thenable = { then: (resolve: (value: string) => void) => resolve('then') }

describe('what a handler returns', () => {
  it.each<[string, unknown, unknown]>([
    ['a value', 7, 7],
    ['nothing', undefined, undefined],
    ['null', null, null],
    ['a string, as one value', 'text', 'text'],
    ['an array, as one value', [1, 2], [1, 2]],
    ['an object', { a: 1 }, { a: 1 }],
    ['a map, as one value', new Map([[1, 2]]), new Map([[1, 2]])],
    ['a promise', Promise.resolve('later'), 'later'],
    ['anything with then', thenable, 'then'],
    ['an Observable, its last value', from([1, 2, 3]), 3],
    ['an Observable without values', EMPTY, undefined],
    ['an async iterable, its last value', numbers(), 2],
  ])('is %s', async (_, result, value) => {
    expect(await outcomeOf(() => result)).toMatchObject({ type: 'completed', value, attempts: 1 })
  })

  it.each<[string, () => unknown]>([
    ['throws', () => { throw error }],
    ['rejects', () => Promise.reject(error)],
    ['is an Observable that errors', () => throwError(() => error)],
    ['is an Observable that errors after a value', () => concat(of(1), throwError(() => error))],
    ['is an async iterable that throws', () => breaking()],
  ])('is a failure when it %s', async (_, action) => {
    expect(await outcomeOf(action)).toMatchObject({ type: 'failed', failure: { type: 'thrown', error, attempt: 1, worker: 1 } })
  })

  it('may be thrown as any value', async () => {
    expect(await outcomeOf(() => Promise.reject('just text'))).toMatchObject({ type: 'failed', failure: { error: 'just text' } })
  })

  it('is let go of when it is an Observable whose item is withdrawn', () => {
    const group = workerGroup({ action: () => NEVER })
    const controller = new AbortController()
    send(group, 1, { signal: controller.signal })
    controller.abort()
    expect(group.stats()).toMatchObject({ cancelled: 1, busy: 0, inFlight: 0 })
  })

  it('is let go of when its item was withdrawn while the handler still made it', () => {
    const controller = new AbortController()
    let subscribed = 0
    const group = workerGroup({
      action: () => {
        controller.abort()
        return concat(of(++subscribed), NEVER)
      },
    })
    group.pause()
    send(group, 1, { signal: controller.signal })
    group.resume()
    expect(group.stats()).toMatchObject({ cancelled: 1, busy: 0, zombies: 0 })
  })
})

describe('what a handler is given', () => {
  it('is the item in its envelope, the attempt, the address, the worker, the services and a signal', async () => {
    const seen: unknown[] = []
    const group = workerGroup({
      name: 'resize', address: 'images/children/resize', services: { log: 'book' },
      worker: { acquire: ({ worker }) => `page ${worker}` },
      action: (job: Job<number, string, { log: string }>) => {
        seen.push(job.message.payload, job.input, job.attempt, job.address, job.worker, job.services, job.signal.aborted)
      },
    })
    await group.submit(5)
    expect(seen).toEqual([5, 5, 1, 'images/children/resize', 'page 1', { log: 'book' }, false])
    await group.stop()
  })

  it('sends and replies through the group\'s transport', async () => {
    const sent: unknown[] = []
    const transport = {
      send: async (...sending: unknown[]) => { sent.push(sending) },
      reply: async (sender: string, { replyTo }: { replyTo?: string | undefined }, payload: unknown) => { sent.push([sender, replyTo, payload]) },
    }
    const group = workerGroup({
      name: 'g', transport,
      action: async (job: Job<number>) => {
        await job.send('next', 1, { key: 'k' })
        await job.reply(2)
      },
    })
    await group.submit(5, { replyTo: 'answers' })
    expect(sent).toEqual([['g', 'next', 1, { key: 'k' }], ['g', 'answers', 2]])
    await group.stop()
  })

  it('says clearly when there is no way to send, or nobody to reply to', async () => {
    const group = workerGroup({ name: 'g', supervision: resume(), action: (job: Job<string>) => (job.input === 'send' ? job.send('t', 1) : job.reply(1)) })
    await expect(group.submit('send')).rejects.toThrow('g: send() needs a transport')
    await expect(group.submit('reply', { id: 'm' })).rejects.toThrow('g: reply() needs a message with replyTo, but m has none')
    await expect(group.submit('reply', { replyTo: 'r' })).rejects.toThrow('g: reply() needs a transport')
    await group.stop()
  })
})

describe('an action that decodes', () => {
  const length: Action<number, number> = {
    name: 'double',
    decode: (payload) => (typeof payload === 'number' ? E.right(payload) : E.left('expected a number')),
    handle: ({ input }) => input * 2,
  }
  const make = (action: Partial<Action<number, number>>) => workerGroup({ action: { ...length, ...action }, supervision: resume(), scaling: fixed(1) })
  const put = (group: object, payload: unknown): Promise<unknown> => Promise.resolve(Reflect.apply(Reflect.get(group, 'submit'), group, [payload]))

  it('gives the handler what it decoded', async () => {
    const group = make({ decode: (payload) => E.right(String(payload).length) })
    expect(await put(group, 'four')).toBe(8)
    await group.stop()
  })

  it('rejects what does not decode: it never reaches the handler, and no worker fails by it', async () => {
    let handled = 0
    const group = make({ handle: () => ++handled })
    await expect(put(group, 'x')).rejects.toMatchObject({ outcome: { type: 'rejected', reason: 'expected a number', attempts: 1 }, message: expect.stringContaining('rejected: expected a number') })
    expect({ handled, stats: group.stats() }).toMatchObject({ handled: 0, stats: { rejected: 1, failures: 0, escalations: 0, busy: 0 } })
    await group.stop()
  })

  it('may decode in its own time', async () => {
    const group = make({ decode: async (payload) => (typeof payload === 'number' ? E.right(payload) : E.left('expected a number')) })
    expect(await put(group, 4)).toBe(8)
    await expect(put(group, 'x')).rejects.toMatchObject({ outcome: { type: 'rejected' } })
    await group.stop()
  })

  it.each<[string, () => unknown]>([
    ['a value', () => 1],
    ['a promise that is settled already', async () => 1],
    ['a promise that is settled later', async () => { await Promise.resolve() }],
    ['anything with then', () => thenable],
    ['an Observable that is over at once', () => of(1)],
    ['an Observable that goes on', () => timer(1)],
    ['an async iterable', numbers],
    ['a promise that is rejected already', () => Promise.reject(error)],
  ])('gives its worker back after it decoded in its own time and returned %s', async (_, handle) => {
    const group = workerGroup({ action: { name: 'a', decode: async () => E.right(1), handle }, workers: { max: 1 }, supervision: resume() })
    for (const input of [1, 2, 3]) await group.offer(input)
    await group.idle()
    expect((await group.drain()).completed).toBe(0)
    expect(group.stats().received).toBe(group.stats().processed + group.stats().failed)
  })

  it('may return an Observable after it decoded in its own time', async () => {
    const time = new VirtualTime()
    const group = workerGroup({
      action: { name: 'a', decode: async () => E.right(3), handle: ({ input }: Job<number>) => timer(10, time).pipe(map(() => input)) },
      scheduler: time, scaling: fixed(1),
    })
    const both = [group.submit(1), group.submit(2)]
    await time.advance(10)
    expect(group.stats()).toMatchObject({ processed: 1, inFlight: 1 })
    await time.advance(10)
    expect(await Promise.all(both)).toEqual([3, 3])
  })

  it('decodes once, however often it is tried', async () => {
    let [decoded, handled] = [0, 0]
    const group = workerGroup({
      action: {
        name: 'a',
        decode: () => E.right(++decoded),
        handle: () => {
          handled += 1
          if (handled < 3) throw error
          return handled
        },
      },
      retry: { maxAttempts: 3, backoff: { name: 'none', delayMs: () => 0, resetAfterMs: 0 } }, supervision: resume(),
    })
    expect(await group.submit(0)).toBe(3)
    expect({ decoded, handled }).toEqual({ decoded: 1, handled: 3 })
    await group.stop()
  })

  it('fails when decoding throws or rejects', async () => {
    const throwing = make({ decode: () => { throw error } })
    const rejecting = make({ decode: () => Promise.reject(error) })
    await expect(put(throwing, 1)).rejects.toBe(error)
    await expect(put(rejecting, 1)).rejects.toBe(error)
    await Promise.all([throwing.stop(), rejecting.stop()])
  })

  it('does not reach the handler once its item was withdrawn', async () => {
    const decoding = deferred<E.Either<string, number>>()
    let handled = 0
    const group = make({ decode: () => decoding.promise, handle: () => ++handled })
    const controller = new AbortController()
    send(group, 1, { signal: controller.signal })
    controller.abort()
    decoding.resolve(E.right(1))
    await group.drain()
    expect({ handled, stats: group.stats() }).toMatchObject({ handled: 0, stats: { cancelled: 1, processed: 0 } })
  })
})
