import { NEVER, type Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Failure } from '../../src/core/failure.js'
import { TimeoutError } from '../../src/core/failure.js'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import type { Result } from '../../src/core/result.js'
import type { GroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import { exponential } from '../../src/supervision/exponential.js'
import { resume } from '../../src/supervision/resume.js'
import { VirtualTime } from '../support/virtual-time.js'
import { wait } from './ways-time.js'

interface Stand {
  readonly clock: VirtualTime
  readonly group: WorkerGroup<number>
  readonly outcomes: Outcome<number>[]
}

const stand = (action: (job: Job<number>, clock: VirtualTime) => Result<unknown>, more: Partial<GroupOptions<number>>): Stand => {
  const clock = new VirtualTime()
  const group = workerGroup({ action: (job: Job<number>) => action(job, clock), scaling: fixed(1), supervision: resume(), scheduler: clock, random: () => 0, ...more })
  const outcomes: Outcome<number>[] = []
  group.outcomes$.subscribe((outcome) => outcomes.push(outcome))
  return { clock, group, outcomes }
}

/** Heeds its abort, as a promise does that looks at its signal. */
const untilAborted = ({ signal }: Job<number>): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

const fail = (): never => {
  throw new Error('no')
}

describe('a retry', () => {
  it('comes after its backoff, each counted as an attempt', async () => {
    const starts: (readonly [number, number])[] = []
    const action = ({ attempt }: Job<number>, { frame }: VirtualTime): string => {
      starts.push([attempt, frame])
      return attempt < 4 ? fail() : 'done'
    }
    const { clock, group, outcomes } = stand(action, { retry: { maxAttempts: 4, backoff: exponential({ baseMs: 100, jitter: 'none' }) } })
    await group.offer(1)
    expect(group.stats()).toMatchObject({ retrying: 1, inFlight: 0, waiting: 0, busy: 0 })
    await clock.runAll()
    expect(starts).toEqual([[1, 0], [2, 100], [3, 300], [4, 700]])
    expect(outcomes).toMatchObject([{ type: 'completed', attempts: 4, waitMs: 0, serviceMs: 0 }])
    expect(group.stats()).toMatchObject({ failures: 3, failed: 0, processed: 1, retrying: 0, received: 1 })
  })

  it('gives its chance and the wait before to the backoff', async () => {
    const steps: unknown[] = []
    const backoff = { name: 'own', resetAfterMs: 0, delayMs: (step: unknown) => steps.push(step) * 10 }
    const { clock, group } = stand(fail, { retry: { maxAttempts: 3, backoff }, random: () => 0.25 })
    await group.offer(1)
    await clock.runAll()
    expect(steps).toEqual([{ failures: 1, random: 0.25, previousMs: 0 }, { failures: 2, random: 0.25, previousMs: 10 }])
  })

  it('ends as failed with the last failure when the attempts are used up', async () => {
    const { clock, group, outcomes } = stand(({ attempt }) => { throw new Error(String(attempt)) }, { retry: { maxAttempts: 2, backoff: constant(10) } })
    await group.offer(1)
    await clock.runAll()
    expect(outcomes).toMatchObject([{ type: 'failed', attempts: 2, failure: { error: new Error('2'), attempt: 2, atMs: 10 } }])
    expect(group.stats()).toMatchObject({ failed: 1, failures: 2 })
  })

  it('is made only when `when` says so, which is asked with the failure', async () => {
    const asked: unknown[] = []
    const when = ({ error, attempt }: Failure): boolean => {
      asked.push([error, attempt])
      return attempt < 2
    }
    const { clock, group, outcomes } = stand(fail, { retry: { maxAttempts: 5, backoff: constant(1), when } })
    await group.offer(1)
    await clock.runAll()
    expect(asked).toEqual([[new Error('no'), 1], [new Error('no'), 2]])
    expect(outcomes).toMatchObject([{ type: 'failed', attempts: 2 }])
  })

  it('is not made when `when` throws', async () => {
    const { group, outcomes } = stand(fail, { retry: { maxAttempts: 5, when: fail } })
    await group.offer(1)
    expect(outcomes).toMatchObject([{ type: 'failed', attempts: 1 }])
    expect(group.stats()).toMatchObject({ busy: 0, retrying: 0 })
  })

  it('occupies no worker while it waits, and goes first when it is due', async () => {
    const order: string[] = []
    const action = async ({ input, attempt }: Job<number>, clock: VirtualTime): Promise<void> => {
      order.push(`${input}.${attempt} at ${clock.frame}`)
      if (input === 1 && attempt === 1) fail()
      await wait(clock, 40)
    }
    const { clock, group } = stand(action, { retry: { maxAttempts: 2, backoff: constant(50) } })
    for (const n of [1, 2, 3, 4]) void group.offer(n)
    await clock.runAll()
    expect(order).toEqual(['1.1 at 0', '2.1 at 0', '3.1 at 40', '1.2 at 80', '4.1 at 120'])
  })

  it('bounds what comes in: with as many between two tries as the capacity, nothing new is taken', async () => {
    const { clock, group } = stand(({ attempt }) => (attempt === 1 ? fail() : undefined), { capacity: 2, retry: { maxAttempts: 2, backoff: constant(100) } })
    const accepted: (readonly [number, number])[] = []
    for (const n of [1, 2, 3]) void group.offer(n).then(() => accepted.push([n, clock.now()]))
    await clock.settle()
    expect(group.stats()).toMatchObject({ retrying: 2, waiting: 0, received: 2 })
    await clock.runAll()
    expect(accepted).toEqual([[1, 0], [2, 0], [3, 100]])
    expect(group.stats().processed).toBe(3)
  })

  it('is withdrawn by the signal of its sender while it waits', async () => {
    const leaving = new AbortController()
    const { clock, group, outcomes } = stand(fail, { retry: { maxAttempts: 2, backoff: constant(100) } })
    await group.offer(1, { signal: leaving.signal })
    leaving.abort()
    expect(outcomes).toMatchObject([{ type: 'cancelled', attempts: 1 }])
    await clock.runAll()
    expect(group.stats()).toMatchObject({ retrying: 0, failures: 1, cancelled: 1 })
  })

  it('is not started any more when its sender\'s patience has ended', async () => {
    const { clock, group, outcomes } = stand(fail, { retry: { maxAttempts: 2, backoff: constant(100) } })
    await group.offer(1, { expiresAtMs: 100 })
    await clock.runAll()
    expect(outcomes).toMatchObject([{ type: 'expired', attempts: 1 }])
  })

  it('starts only after the attempt before has ended, also when that took too long', async () => {
    const running: string[] = []
    const action = async ({ attempt, signal }: Job<number>, clock: VirtualTime): Promise<void> => {
      running.push(`${attempt} begins`)
      // It heeds its abort, but not at once.
      await wait(clock, attempt === 1 ? 150 : 10)
      running.push(`${attempt} ends ${signal.aborted ? 'aborted' : 'well'}`)
    }
    const { clock, group, outcomes } = stand(action, { timeoutMs: 100, retry: { maxAttempts: 2, backoff: constant(5) } })
    await group.offer(1)
    await clock.runAll()
    expect(running).toEqual(['1 begins', '1 ends aborted', '2 begins', '2 ends well'])
    expect(outcomes).toMatchObject([{ type: 'completed', attempts: 2, serviceMs: 10 }])
    expect(clock.now()).toBeGreaterThanOrEqual(165)
  })
})

describe('a timeout', () => {
  it.each<readonly [string, (job: Job<number>) => Result<unknown>]>([
    ['an Observable', (): Observable<never> => NEVER],
    ['a promise that heeds its signal', untilAborted],
  ])('ends an attempt of %s', async (_what, action) => {
    const { clock, group, outcomes } = stand(action, { timeoutMs: 100 })
    await group.offer(1)
    await clock.advance(99)
    expect(outcomes).toEqual([])
    await clock.advance(1)
    expect(outcomes).toMatchObject([{ type: 'timedOut', attempts: 1, serviceMs: 100, failure: { type: 'timedOut', error: new TimeoutError(100), attempt: 1, atMs: 100 } }])
    expect(group.stats()).toMatchObject({ timedOut: 1, failed: 0, failures: 1, busy: 0, zombies: 0 })
  })

  it('tells the handler why, by its signal', async () => {
    const reasons: unknown[] = []
    const { clock, group } = stand((job) => untilAborted(job).catch((reason: unknown) => reasons.push(reason)), { timeoutMs: 100 })
    await group.offer(1)
    await clock.advance(100)
    expect(reasons).toEqual([new TimeoutError(100)])
  })

  it('is a failure like any other: each attempt has its own, and is retried', async () => {
    const { clock, group, outcomes } = stand(() => NEVER, { timeoutMs: 100, retry: { maxAttempts: 3, backoff: constant(10) } })
    await group.offer(1)
    await clock.advance(320)
    expect(outcomes).toMatchObject([{ type: 'timedOut', attempts: 3 }])
    expect(group.stats().failures).toBe(3)
  })

  it('limits each of several attempts that began at different times', async () => {
    const { clock, group, outcomes } = stand(() => NEVER, { timeoutMs: 100, scaling: fixed(3) })
    await group.offer(1)
    await clock.advance(30)
    await group.offer(2)
    await clock.advance(30)
    await group.offer(3)
    await clock.runAll()
    expect(outcomes.map(({ serviceMs }) => serviceMs)).toEqual([100, 100, 100])
  })

  it('of all attempts ends one that runs, which is not tried again', async () => {
    const { clock, group, outcomes } = stand(() => NEVER, { timeoutMs: 100, totalTimeoutMs: 150, retry: { maxAttempts: 9, backoff: constant(0) } })
    await group.offer(1)
    await clock.advance(150)
    expect(outcomes).toMatchObject([{ type: 'timedOut', attempts: 2, serviceMs: 50, failure: { error: new TimeoutError(150), atMs: 150 } }])
    expect(group.stats()).toMatchObject({ busy: 0, retrying: 0 })
  })

  it('of all attempts ends an item that waits for another', async () => {
    const { clock, group, outcomes } = stand(fail, { totalTimeoutMs: 150, retry: { maxAttempts: 9, backoff: constant(100) } })
    await group.offer(1)
    await clock.advance(149)
    expect(group.stats().retrying).toBe(1)
    await clock.advance(1)
    expect(outcomes).toMatchObject([{ type: 'timedOut', attempts: 2, failure: { type: 'timedOut', error: new TimeoutError(150, 'the item') } }])
    await clock.runAll()
    expect([outcomes.length, group.stats()]).toMatchObject([1, { failures: 2, retrying: 0 }])
  })

  it('of all attempts counts from the first start, not from when the item came', async () => {
    const { clock, group, outcomes } = stand((_job, time) => wait(time, 100), { totalTimeoutMs: 150 })
    for (const n of [1, 2, 3]) void group.offer(n)
    await clock.runAll()
    expect(outcomes.map(({ type, waitMs }) => [type, waitMs])).toEqual([['completed', 0], ['completed', 100], ['completed', 200]])
  })
})
