import * as E from 'fp-ts/lib/Either.js'
import { config, NEVER, Observable, timer } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { TimeoutError } from '../../src/core/failure.js'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import type { GroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import type { Escalation } from '../../src/supervision/escalation.js'
import { deferred, ManualWork, send } from '../support/manual-work.js'
import { VirtualTime } from '../support/virtual-time.js'

type Options = Omit<GroupOptions<number, number>, 'action'>

const setUp = (options: Partial<Options>, action?: GroupOptions<number, number>['action']) => {
  const work = new ManualWork<number>()
  const time = new VirtualTime()
  const group = workerGroup<number, number>({ scaling: fixed(1), supervision: resume(), scheduler: time, ...options, action: action ?? work.handle })
  const outcomes: Outcome<number, number>[] = []
  const escalations: Escalation<number>[] = []
  group.outcomes$.subscribe((outcome) => outcomes.push(outcome))
  group.escalations$.subscribe((escalation) => escalations.push(escalation))
  return { work, time, group, outcomes, escalations }
}

/** A handler that pays no heed to its abort: one promise for each start. */
const heedless = () => {
  const runs: ReturnType<typeof deferred<number>>[] = []
  const signals: AbortSignal[] = []
  const action = ({ signal }: Pick<Job<number>, 'signal'>): Promise<number> => {
    const run = deferred<number>()
    runs.push(run)
    signals.push(signal)
    return run.promise
  }
  return { runs, signals, action }
}

const unhandled = config.onUnhandledError
afterEach(() => {
  config.onUnhandledError = unhandled
})

describe('an attempt that takes too long', () => {
  it('is aborted, and the item ends as timed out', async () => {
    const { work, time, outcomes, group } = setUp({ timeoutMs: 50 })
    send(group, 1)
    send(group, 2)
    await time.advance(49)
    expect(work.cut).toEqual([])
    await time.advance(1)
    expect({ cut: work.cut, running: work.running }).toEqual({ cut: [1], running: [2] })
    expect(outcomes).toMatchObject([{ type: 'timedOut', attempts: 1, serviceMs: 50, failure: { type: 'timedOut', error: new TimeoutError(50), atMs: 50 } }])
    expect(group.stats()).toMatchObject({ timedOut: 1, failed: 0, failures: 1, zombies: 0 })
  })

  it('is timed from its own start, whoever started or timed out before', async () => {
    const { work, time, group } = setUp({ timeoutMs: 50, scaling: fixed(2) })
    send(group, 1)
    await time.advance(20)
    send(group, 2)
    send(group, 3)
    await time.advance(30)
    expect({ cut: work.cut, running: work.running }).toEqual({ cut: [1], running: [2, 3] })
    await time.advance(20)
    expect({ cut: work.cut, running: work.running }).toEqual({ cut: [1, 2], running: [3] })
    await time.advance(30)
    expect(work.cut).toEqual([1, 2, 3])
  })

  it('is not timed any more when it ends in time', async () => {
    const { work, time, group, outcomes } = setUp({ timeoutMs: 50 })
    send(group, 1)
    work.end(1)
    await time.advance(100)
    expect(outcomes.map(({ type }) => type)).toEqual(['completed'])
  })

  it('is tried again like any other failure', async () => {
    const { work, time, group, outcomes } = setUp({ timeoutMs: 50, retry: { maxAttempts: 2, backoff: constant(10) } })
    send(group, 1)
    await time.advance(60)
    expect(work.running).toEqual([1])
    work.end(1)
    expect(outcomes).toMatchObject([{ type: 'completed', attempts: 2 }])
  })

  it('is not tried again before its handler has ended', async () => {
    const { runs, signals, action } = heedless()
    const { time, group, outcomes } = setUp({ timeoutMs: 50, retry: { maxAttempts: 2, backoff: constant(10) }, drain: { graceMs: 100 } }, action)
    send(group, 1)
    await time.advance(140)
    expect({ runs: runs.length, aborted: signals[0]?.aborted }).toEqual({ runs: 1, aborted: true })
    expect(group.stats()).toMatchObject({ inFlight: 1, retrying: 0 })
    runs[0]?.reject(new Error('at last'))
    await time.advance(10)
    expect(runs).toHaveLength(2)
    runs[1]?.resolve(7)
    await time.settle()
    expect(outcomes).toMatchObject([{ type: 'completed', value: 7, attempts: 2 }])
  })

  it('has timed out although its handler returns a value during the grace', async () => {
    const { runs, action } = heedless()
    const { time, group, outcomes } = setUp({ timeoutMs: 50, drain: { graceMs: 100 } }, action)
    send(group, 1)
    await time.advance(60)
    runs[0]?.resolve(1)
    await time.settle()
    expect(outcomes).toMatchObject([{ type: 'timedOut', serviceMs: 60 }])
    expect(group.stats()).toMatchObject({ busy: 0, zombies: 0 })
  })

  it('includes the time to decode', async () => {
    const { time, group, outcomes } = setUp({ timeoutMs: 50 }, { name: 'a', decode: () => new Promise<E.Either<string, number>>(() => undefined), handle: () => 1 })
    send(group, 1)
    await time.advance(50 + 1_000)
    expect(outcomes).toMatchObject([{ type: 'timedOut' }])
  })

  it('ends although the teardown of its handler throws', async () => {
    const errors: unknown[] = []
    const reported = new Promise<void>((resolve) => {
      config.onUnhandledError = (error) => {
        errors.push(error)
        resolve()
      }
    })
    const { time, group, outcomes } = setUp({ timeoutMs: 50 }, () => new Observable<number>(() => () => { throw new Error('teardown') }))
    send(group, 1)
    send(group, 2)
    await time.advance(50)
    expect(outcomes).toMatchObject([{ type: 'timedOut' }])
    expect(group.stats()).toMatchObject({ inFlight: 1, busy: 1 })
    await reported
    expect(errors).toHaveLength(1)
  })
})

describe('an item that takes too long in all', () => {
  it('is aborted in the middle of an attempt, and not tried again', async () => {
    const { work, time, group, outcomes } = setUp({ totalTimeoutMs: 100, retry: { maxAttempts: 9, backoff: constant(30) } })
    send(group, 1)
    await time.advance(50)
    work.fail(1)
    await time.advance(50)
    expect(outcomes).toMatchObject([{ type: 'timedOut', attempts: 2, failure: { error: new TimeoutError(100) } }])
    expect(work.cut).toEqual([1])
  })

  it('ends while it waits for another try', async () => {
    const { work, time, group, outcomes } = setUp({ totalTimeoutMs: 100, retry: { maxAttempts: 9, backoff: constant(80) } })
    send(group, 1)
    await time.advance(50)
    work.fail(1)
    await time.advance(50)
    expect(outcomes).toMatchObject([{ type: 'timedOut', attempts: 1, failure: { type: 'timedOut' } }])
    expect(group.stats()).toMatchObject({ retrying: 0, timedOut: 1 })
  })

  it('is timed from its first start, not from its arrival', async () => {
    const { work, time, group, outcomes } = setUp({ totalTimeoutMs: 100 })
    group.pause()
    send(group, 1)
    await time.advance(500)
    group.resume()
    await time.advance(99)
    expect(outcomes).toEqual([])
    work.end(1)
    expect(outcomes).toMatchObject([{ type: 'completed', waitMs: 500, serviceMs: 99 }])
  })
})

describe('a handler that ignores its abort past the grace', () => {
  const options = { timeoutMs: 50, drain: { graceMs: 100 } }

  it('keeps its slot, is counted and told, and its item ends', async () => {
    const { action } = heedless()
    const { time, group, outcomes, escalations } = setUp(options, action)
    send(group, 1)
    send(group, 2)
    await time.advance(150)
    expect(outcomes).toMatchObject([{ type: 'timedOut', message: { payload: 1 } }])
    expect(group.stats()).toMatchObject({ zombies: 1, busy: 1, live: 1, inFlight: 0, waiting: 1, escalations: 1 })
    expect(escalations).toMatchObject([{ protocol: 'restart', offending: { payload: 1 }, failure: { type: 'timedOut', worker: 1 }, pending: [] }])
  })

  it('has its late result fenced off, and its worker replaced', async () => {
    const { runs, action } = heedless()
    const released: string[] = []
    let pages = 0
    const time = new VirtualTime()
    const group = workerGroup({
      action, ...options, scaling: fixed(1), supervision: resume(), scheduler: time,
      worker: { acquire: () => `page ${++pages}`, release: (page) => void released.push(page) },
    })
    const types: string[] = []
    group.outcomes$.subscribe(({ type }) => types.push(type))
    send(group, 1)
    await time.advance(150)
    runs[0]?.resolve(7)
    await time.settle()
    expect({ types, released, stats: group.stats() }).toMatchObject({ types: ['timedOut'], released: ['page 1'], stats: { zombies: 0, busy: 0, live: 1, created: 2, processed: 0 } })
  })

  it('is one when its item was withdrawn, too', async () => {
    const { action, signals } = heedless()
    const { time, group, outcomes } = setUp({ drain: { graceMs: 100 } }, action)
    const controller = new AbortController()
    send(group, 1, { signal: controller.signal })
    controller.abort()
    expect(outcomes).toMatchObject([{ type: 'cancelled' }])
    expect({ aborted: signals[0]?.aborted, stats: group.stats() }).toMatchObject({ aborted: true, stats: { busy: 1, inFlight: 0, zombies: 0 } })
    await time.advance(100)
    expect(group.stats()).toMatchObject({ zombies: 1, busy: 1, cancelled: 1, timedOut: 0 })
  })

  it('stops the group when the strategy says so', async () => {
    const { action } = heedless()
    const { time, group, escalations } = setUp({ ...options, supervision: stopAndEscalate() }, action)
    send(group, 1)
    await time.advance(150)
    expect(escalations).toMatchObject([{ protocol: 'killAndEscalate' }])
    await time.advance(300)
    expect(await group.wait()).toMatchObject({ zombies: 1 })
  })

  it('does not restart anything before it has ended', async () => {
    const { action } = heedless()
    const { time, group } = setUp({ ...options, supervision: restartOne({ backoff: constant(0) }) }, action)
    send(group, 1)
    await time.advance(2_000)
    expect(group.stats()).toMatchObject({ zombies: 1, restarts: 0, created: 1, live: 1 })
  })

  it('holds the key of its item no longer than its grace', async () => {
    const { runs, action } = heedless()
    const { time, group } = setUp({ ...options, key: () => 'k', scaling: fixed(2) }, action)
    send(group, 1)
    send(group, 2)
    await time.advance(149)
    expect(runs).toHaveLength(1)
    await time.advance(1)
    expect(runs).toHaveLength(2)
  })
})

describe('the signal of a job', () => {
  it('says why it was aborted', async () => {
    const reasons: unknown[] = []
    const { time, group } = setUp({ timeoutMs: 50 }, (job: Job<number>) => {
      job.signal.addEventListener('abort', () => reasons.push(job.signal.reason))
      return NEVER
    })
    send(group, 1)
    await time.advance(50)
    const controller = new AbortController()
    send(group, 2, { signal: controller.signal })
    controller.abort()
    send(group, 3)
    await group.stop()
    expect(reasons.map(String)).toEqual([
      'TimeoutError: the attempt took longer than 50 ms', 'AbortError: the item ended as cancelled', 'AbortError: the item ended as cancelled',
    ])
  })

  it('is aborted also for a handler that first looks after the abort', async () => {
    let late: boolean | undefined
    const { time, group } = setUp({ timeoutMs: 50 }, async (job: Job<number>) => {
      await new Promise((resolve) => { timer(80, time).subscribe(resolve) })
      late = job.signal.aborted
      return 1
    })
    send(group, 1)
    await time.advance(100)
    expect(late).toBe(true)
  })
})
