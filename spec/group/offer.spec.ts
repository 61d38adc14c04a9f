import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/core/outcome.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { GroupClosedError, OutcomeError } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { resume } from '../../src/supervision/resume.js'
import { ManualWork } from '../support/manual-work.js'
import { VirtualTime } from '../support/virtual-time.js'

const setUp = (capacity = 1) => {
  const work = new ManualWork<number>()
  const time = new VirtualTime()
  const group = workerGroup({ action: work.handle, capacity, scaling: fixed(1), supervision: resume(), scheduler: time })
  return { work, time, group }
}

const watch = (promise: Promise<unknown>): { state: unknown } => {
  const seen: { state: unknown } = { state: 'waiting' }
  promise.then((value) => { seen.state = value ?? 'taken' }, (error: unknown) => { seen.state = error })
  return seen
}

describe('offering to a worker group', () => {
  it('waits while the line is full, and loses nothing', async () => {
    const { work, time, group } = setUp()
    const offers = [1, 2, 3, 4].map((input) => watch(group.offer(input)))
    await time.settle()
    expect(offers.map(({ state }) => state)).toEqual(['taken', 'taken', 'waiting', 'waiting'])
    work.end(1)
    await time.settle()
    expect(offers.map(({ state }) => state)).toEqual(['taken', 'taken', 'taken', 'waiting'])
    for (const input of [2, 3, 4]) work.end(input)
    await group.idle()
    expect(work.started).toEqual([1, 2, 3, 4])
    expect(group.stats()).toMatchObject({ received: 4, processed: 4 })
  })

  it('lets in those who wait for room first come, first served', async () => {
    const { work, group } = setUp()
    for (const input of [1, 2, 3, 4, 5]) void group.offer(input)
    for (const input of [1, 2, 3]) work.end(input)
    void group.offer(6)
    for (const input of [4, 5, 6]) work.end(input)
    await group.idle()
    expect(work.started).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('rejects at once when the group takes nothing any more, and so do those who wait', async () => {
    const { group } = setUp()
    const offers = [1, 2, 3].map((input) => watch(group.offer(input)))
    const report = group.drain()
    await expect(group.offer(4)).rejects.toBeInstanceOf(GroupClosedError)
    await expect(group.submit(4)).rejects.toBeInstanceOf(GroupClosedError)
    expect(offers.map(({ state }) => state)).toEqual(['taken', 'taken', expect.any(GroupClosedError)])
    await group.stop()
    expect(await report).toEqual({ completed: 0, failed: 0, handedBack: 1, aborted: 1, zombies: 0 })
  })

  it('leaves the queue for room when its signal aborts, with the reason of the signal', async () => {
    const { work, time, group } = setUp()
    for (const input of [1, 2]) void group.offer(input)
    const controller = new AbortController()
    const third = watch(group.offer(3, { signal: controller.signal }))
    const fourth = watch(group.offer(4))
    controller.abort('changed my mind')
    work.end(1)
    await time.settle()
    expect([third.state, fourth.state]).toEqual(['changed my mind', 'taken'])
    expect(group.stats().received).toBe(3)
  })

  it('is refused with a signal that is aborted already', async () => {
    const { group } = setUp()
    await expect(group.offer(1, { signal: AbortSignal.abort('too late') })).rejects.toBe('too late')
    expect(group.stats().received).toBe(0)
  })

  it('takes an item back from the line when its signal aborts', async () => {
    const { work, group } = setUp()
    const controller = new AbortController()
    const outcomes: Outcome<number, number>[] = []
    void group.offer(1)
    void group.offer(2, { signal: controller.signal, onOutcome: (outcome) => outcomes.push(outcome) })
    controller.abort()
    expect(outcomes).toMatchObject([{ type: 'cancelled', attempts: 0, reason: 'withdrawn by its sender', message: { payload: 2 } }])
    work.end(1)
    await group.idle()
    expect(work.started).toEqual([1])
  })

  it('aborts the job of a running item when its signal aborts, and frees the worker', async () => {
    const { work, group } = setUp()
    const controller = new AbortController()
    const result = group.submit(1, { signal: controller.signal })
    void group.offer(2)
    controller.abort()
    await expect(result).rejects.toBeInstanceOf(OutcomeError)
    expect({ cut: work.cut, running: work.running }).toEqual({ cut: [1], running: [2] })
    expect(group.stats()).toMatchObject({ cancelled: 1, failures: 0, escalations: 0 })
  })

  it('does not listen to the signal of an item that has ended', async () => {
    const { work, group } = setUp()
    const controller = new AbortController()
    const outcomes: string[] = []
    void group.offer(1, { signal: controller.signal, onOutcome: ({ type }) => outcomes.push(type) })
    work.end(1)
    controller.abort()
    expect(outcomes).toEqual(['completed'])
  })

  it('tells the sender before `outcomes$`', async () => {
    const { work, group } = setUp()
    const told: string[] = []
    group.outcomes$.subscribe(() => told.push('outcomes$'))
    void group.offer(1, { onOutcome: () => told.push('onOutcome') })
    work.end(1)
    expect(told).toEqual(['onOutcome', 'outcomes$'])
  })

  it('carries the envelope it was given, and fills in the rest', async () => {
    const { work, time, group } = setUp(5)
    const messages: unknown[] = []
    group.outcomes$.subscribe(({ message }) => messages.push(message))
    await time.advance(50)
    const envelope = { id: 'm-1', topic: 'images', headers: { trace: '7' }, key: 'k', replyTo: 'answers', correlationId: 'c', from: 'me', sentAtMs: 5, expiresAtMs: 900 }
    void group.offer(1, envelope)
    work.end(1)
    void group.offer(2)
    work.end(2)
    expect(messages).toEqual([{ payload: 1, ...envelope }, { id: 'group-2', topic: 'group', payload: 2, headers: {}, sentAtMs: 50 }])
  })

  it('is refused when the key of the item cannot be told, and counts for nothing', async () => {
    const group = workerGroup({
      action: () => 1,
      key: (input: number) => {
        if (input < 0) throw new Error('no key')
        return 'k'
      },
    })
    await expect(group.offer(-1)).rejects.toThrow('no key')
    expect(await group.submit(1)).toBe(1)
    expect(group.stats()).toMatchObject({ received: 1, processed: 1 })
    await group.stop()
  })

  it('serves ten thousand senders who wait, without growing the stack', async () => {
    const group = workerGroup({ action: ({ input }: { readonly input: number }) => input, capacity: 1 })
    group.pause()
    const offers = Array.from({ length: 10_000 }, (_, input) => group.offer(input))
    group.resume()
    await Promise.all(offers)
    await group.idle()
    expect(group.stats()).toMatchObject({ received: 10_000, processed: 10_000 })
    await group.stop()
  })
})

describe('submitting to a worker group', () => {
  it('resolves to the value', async () => {
    const group = workerGroup({ action: async ({ input }: { readonly input: number }) => input * 2 })
    expect(await group.submit(21)).toBe(42)
    await group.stop()
  })

  it('rejects with the handler\'s own error', async () => {
    const { work, group } = setUp()
    const result = group.submit(1)
    const error = new Error('mine')
    work.fail(1, error)
    await expect(result).rejects.toBe(error)
  })

  it('rejects with the outcome for any other end', async () => {
    const { group } = setUp()
    const result = group.submit(1, { id: 'x' })
    void group.stop()
    await expect(result).rejects.toMatchObject({ name: 'OutcomeError', outcome: { type: 'cancelled' }, message: 'the item x ended as cancelled: aborted' })
  })

  it('tells `onOutcome` too', async () => {
    const { work, group } = setUp()
    const told: string[] = []
    const result = group.submit(1, { onOutcome: ({ type }) => told.push(type) })
    work.end(1)
    expect(await result).toBe(1)
    expect(told).toEqual(['completed'])
  })
})
