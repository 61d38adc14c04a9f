import * as fc from 'fast-check'
import { BehaviorSubject, map, Subject, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import type { RateOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { fixed } from '../../src/scaling/fixed.js'
import { send } from '../support/manual-work.js'
import { VirtualTime } from '../support/virtual-time.js'

const setUp = (rate: RateOptions | Subject<RateOptions>, workers = 5, serviceMs = 0) => {
  const time = new VirtualTime()
  const at: number[] = []
  const action = ({ input }: Job<number>) => {
    at.push(time.now())
    return timer(serviceMs, time).pipe(map(() => input))
  }
  const group = workerGroup({ action, rate, capacity: 100, workers: { max: 10 }, scaling: fixed(workers), scheduler: time })
  return { time, at, group }
}

describe('a worker group with a rate', () => {
  it('starts so many in a window and the next as soon as the window allows', async () => {
    const { time, at, group } = setUp({ max: 2, perMs: 100 })
    for (let i = 0; i < 5; i += 1) send(group, i)
    await time.runAll()
    expect(at).toEqual([0, 0, 100, 100, 200])
  })

  it('slides: a start counts until its own window has passed', async () => {
    const { time, at, group } = setUp({ max: 2, perMs: 100 })
    send(group, 1)
    await time.advance(60)
    for (let i = 0; i < 3; i += 1) send(group, i)
    await time.runAll()
    expect(at).toEqual([0, 60, 100, 160])
  })

  it('counts a retry as a start', async () => {
    const time = new VirtualTime()
    const at: number[] = []
    const group = workerGroup({
      action: ({ attempt }: Job<number>) => {
        at.push(time.now())
        if (attempt < 3) throw new Error('again')
        return attempt
      },
      rate: { max: 1, perMs: 50 }, retry: { maxAttempts: 3, backoff: { name: 'none', delayMs: () => 0, resetAfterMs: 0 } },
      supervision: { name: 'resume', decide: () => ({ type: 'resume' }) }, scheduler: time,
    })
    send(group, 1)
    await time.runAll()
    expect(at).toEqual([0, 50, 100])
  })

  it('follows a rate that moves, from the moment at which it does', async () => {
    const rate$ = new BehaviorSubject<RateOptions>({ max: 1, perMs: 1_000 })
    const { time, at, group } = setUp(rate$)
    for (let i = 0; i < 4; i += 1) send(group, i)
    await time.advance(10)
    rate$.next({ max: 3, perMs: 1_000 })
    await time.settle()
    expect(at).toEqual([0, 10, 10])
    rate$.next({ max: 3, perMs: 20 })
    await time.advance(10)
    expect(at).toEqual([0, 10, 10, 20])
  })

  it('starts nothing before it knows its rate', async () => {
    const rate$ = new Subject<RateOptions>()
    const { time, at, group } = setUp(rate$)
    send(group, 1)
    await time.advance(500)
    expect(at).toEqual([])
    rate$.next({ max: 1, perMs: 1 })
    expect(at).toEqual([500])
  })

  it('keeps its last rate when the rates end', async () => {
    const rate$ = new BehaviorSubject<RateOptions>({ max: 1, perMs: 10 })
    const { time, at, group } = setUp(rate$)
    for (let i = 0; i < 3; i += 1) send(group, i)
    rate$.complete()
    await time.runAll()
    expect(at).toEqual([0, 10, 20])
  })

  it('stops when the rates end before the first', async () => {
    const rate$ = new Subject<RateOptions>()
    const { group } = setUp(rate$)
    group.start()
    rate$.complete()
    await group.wait()
    expect(group.stats()).toMatchObject({ phase: 'stopped', escalations: 1 })
  })

  it('lets go of the rates when it stops', async () => {
    const rate$ = new BehaviorSubject<RateOptions>({ max: 1, perMs: 10 })
    const { group } = setUp(rate$)
    group.start()
    expect(rate$.observed).toBe(true)
    await group.stop()
    expect(rate$.observed).toBe(false)
  })

  it('never starts more than so many in any window, and loses nothing', async () => {
    await fc.assert(fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(40), { minLength: 1, maxLength: 20 }), fc.nat(30),
      async (max, perMs, workers, gaps, serviceMs) => {
        const { time, at, group } = setUp({ max, perMs }, workers, serviceMs)
        for (const gap of gaps) {
          await time.advance(gap)
          send(group, gap)
        }
        await time.runAll()
        expect(at).toHaveLength(gaps.length)
        for (const from of at) expect(at.filter((start) => start >= from && start < from + perMs).length).toBeLessThanOrEqual(max)
      },
    ), { numRuns: 50 })
  })
})
