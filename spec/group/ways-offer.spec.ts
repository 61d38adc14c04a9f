import { NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { GroupClosedError, OutcomeError, type WorkerGroup } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { resume } from '../../src/supervision/resume.js'
import { VirtualTime } from '../support/virtual-time.js'
import { echo, gone } from './ways-time.js'

interface Narrow {
  readonly clock: VirtualTime
  readonly group: WorkerGroup<number, number>
}

/** One worker that takes 100 ms for an item, and room for one more. */
const narrow = (): Narrow => {
  const clock = new VirtualTime()
  return { clock, group: workerGroup<number, number>({ action: echo(clock, 100), scaling: fixed(1), capacity: 1, scheduler: clock }) }
}

describe('offer', () => {
  it('waits for room, first come first served, and loses nothing', async () => {
    const { clock, group } = narrow()
    const accepted: (readonly [number, number])[] = []
    const done: unknown[] = []
    group.outcomes$.subscribe(({ message }) => done.push(message.payload))
    for (const n of [1, 2, 3, 4, 5]) void group.offer(n).then(() => accepted.push([n, clock.now()]))
    await clock.settle()
    expect(group.stats()).toMatchObject({ waiting: 1, inFlight: 1, received: 2 })
    await clock.runAll()
    expect(accepted).toEqual([[1, 0], [2, 0], [3, 100], [4, 200], [5, 300]])
    expect(done).toEqual([1, 2, 3, 4, 5])
  })

  it('gives up its place when its signal aborts while it waits, and the next one gets it', async () => {
    const { clock, group } = narrow()
    const leaving = new AbortController()
    await group.offer(1)
    await group.offer(2)
    const third = gone(group.offer(3, { signal: leaving.signal }))
    const fourth = gone(group.offer(4))
    leaving.abort('no more patience')
    expect(await third).toBe('no more patience')
    await clock.advance(100)
    expect(await fourth).toBe('resolved')
    expect(group.stats()).toMatchObject({ received: 3, cancelled: 0 })
  })

  it('is refused at once by a signal that is aborted already', async () => {
    const { group } = narrow()
    expect(await gone(group.offer(1, { signal: AbortSignal.abort('before') }))).toBe('before')
    expect(group.stats().received).toBe(0)
  })

  it('withdraws an accepted item that waits, and aborts one that runs', async () => {
    const clock = new VirtualTime()
    const signals: AbortSignal[] = []
    const ends: unknown[] = []
    const onOutcome = ({ type, attempts }: Outcome): unknown => ends.push([type, attempts])
    const group = workerGroup({ action: ({ signal }: Job<number>) => { signals.push(signal); return NEVER }, scaling: fixed(1), scheduler: clock })
    const [running, waiting] = [new AbortController(), new AbortController()]
    await group.offer(1, { signal: running.signal, onOutcome })
    await group.offer(2, { signal: waiting.signal, onOutcome })
    waiting.abort()
    expect(ends).toEqual([['cancelled', 0]])
    running.abort()
    expect(ends).toEqual([['cancelled', 0], ['cancelled', 1]])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    expect(group.stats()).toMatchObject({ cancelled: 2, waiting: 0, inFlight: 0, busy: 0, live: 1 })
  })

  it('does not care for a signal that aborts after the end', async () => {
    const { clock, group } = narrow()
    const late = new AbortController()
    await group.offer(1, { signal: late.signal })
    await clock.runAll()
    late.abort()
    expect(group.stats()).toMatchObject({ processed: 1, cancelled: 0 })
  })

  it('rejects once the group takes nothing, also who waits for room', async () => {
    const { group } = narrow()
    await group.offer(1)
    await group.offer(2)
    const waiting = gone(group.offer(3))
    void group.stop()
    expect(await waiting).toBeInstanceOf(GroupClosedError)
    expect(await gone(group.offer(4))).toBeInstanceOf(GroupClosedError)
    await group.wait()
    expect(await gone(group.submit(5))).toEqual(new GroupClosedError('group'))
  })

  it('tells `onOutcome` before `outcomes$`', async () => {
    const group = workerGroup({ action: ({ input }: Job<number>) => input })
    const heard: string[] = []
    group.outcomes$.subscribe(() => heard.push('outcomes$'))
    await group.offer(1, { onOutcome: () => heard.push('onOutcome') })
    expect(heard).toEqual(['onOutcome', 'outcomes$'])
  })

  it('carries its envelope into the job and the outcome', async () => {
    const group = workerGroup({ action: ({ message }: Job<number>) => message })
    const envelope = { id: 'a', topic: 't', headers: { h: '1' }, key: 'k', replyTo: 'r', correlationId: 'c', from: 'f', sentAtMs: 1, expiresAtMs: Number.MAX_SAFE_INTEGER }
    expect(await group.submit(7, envelope)).toEqual({ ...envelope, payload: 7 })
  })

  it('makes an envelope for what comes without one', async () => {
    const clock = new VirtualTime()
    clock.frame = 5
    const group = workerGroup({ name: 'g', action: ({ message }: Job<number>) => message, scheduler: clock })
    expect(await group.submit(7)).toEqual({ id: 'g-1', topic: 'g', payload: 7, headers: {}, sentAtMs: 5 })
    expect((await group.submit(8, { from: 'me' })).id).toBe('g-2')
  })
})

describe('submit', () => {
  it('resolves to the value', async () => {
    expect(await workerGroup({ action: async ({ input }: Job<number>) => input * 2 }).submit(21)).toBe(42)
  })

  it('rejects with the very error of the handler', async () => {
    const error = { not: 'even an Error' }
    const group = workerGroup({ action: () => { throw error }, supervision: resume() })
    expect(await gone(group.submit(1))).toBe(error)
  })

  it('rejects with an OutcomeError for any other end, and tells `onOutcome` as well', async () => {
    const { group } = narrow()
    const leaving = new AbortController()
    const types: string[] = []
    const end = gone(group.submit(1, { signal: leaving.signal, onOutcome: ({ type }) => types.push(type) }))
    leaving.abort()
    const error = await end
    expect(error).toBeInstanceOf(OutcomeError)
    expect(error).toMatchObject({ message: 'the item group-1 ended as cancelled: withdrawn by its sender', outcome: { type: 'cancelled' } })
    expect(types).toEqual(['cancelled'])
  })

  it('rejects with an OutcomeError when it is handed back', async () => {
    const { group } = narrow()
    void gone(group.submit(1))
    const second = gone(group.submit(2))
    void group.drain()
    expect(await second).toMatchObject({ name: 'OutcomeError', message: 'the item group-2 ended as handedBack', outcome: { type: 'handedBack', to: 'source' } })
  })
})
