import { EMPTY, map, NEVER, timer, type Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/core/outcome.js'
import type { BatchHandler, BatchJob } from '../../src/group/batch-job.js'
import type { BatchGroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import type { Escalation } from '../../src/supervision/escalation.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { VirtualTime } from '../support/virtual-time.js'

interface Stand {
  readonly clock: VirtualTime
  readonly group: WorkerGroup<number, number>
  /** What ended, how, and when. */
  readonly ends: unknown[]
  readonly sizes: unknown[]
  readonly escalations: Escalation[]
}

type More = Partial<BatchGroupOptions<number, number>>

/** Batches of up to 3 that wait 50 ms for company; each takes 100 ms unless said otherwise. */
const stand = (handle?: (clock: VirtualTime) => BatchHandler<number, number>, more: More = {}): Stand => {
  const clock = new VirtualTime()
  const [ends, sizes, escalations]: [unknown[], unknown[], Escalation[]] = [[], [], []]
  const work = handle?.(clock) ?? (({ inputs }) => timer(100, clock).pipe(map(() => inputs.map((n) => n * 2))))
  const action = (job: BatchJob<number, number>): ReturnType<typeof work> => {
    sizes.push([clock.frame, job.inputs.length])
    return work(job)
  }
  const group = workerGroup<number, number>({ action, batch: { max: 3, maxWaitMs: 50 }, scaling: fixed(1), supervision: resume(), scheduler: clock, ...more })
  group.outcomes$.subscribe((outcome: Outcome<number, number>) => ends.push([outcome.message.payload, outcome.type === 'completed' ? outcome.value : outcome.type, clock.frame]))
  group.escalations$.subscribe((escalation) => escalations.push(escalation))
  return { clock, group, ends, sizes, escalations }
}

const offerAll = (group: WorkerGroup<number, number>, ...items: readonly number[]): void => {
  for (const item of items) void group.offer(item)
}

describe('a batch', () => {
  it('starts as soon as it is full', async () => {
    const { clock, group, ends, sizes } = stand()
    offerAll(group, 1, 2, 3)
    expect(group.stats()).toMatchObject({ inFlight: 3, busy: 1, waiting: 0 })
    await clock.runAll()
    expect(sizes).toEqual([[0, 3]])
    expect(ends).toEqual([[1, 2, 100], [2, 4, 100], [3, 6, 100]])
  })

  it('starts with fewer, even with one, when its first member has waited long enough', async () => {
    const { clock, group, sizes } = stand()
    offerAll(group, 1)
    await clock.advance(30)
    offerAll(group, 2)
    await clock.runAll()
    offerAll(group, 3)
    await clock.advance(49)
    expect(sizes).toEqual([[50, 2]])
    await clock.advance(1)
    expect(sizes.slice(1)).toMatchObject([[expect.any(Number), 1]])
    expect(group.stats()).toMatchObject({ inFlight: 1, waiting: 0 })
  })

  it('waits for a free worker, and takes then what is there', async () => {
    const { clock, group, sizes } = stand()
    offerAll(group, 1, 2, 3, 4)
    await clock.advance(99)
    expect(sizes).toEqual([[0, 3]])
    offerAll(group, 5)
    await clock.runAll()
    expect(sizes).toEqual([[0, 3], [100, 2]])
  })

  it('does not take along those left behind before they have waited for company of their own', async () => {
    const { clock, group, sizes } = stand(undefined, { scaling: fixed(3) })
    offerAll(group, 1, 2, 3)
    await clock.advance(20)
    offerAll(group, 4)
    await clock.runAll()
    expect(sizes).toEqual([[0, 3], [70, 1]])
  })

  it.each<readonly [string, BatchHandler<number, number>, readonly unknown[]]>([
    ['an array of as many values: each its own', ({ inputs }) => inputs.map((n) => n + 1), [2, 3, 4]],
    ['an array of another length: nothing', () => [1], [undefined, undefined, undefined]],
    ['nothing', () => undefined, [undefined, undefined, undefined]],
    ['a promise of values', async ({ inputs }) => inputs, [1, 2, 3]],
    ['an empty Observable', () => EMPTY, [undefined, undefined, undefined]],
  ])('completes its members by %s', async (_what, handle, values) => {
    const { clock, group, ends } = stand(() => handle)
    offerAll(group, 1, 2, 3)
    await clock.runAll()
    expect(ends).toEqual([1, 2, 3].map((item, index) => [item, values[index], 0]))
  })

  it('may end its members one by one, each once, and the rest with itself', async () => {
    const answers: boolean[] = []
    const { clock, group, ends } = stand((time) => ({ members }) => {
      answers.push(members[1]?.complete(20) ?? false, members[0]?.fail(new Error('one')) ?? false)
      return timer(100, time).pipe(map(() => {
        answers.push(members[1]?.complete(21) ?? true, members[1]?.fail('late') ?? true)
        return [10, 22, 30]
      }))
    })
    offerAll(group, 1, 2, 3)
    expect(ends).toEqual([[2, 20, 0], [1, 'failed', 0]])
    expect(group.stats()).toMatchObject({ inFlight: 1, busy: 1 })
    await clock.runAll()
    expect(ends.slice(2)).toEqual([[3, 30, 100]])
    expect(answers).toEqual([true, true, false, false])
    expect(group.stats()).toMatchObject({ processed: 2, failed: 1, busy: 0 })
  })

  it('keeps its worker until its handler is over, though all its members have ended', async () => {
    const { clock, group, sizes } = stand((time) => ({ members }) => {
      for (const member of members) member.complete(0)
      return timer(100, time).pipe(map(() => undefined))
    })
    offerAll(group, 1, 2, 3, 4, 5, 6)
    expect(group.stats()).toMatchObject({ processed: 3, inFlight: 0, busy: 1, waiting: 3 })
    await clock.runAll()
    expect(sizes).toEqual([[0, 3], [100, 3]])
  })

  it.each<readonly [string, BatchHandler<number, number>]>([
    ['at once', () => { throw new Error('no') }],
    ['in time', async () => { throw new Error('no') }],
  ])('that throws %s fails all that are open, and supervision is asked once', async (_when, handle) => {
    const { clock, group, ends, escalations } = stand(() => (job) => { job.members[0]?.complete(7); return handle(job) }, { supervision: restartOne({ backoff: constant(0) }) })
    offerAll(group, 1, 2, 3)
    await clock.runAll()
    expect(ends).toEqual([[1, 7, 0], [2, 'failed', 0], [3, 'failed', 0]])
    expect(escalations).toMatchObject([{ failure: { type: 'thrown', error: new Error('no') }, offending: { payload: 2 } }])
    expect(group.stats()).toMatchObject({ restarts: 1, failures: 2, created: 2, live: 1, busy: 0 })
  })

  it('does not trouble supervision for a member that it failed itself', async () => {
    const { clock, group, escalations } = stand(() => ({ members }) => { members[0]?.fail('no') }, { supervision: restartOne() })
    offerAll(group, 1, 2, 3)
    await clock.runAll()
    expect([escalations, group.stats()]).toMatchObject([[], { failed: 1, processed: 2, created: 1, restarts: 0 }])
  })

  it('has failed members tried again in a later batch', async () => {
    const seen: unknown[] = []
    const { clock, group, ends } = stand(() => ({ members }) => {
      seen.push(members.map(({ input, attempt }) => `${input}.${attempt}`))
      for (const member of members) if (member.attempt === 1 && member.input === 2) member.fail('again')
    }, { retry: { maxAttempts: 2, backoff: constant(10) } })
    offerAll(group, 1, 2, 3)
    await clock.runAll()
    expect(seen).toEqual([['1.1', '2.1', '3.1'], ['2.2']])
    expect(ends).toMatchObject([[1, undefined, 0], [3, undefined, 0], [2, undefined, expect.any(Number)]])
  })

  it.each<readonly [string, BatchHandler<number, number>]>([
    ['an Observable', (): Observable<never> => NEVER],
    ['a promise that heeds its signal', ({ signal }) => new Promise((_resolve, reject) => { signal.addEventListener('abort', () => reject(signal.reason)) })],
  ])('of %s times out, and its worker is free', async (_what, handle) => {
    const { clock, group, ends } = stand(() => handle, { timeoutMs: 100, batch: { max: 1, maxWaitMs: 0 } })
    offerAll(group, 1, 2)
    await clock.advance(200)
    expect(ends).toEqual([[1, 'timedOut', 100], [2, 'timedOut', 200]])
    expect(group.stats()).toMatchObject({ zombies: 0, busy: 0, timedOut: 2 })
  })

  it('takes one item of a key at a time', async () => {
    const { clock, group, sizes, ends } = stand(undefined, { key: (n) => (n < 10 ? 'a' : undefined) })
    offerAll(group, 1, 2, 10, 11)
    await clock.runAll()
    expect(sizes[0]).toEqual([0, 3])
    expect(ends).toMatchObject([[1, 2, 100], [10, 20, 100], [11, 22, 100], [2, 4, 200]])
  })

  it('leaves out what was withdrawn or has expired while it waited', async () => {
    const { clock, group, ends, sizes } = stand()
    const leaving = new AbortController()
    void group.offer(1, { signal: leaving.signal })
    void group.offer(2, { expiresAtMs: 10 })
    leaving.abort()
    await clock.advance(20)
    offerAll(group, 3)
    await clock.runAll()
    expect(sizes).toHaveLength(1)
    expect(ends.map((end) => String(end).split(',').slice(0, 2).join(' '))).toEqual(['1 cancelled', '2 expired', '3 6'])
  })

  it('is handed back unstarted when the group drains', async () => {
    const { clock, group, ends } = stand()
    offerAll(group, 1, 2)
    expect(await group.drain()).toMatchObject({ handedBack: 2 })
    await clock.runAll()
    expect(ends).toEqual([[1, 'handedBack', 0], [2, 'handedBack', 0]])
  })
})
