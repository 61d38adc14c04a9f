import * as fc from 'fast-check'
import { from, map, timer, type Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import type { GroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import { resume } from '../../src/supervision/resume.js'
import { VirtualTime } from '../support/virtual-time.js'

interface Task {
  readonly id: number
  readonly ms: number
  /** How often it fails before it succeeds. */
  readonly fails?: number | undefined
}

interface Stand {
  readonly clock: VirtualTime
  readonly group: WorkerGroup<Task, number>
  readonly ends: string[]
  readonly started: number[]
}

const stand = (more: Partial<GroupOptions<Task, number>> = {}): Stand => {
  const clock = new VirtualTime()
  const started: number[] = []
  const ends: string[] = []
  const action = ({ input: { id, ms, fails = 0 }, attempt }: Job<Task>): Observable<number> => {
    started.push(id)
    return timer(ms, clock).pipe(map(() => {
      if (attempt <= fails) throw new Error('again')
      return id
    }))
  }
  const group = workerGroup({ action, ordered: true, scaling: fixed(3), supervision: resume(), scheduler: clock, ...more })
  group.outcomes$.subscribe(({ type, message }) => ends.push(`${message.payload.id} ${type} at ${clock.frame}`))
  return { clock, group, ends, started }
}

const offerAll = (group: WorkerGroup<Task, number>, ...spans: readonly number[]): void => {
  for (const [index, ms] of spans.entries()) void group.offer({ id: index + 1, ms })
}

describe('an ordered group', () => {
  it('lets what is completed leave in order of arrival, while it is worked on at once', async () => {
    const { clock, group, ends } = stand()
    offerAll(group, 100, 20, 50, 10)
    await clock.runAll()
    expect(ends).toEqual(['1 completed at 100', '2 completed at 100', '3 completed at 100', '4 completed at 100'])
  })

  it('tells the times of the work, not of the leaving', async () => {
    const { clock, group } = stand()
    const times: unknown[] = []
    group.outcomes$.subscribe(({ waitMs, serviceMs }) => times.push([waitMs, serviceMs]))
    offerAll(group, 100, 20, 50, 10)
    await clock.runAll()
    expect(times).toEqual([[0, 100], [0, 20], [0, 50], [20, 10]])
  })

  it('keeps the order for those who submit, too', async () => {
    const { clock, group } = stand()
    const values: number[] = []
    for (const [id, ms] of [[1, 100], [2, 20]] as const) void group.submit({ id, ms }).then((value) => values.push(value))
    await clock.advance(99)
    expect(values).toEqual([])
    await clock.advance(1)
    expect(values).toEqual([1, 2])
  })

  it('leaves a gap for what did not complete, and does not wait for it', async () => {
    const { clock, group, ends } = stand()
    void group.offer({ id: 1, ms: 50 })
    void group.offer({ id: 2, ms: 20, fails: 1 })
    void group.offer({ id: 3, ms: 60 })
    await clock.runAll()
    expect(ends).toEqual(['2 failed at 20', '1 completed at 50', '3 completed at 60'])
  })

  it('goes on when the one that all wait for is withdrawn', async () => {
    const { clock, group, ends } = stand()
    const leaving = new AbortController()
    void group.offer({ id: 1, ms: 1_000 }, { signal: leaving.signal })
    void group.offer({ id: 2, ms: 10 })
    await clock.advance(30)
    leaving.abort()
    expect(ends).toEqual(['1 cancelled at 30', '2 completed at 30'])
  })

  it('starts nothing beyond its window, and goes on when the oldest has ended', async () => {
    const { clock, group, ends, started } = stand({ ordered: { window: 2 } })
    offerAll(group, 100, 10, 10, 10, 10)
    await clock.advance(99)
    expect(started).toEqual([1, 2, 3])
    expect(group.stats()).toMatchObject({ waiting: 2, inFlight: 1, busy: 1 })
    await clock.runAll()
    expect(started).toEqual([1, 2, 3, 4, 5])
    expect(ends.map((end) => end.slice(0, 11))).toEqual([1, 2, 3, 4, 5].map((id) => `${id} completed`))
  })

  it('tries the oldest again although its window is full', async () => {
    const { clock, group, ends, started } = stand({ ordered: { window: 1 }, retry: { maxAttempts: 3, backoff: constant(30) } })
    void group.offer({ id: 1, ms: 10, fails: 2 })
    for (const id of [2, 3]) void group.offer({ id, ms: 10 })
    await clock.runAll()
    expect(started).toEqual([1, 2, 1, 1, 3])
    expect(ends).toEqual(['1 completed at 90', '2 completed at 90', '3 completed at 100'])
  })

  it('loses nothing that was held when it is stopped', async () => {
    const { clock, group, ends } = stand()
    void group.offer({ id: 1, ms: 100_000 })
    void group.offer({ id: 2, ms: 10 })
    await clock.advance(20)
    await group.stop()
    expect(ends).toEqual(['1 cancelled at 20', '2 completed at 20'])
  })

  it('is not held up by a handler that ignores its abort', async () => {
    const clock = new VirtualTime()
    const action = async ({ input }: Job<number>): Promise<number> => (input === 1 ? new Promise<number>(() => undefined) : input)
    const group = workerGroup({ action, ordered: true, timeoutMs: 100, drain: { graceMs: 10 }, scaling: fixed(2), scheduler: clock, supervision: resume() })
    const ends: unknown[] = []
    from([1, 2]).pipe(group.run()).subscribe(({ type }) => ends.push([type, clock.frame]))
    await clock.runAll()
    expect(ends).toEqual([['timedOut', 110], ['completed', 110]])
  })

  it('keeps its order and its window for any items', async () => {
    const tasks = fc.array(fc.record({ ms: fc.integer({ min: 0, max: 50 }), fails: fc.integer({ min: 0, max: 3 }) }), { maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(tasks, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }), async (given, workers, window) => {
        const { clock, group } = stand({ scaling: fixed(workers), ordered: { window }, capacity: 30, retry: { maxAttempts: 3, backoff: constant(5) } })
        const left: number[] = []
        const gone = new Set<number>()
        group.outcomes$.subscribe(({ type, message }) => {
          gone.add(message.payload.id)
          if (type === 'completed') left.push(message.payload.id)
        })
        for (const [id, task] of given.entries()) void group.offer({ id, ...task })
        await clock.runAll()
        expect(left).toEqual(left.toSorted((a, b) => a - b))
        expect([left.length, gone.size]).toEqual([given.filter(({ fails }) => fails < 3).length, given.length])
      }),
      { numRuns: 60 },
    )
  })
})

it('an unordered group lets everything leave as it ends', async () => {
  const { clock, group, ends } = stand({ ordered: false })
  offerAll(group, 100, 20)
  await clock.runAll()
  expect(ends).toEqual(['2 completed at 20', '1 completed at 100'])
})
