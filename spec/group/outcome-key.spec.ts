import * as fc from 'fast-check'
import { from, NEVER, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import type { GroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import { resume } from '../../src/supervision/resume.js'
import { VirtualTime } from '../support/virtual-time.js'

interface Stand {
  readonly clock: VirtualTime
  readonly group: WorkerGroup<string>
  readonly starts: string[]
}

/** Items are called by their key and a number, `a1`; those of `x` fail at their first try. Each takes 100 ms. */
const stand = (workers: number, more: Partial<GroupOptions<string>> = {}): Stand => {
  const clock = new VirtualTime()
  const starts: string[] = []
  const action = ({ input, attempt }: Job<string>): unknown => {
    starts.push(`${input} at ${clock.frame}`)
    if (input.startsWith('x') && attempt === 1) throw new Error('x')
    return timer(100, clock)
  }
  const key = (input: string): string | undefined => (input.startsWith('-') ? undefined : input[0])
  return { clock, starts, group: workerGroup({ action, key, scaling: fixed(workers), workers: { max: 100 }, supervision: resume(), scheduler: clock, ...more }) }
}

describe('a key', () => {
  it('has its items run one at a time in order of arrival, beside those of other keys', async () => {
    const { clock, group, starts } = stand(3)
    for (const item of ['a1', 'a2', 'b1', 'a3', 'b2']) void group.offer(item)
    await clock.runAll()
    expect(starts).toEqual(['a1 at 0', 'b1 at 0', 'a2 at 100', 'b2 at 100', 'a3 at 200'])
  })

  it('takes turns with the others', async () => {
    const { clock, group, starts } = stand(1)
    for (const item of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) void group.offer(item)
    await clock.runAll()
    expect(starts.map((start) => start.slice(0, 2))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })

  it('binds nothing where it is undefined', async () => {
    const { clock, group, starts } = stand(3)
    for (const item of ['-1', '-2', '-3']) void group.offer(item)
    await clock.runAll()
    expect(starts).toEqual(['-1 at 0', '-2 at 0', '-3 at 0'])
  })

  it('is that of the message where the group has no rule of its own', async () => {
    const { clock, group, starts } = stand(3, { key: undefined })
    for (const item of ['a1', 'a2']) void group.offer(item, { key: 'same' })
    void group.offer('b1')
    await clock.runAll()
    expect(starts).toEqual(['a1 at 0', 'b1 at 0', 'a2 at 100'])
  })

  it('is held by its item through a retry, and no other key is', async () => {
    const { clock, group, starts } = stand(2, { retry: { maxAttempts: 2, backoff: constant(150) } })
    for (const item of ['x1', 'x2', 'a1', 'b1', 'c1']) void group.offer(item)
    await clock.runUntil(149)
    expect(starts).toEqual(['x1 at 0', 'a1 at 0', 'b1 at 0', 'c1 at 100'])
    expect(group.stats()).toMatchObject({ waiting: 1, retrying: 1 })
    await clock.runAll()
    expect(starts.slice(4)).toEqual(['x1 at 150', 'x2 at 250', 'x2 at 400'])
  })

  it('is free again after an item that was withdrawn, wherever that was', async () => {
    const { clock, group, starts } = stand(2)
    const [running, waiting] = [new AbortController(), new AbortController()]
    void group.offer('a1', { signal: running.signal })
    void group.offer('a2', { signal: waiting.signal })
    void group.offer('a3')
    waiting.abort()
    await clock.advance(10)
    running.abort()
    await clock.runAll()
    expect(starts).toEqual(['a1 at 0', 'a3 at 10'])
  })

  it('keeps its order when very many of its items are withdrawn while it is held', async () => {
    const { clock, group, starts } = stand(1)
    const brief = Array.from({ length: 200 }, (_, n) => `${n % 2 === 0 ? 'a' : 'b'}9`)
    for (const item of ['a1', 'a2', 'b1']) {
      void group.offer(item)
      from(brief).pipe(group.run()).subscribe().unsubscribe()
    }
    expect(group.stats()).toMatchObject({ cancelled: 600, waiting: 2, inFlight: 1 })
    void group.offer('a3')
    await clock.runAll()
    expect(starts.map((start) => start.slice(0, 2))).toEqual(['a1', 'b1', 'a2', 'a3'])
    expect(group.stats()).toMatchObject({ processed: 4, waiting: 0 })
  })

  it('that is idle is forgotten, and begins anew', async () => {
    const { clock, group, starts } = stand(1)
    for (const round of [1, 2]) {
      for (const letter of 'abc') void group.offer(`${letter}${round}`)
      await clock.runAll()
    }
    expect(starts.map((start) => start.slice(0, 2))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2'])
  })

  it('whose first item was withdrawn does not hide from the policy who waits behind it', async () => {
    const { clock, group } = stand(1, { action: () => NEVER, scaling: demand({ deliveryWaitMs: 100 }), workers: { max: 2 } })
    const leaving = new AbortController()
    void group.offer('a1', { waits: 'line' })
    void group.offer('b1', { signal: leaving.signal })
    void group.offer('b2')
    leaving.abort()
    await clock.advance(200)
    expect(group.stats()).toMatchObject({ live: 2, inFlight: 2, waiting: 0 })
  })

  it('keeps its promise for any items on any number of workers', async () => {
    const items = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'x', '-'), fc.integer({ min: 0, max: 50 })), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 5 }), async (given, workers) => {
        const { clock, group, starts } = stand(workers, { retry: { maxAttempts: 2, backoff: constant(70) }, capacity: 3 })
        const order = new Map<string, number[]>()
        group.outcomes$.subscribe(({ message }) => {
          const key = message.payload.charAt(0)
          order.set(key, [...(order.get(key) ?? []), Number(message.payload.slice(1))])
        })
        for (const [index, [key, pauseMs]] of given.entries()) {
          void group.offer(`${key}${index}`)
          await clock.advance(pauseMs)
        }
        await clock.runAll()
        expect(group.stats()).toMatchObject({ processed: given.length, waiting: 0, retrying: 0 })
        for (const [key, ends] of order) if (key !== '-') expect(ends).toEqual(ends.toSorted((a, b) => a - b))
        expect(starts.length).toBe(given.length + given.filter(([key]) => key === 'x').length)
      }),
      { numRuns: 60 },
    )
  })
})
