import { concat, EMPTY, NEVER, of, throwError, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Action } from '../../src/core/action.js'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import type { Result } from '../../src/core/result.js'
import { fixed } from '../../src/scaling/fixed.js'
import { resume } from '../../src/supervision/resume.js'
import { VirtualTime } from '../support/virtual-time.js'
import { echo, gone, wait } from './ways-time.js'

const heardFrom = <I, O>(group: WorkerGroup<I, O>): Outcome<I, O>[] => {
  const outcomes: Outcome<I, O>[] = []
  group.outcomes$.subscribe((outcome) => outcomes.push(outcome))
  return outcomes
}

describe('an outcome', () => {
  it('tells how long its item waited, and how long its last attempt took', async () => {
    const clock = new VirtualTime()
    const group = workerGroup({ action: echo(clock, 100), scaling: fixed(1), scheduler: clock })
    const outcomes = heardFrom(group)
    for (const n of [1, 2]) void group.offer(n)
    await clock.advance(50)
    void group.offer(3)
    await clock.runAll()
    expect(outcomes).toMatchObject([
      { type: 'completed', value: 1, attempts: 1, waitMs: 0, serviceMs: 100 },
      { type: 'completed', value: 2, attempts: 1, waitMs: 100, serviceMs: 100 },
      { type: 'completed', value: 3, attempts: 1, waitMs: 150, serviceMs: 100 },
    ])
    const { waitMs, serviceMs, sojournMs } = group.stats()
    expect(serviceMs.p50).toBeCloseTo(100, -1)
    expect([waitMs.p99 >= 150, waitMs.p99 < 155, sojournMs.p99 >= 250, sojournMs.p99 < 258]).toEqual([true, true, true, true])
  })

  it('is `failed` with the failure as a value', async () => {
    const clock = new VirtualTime()
    const error = new Error('no')
    const group = workerGroup({ action: () => concat(timer(30, clock), throwError(() => error)), scheduler: clock, supervision: resume() })
    const outcomes = heardFrom(group)
    void group.offer(1)
    await clock.runAll()
    expect(outcomes).toMatchObject([{ type: 'failed', attempts: 1, waitMs: 0, serviceMs: 30, failure: { type: 'thrown', error, attempt: 1, atMs: 30, worker: 1 } }])
    expect(group.stats()).toMatchObject({ failed: 1, failures: 1, processed: 0, received: 1, busy: 0 })
  })

  it('is `expired` when its sender\'s patience ended before it was started', async () => {
    const clock = new VirtualTime()
    const group = workerGroup({ action: echo(clock, 100), scaling: fixed(1), scheduler: clock })
    const outcomes = heardFrom(group)
    void group.offer(1, { expiresAtMs: 1 })
    void group.offer(2, { expiresAtMs: 100 })
    void group.offer(3, { expiresAtMs: 101 })
    await clock.runAll()
    expect(outcomes.map(({ message, type }) => [message.payload, type])).toEqual([[1, 'completed'], [2, 'expired'], [3, 'completed']])
    expect(outcomes[1]).toMatchObject({ attempts: 0, waitMs: 100, serviceMs: 0 })
  })

  it('comes once for each item, whatever its kind, and the books are right', async () => {
    const clock = new VirtualTime()
    const action = (job: Job<number>): Result<number> => {
      if (job.input === 1) throw new Error('one')
      return job.input === 2 ? NEVER : echo(clock, 10)(job)
    }
    const group = workerGroup({ action, timeoutMs: 50, scaling: fixed(1), scheduler: clock, supervision: resume() })
    const outcomes = heardFrom(group)
    for (const n of [1, 2, 3]) void group.offer(n)
    void group.offer(4, { expiresAtMs: 20 })
    await clock.runAll()
    expect(outcomes.map(({ type }) => type)).toEqual(['failed', 'timedOut', 'completed', 'expired'])
    expect(group.stats()).toMatchObject({ received: 4, processed: 1, failed: 1, timedOut: 1, expired: 1, waiting: 0, inFlight: 0, retrying: 0 })
  })
})

describe('a handler', () => {
  it.each<readonly [string, () => Result<unknown>, unknown]>([
    ['a value', () => 7, 7],
    ['nothing', () => undefined, undefined],
    ['null', () => null, null],
    ['an array', () => [1, 2], [1, 2]],
    ['a string', () => 'text', 'text'],
    ['a promise', async () => 7, 7],
    ['a thenable', () => ({ then: (resolve: (value: number) => void) => resolve(7) }), 7],
    ['an Observable: its last value', () => of(1, 2, 7), 7],
    ['an empty Observable: undefined', () => EMPTY, undefined],
    ['an async iterable: its last value', async function* () { yield 1; yield 7 }, 7],
    ['an empty async iterable: undefined', async function* () { /* yields nothing */ }, undefined],
  ])('may return %s', async (_what, action, value) => {
    expect(await workerGroup({ action }).submit(1)).toEqual(value)
  })

  it.each<readonly [string, (error: Error) => Result<unknown>]>([
    ['throwing', (error) => { throw error }],
    ['a promise', async (error) => { throw error }],
    ['an Observable', (error) => throwError(() => error)],
    ['an async iterable', async function* (error) { yield 1; throw error }],
  ])('may fail by %s', async (_what, fail) => {
    const error = new Error('no')
    const group = workerGroup({ action: () => fail(error), supervision: resume() })
    expect(await gone(group.submit(1))).toBe(error)
    expect(group.stats()).toMatchObject({ failed: 1, failures: 1, busy: 0 })
  })

  it('is given its job: message, input, attempt, address, services, worker and a signal', async () => {
    const seen: unknown[] = []
    const action = ({ message, input, attempt, address, services, worker, signal }: Job<number, string, number>): unknown =>
      seen.push(message.payload, input, attempt, address, services, worker, signal.aborted)
    await workerGroup({ action, address: 'here', services: 5, worker: { acquire: ({ worker }) => `worker ${worker}` } }).submit(3)
    expect(seen).toEqual([3, 3, 1, 'here', 5, 'worker 1', false])
  })

  it('may send and answer only where there is a transport', async () => {
    const group = workerGroup({ name: 'g', action: async (job: Job<string>) => (job.input === 'send' ? job.send('t', 1) : job.reply(1)), supervision: resume() })
    expect(await gone(group.submit('send'))).toEqual(new Error('g: send() needs a transport; give the group one, or run it in a hub'))
    expect(await gone(group.submit('reply'))).toEqual(new Error('g: reply() needs a message with replyTo, but g-2 has none'))
  })
})

describe('an action', () => {
  const left = { _tag: 'Left', left: 'input: expected a number, got "x"' } as const
  const handled: unknown[] = []
  const act = (decode: Action<number, number>['decode']): WorkerGroup<number, number> =>
    workerGroup({ action: { name: 'a', decode, handle: ({ input }) => handled.push(input) } satisfies Action<number, number>, supervision: resume() })

  it.each<readonly [string, Action<number, number>['decode']]>([
    ['at once', () => left],
    ['in time', async () => left],
  ])('has what does not decode %s rejected, unseen by the handler', async (_when, decode) => {
    handled.length = 0
    const group = act(decode)
    expect(await gone(group.submit(1))).toMatchObject({ message: `the item a-1 ended as rejected: ${left.left}`, outcome: { type: 'rejected', attempts: 1, reason: left.left } })
    expect(handled).toEqual([])
    expect(group.stats()).toMatchObject({ rejected: 1, failures: 0, escalations: 0, busy: 0 })
  })

  it.each<readonly [string, Action<number, number>['decode']]>([
    ['at once', () => ({ _tag: 'Right', right: 42 })],
    ['in time', async () => ({ _tag: 'Right', right: 42 })],
  ])('is given what was decoded %s', async (_when, decode) => {
    handled.length = 0
    await act(decode).submit(1)
    expect(handled).toEqual([42])
  })

  it.each<readonly [string, Action<number, number>['decode']]>([
    ['throws', () => { throw new Error('decode') }],
    ['rejects', async () => { throw new Error('decode') }],
  ])('whose decode %s has failed', async (_how, decode) => {
    const group = act(decode)
    expect(await gone(group.submit(1))).toEqual(new Error('decode'))
    expect(group.stats()).toMatchObject({ failed: 1, failures: 1, busy: 0 })
  })

  it('decodes once, however often it is tried', async () => {
    const clock = new VirtualTime()
    let decoded = 0
    const decode = async (): Promise<{ _tag: 'Right'; right: number }> => ({ _tag: 'Right', right: (decoded += 1) })
    const handle = ({ attempt, input }: Job<number>): number => {
      if (attempt < 3) throw new Error('again')
      return input
    }
    const group = workerGroup({ action: { name: 'a', decode, handle }, retry: { maxAttempts: 3 }, scheduler: clock, supervision: resume() })
    const value = group.submit(9)
    await clock.runAll()
    expect([await value, decoded]).toEqual([1, 1])
  })

  it('holds its worker while it decodes and while its handler runs after that', async () => {
    const clock = new VirtualTime()
    const decode = async (payload: unknown): Promise<{ _tag: 'Right'; right: number }> => {
      await wait(clock, 50)
      return { _tag: 'Right', right: Number(payload) }
    }
    const group = workerGroup({ action: { name: 'a', decode, handle: echo(clock, 100) }, scaling: fixed(1), scheduler: clock })
    const outcomes = heardFrom(group)
    for (const n of [1, 2]) void group.offer(n)
    await clock.advance(149)
    expect(group.stats()).toMatchObject({ busy: 1, inFlight: 1, waiting: 1 })
    await clock.runAll()
    expect(outcomes).toMatchObject([{ value: 1, serviceMs: 150 }, { value: 2, waitMs: 150, serviceMs: 150 }])
  })

  it('does not begin its handler when it was withdrawn while it decoded', async () => {
    const clock = new VirtualTime()
    const leaving = new AbortController()
    const seen: unknown[] = []
    const decode = async (): Promise<{ _tag: 'Right'; right: number }> => {
      await wait(clock, 50)
      return { _tag: 'Right', right: 1 }
    }
    const group = workerGroup({ action: { name: 'a', decode, handle: ({ input }: Job<number>) => seen.push(input) }, scheduler: clock })
    const end = gone(group.submit(1, { signal: leaving.signal }))
    await clock.advance(10)
    leaving.abort()
    await clock.runAll()
    expect(await end).toMatchObject({ outcome: { type: 'cancelled' } })
    expect([seen, group.stats()]).toMatchObject([[], { busy: 0, cancelled: 1 }])
  })
})
