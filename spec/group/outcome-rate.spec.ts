import * as fc from 'fast-check'
import { BehaviorSubject, NEVER, of, Subject, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import type { BatchJob } from '../../src/group/batch-job.js'
import type { GroupOptions, RateOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import type { Escalation } from '../../src/supervision/escalation.js'
import { resume } from '../../src/supervision/resume.js'
import { VirtualTime } from '../support/virtual-time.js'

interface Stand {
  readonly clock: VirtualTime
  readonly group: WorkerGroup<number>
  readonly starts: number[]
  readonly escalations: Escalation[]
}

const stand = (rate: GroupOptions['rate'], more: Partial<GroupOptions<number>> = {}): Stand => {
  const clock = new VirtualTime()
  const starts: number[] = []
  const escalations: Escalation[] = []
  const action = ({ attempt }: Job<number>): void => {
    starts.push(clock.frame)
    if (attempt === 1) throw new Error('again')
  }
  const group = workerGroup({ action, rate, scaling: fixed(4), capacity: 50, supervision: resume(), scheduler: clock, onEscalation: (escalation) => escalations.push(escalation), ...more })
  return { clock, group, starts, escalations }
}

const offerAll = (group: WorkerGroup<number>, count: number): void => {
  for (let n = 0; n < count; n += 1) void group.offer(n)
}

describe('a rate', () => {
  it('lets so many start in its window, and the next when the oldest start is out of it', async () => {
    const { clock, group, starts } = stand({ max: 2, perMs: 100 })
    offerAll(group, 5)
    await clock.runAll()
    expect(starts).toEqual([0, 0, 100, 100, 200])
    expect(group.stats()).toMatchObject({ failed: 5, waiting: 0 })
  })

  it('slides: two windows side by side do not add up', async () => {
    const { clock, group, starts } = stand({ max: 2, perMs: 100 })
    await group.offer(1)
    await clock.advance(90)
    offerAll(group, 3)
    await clock.runAll()
    expect(starts).toEqual([0, 90, 100, 190])
  })

  it('counts every try as a start', async () => {
    const { clock, group, starts } = stand({ max: 1, perMs: 100 }, { retry: { maxAttempts: 2, backoff: constant(10) } })
    offerAll(group, 2)
    await clock.runAll()
    expect(starts).toEqual([0, 100, 200, 300])
    expect(group.stats().processed).toBe(2)
  })

  it('counts a batch as one start', async () => {
    const clock = new VirtualTime()
    const starts: unknown[] = []
    const action = ({ inputs }: BatchJob<number, void>): void => { starts.push([clock.frame, inputs.length]) }
    const group = workerGroup({ action, batch: { max: 3, maxWaitMs: 0 }, rate: { max: 2, perMs: 100 }, scaling: fixed(4), scheduler: clock })
    for (let n = 0; n < 9; n += 1) void group.offer(n)
    await clock.runAll()
    expect(starts).toEqual([[0, 3], [0, 3], [100, 3]])
  })

  it('keeps its promise for any arrivals: in no window more than it allows, and everything starts', async () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(pauses, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 90 }), async (given, max, perMs) => {
        const { clock, group, starts } = stand({ max, perMs })
        for (const pauseMs of given) {
          void group.offer(1)
          await clock.advance(pauseMs)
        }
        await clock.runAll()
        expect(starts.length).toBe(given.length)
        for (const start of starts) expect(starts.filter((other) => other >= start && other < start + perMs).length).toBeLessThanOrEqual(max)
      }),
      { numRuns: 60 },
    )
  })

  it('moves with its Observable, and nothing starts before its first value', async () => {
    const rate$ = new Subject<RateOptions>()
    const { clock, group, starts } = stand(rate$)
    offerAll(group, 6)
    await clock.advance(1_000)
    expect(starts).toEqual([])
    rate$.next({ max: 1, perMs: 100 })
    await clock.advance(100)
    expect(starts).toEqual([1_000, 1_100])
    rate$.next({ max: 3, perMs: 100 })
    expect(starts).toEqual([1_000, 1_100, 1_100, 1_100])
    rate$.next({ max: 1, perMs: 50 })
    rate$.complete()
    await clock.runAll()
    expect(starts.slice(4)).toEqual([1_150, 1_200])
  })

  it('is followed from the start of the group to its end', async () => {
    const rate$ = new BehaviorSubject<RateOptions>({ max: 1, perMs: 100 })
    const { group } = stand(rate$)
    expect(rate$.observed).toBe(false)
    group.start()
    expect(rate$.observed).toBe(true)
    await group.stop()
    expect(rate$.observed).toBe(false)
  })

  it.each<readonly [string, GroupOptions['rate']]>([
    ['is none', of({ max: 0, perMs: 100 })],
    ['fails', throwError(() => new Error('rates'))],
  ])('from an Observable that %s stops the group, and says why', async (_what, rate) => {
    const { clock, group, escalations } = stand(rate)
    const end = group.submit(1).catch((error: unknown) => error)
    await clock.runAll()
    expect(escalations).toMatchObject([{ protocol: 'killAndEscalate', failure: { type: 'crashed', error: { message: expect.stringMatching(/^rate/) } } }])
    expect(group.stats().phase).toBe('stopped')
    expect(await end).toBeInstanceOf(Error)
  })

  it('that becomes none stops the group with what waited', async () => {
    const rate$ = new BehaviorSubject<RateOptions>({ max: 1, perMs: 100 })
    const { clock, group, escalations } = stand(rate$, { action: () => NEVER, drain: { graceMs: 10 } })
    offerAll(group, 3)
    rate$.next({ max: 1, perMs: -1 })
    expect(escalations).toMatchObject([{ failure: { error: { problems: [{ path: 'perMs' }] } }, pending: [{}, {}] }])
    await clock.runAll()
    expect(group.stats()).toMatchObject({ phase: 'stopped', handedBack: 2, cancelled: 1 })
  })
})
