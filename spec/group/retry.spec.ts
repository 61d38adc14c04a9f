import { map, throwError, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Failure } from '../../src/core/failure.js'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import type { RetryOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import { exponential } from '../../src/supervision/exponential.js'
import { resume } from '../../src/supervision/resume.js'
import { ManualWork, send } from '../support/manual-work.js'
import { VirtualTime } from '../support/virtual-time.js'

const setUp = (retry: RetryOptions, capacity = 5, key?: (input: number) => string) => {
  const work = new ManualWork<number>()
  const time = new VirtualTime()
  const group = workerGroup({ action: work.handle, retry, capacity, key, scaling: fixed(1), supervision: resume(), scheduler: time, random: () => 0.5 })
  const outcomes: Outcome<number, number>[] = []
  group.outcomes$.subscribe((outcome) => outcomes.push(outcome))
  return { work, time, group, outcomes }
}

describe('an item that failed', () => {
  it('has one attempt by default', () => {
    const { work, group, outcomes } = setUp({})
    send(group, 1)
    work.fail(1)
    expect(outcomes).toMatchObject([{ type: 'failed', attempts: 1 }])
  })

  it('is tried again after the backoff, and occupies no worker meanwhile', async () => {
    const { work, time, group, outcomes } = setUp({ maxAttempts: 2, backoff: constant(100) })
    send(group, 1)
    send(group, 2)
    work.fail(1)
    expect(work.running).toEqual([2])
    expect(group.stats()).toMatchObject({ retrying: 1, inFlight: 1, waiting: 0, failures: 1, failed: 0 })
    work.end(2)
    await time.advance(99)
    expect(work.started).toEqual([1, 2])
    await time.advance(1)
    expect(work.running).toEqual([1])
    await time.advance(7)
    work.end(1)
    expect(outcomes).toMatchObject([{ type: 'completed', value: 2 }, { type: 'completed', value: 1, attempts: 2, waitMs: 0, serviceMs: 7 }])
    expect(group.stats()).toMatchObject({ retrying: 0, processed: 2, received: 2, failures: 1 })
  })

  it('goes before those that wait in the line', async () => {
    const { work, time, group } = setUp({ maxAttempts: 2, backoff: constant(10) })
    for (const input of [1, 2, 3]) send(group, input)
    work.fail(1)
    await time.advance(10)
    work.end(2)
    expect(work.running).toEqual([1])
  })

  it('fails for good when its attempts are used up, with the last failure', async () => {
    const time = new VirtualTime()
    const attempts: number[] = []
    const group = workerGroup({
      action: ({ attempt }: Job<number>) => {
        attempts.push(attempt)
        return throwError(() => new Error(`try ${attempt}`))
      },
      retry: { maxAttempts: 3, backoff: constant(5) }, supervision: resume(), scheduler: time,
    })
    const result = group.submit(1)
    result.catch(() => undefined)
    await time.runAll()
    await expect(result).rejects.toThrow('try 3')
    expect({ attempts, stats: group.stats() }).toMatchObject({ attempts: [1, 2, 3], stats: { failed: 1, failures: 3 } })
  })

  it('waits as its backoff says, with chance from the group', async () => {
    const { work, time, group } = setUp({ maxAttempts: 3, backoff: exponential({ baseMs: 100, factor: 2, jitter: 'full' }) })
    send(group, 1)
    work.fail(1)
    await time.advance(49)
    expect(work.started).toHaveLength(1)
    await time.advance(1)
    work.fail(1)
    await time.advance(99)
    expect(work.started).toHaveLength(2)
    await time.advance(1)
    expect(work.started).toHaveLength(3)
  })

  it('is not tried again when `when` says that it is not worth it, or throws', async () => {
    const failures: Failure[] = []
    const { work, group, outcomes } = setUp({
      maxAttempts: 5, backoff: constant(0),
      when: (failure) => {
        failures.push(failure)
        if (failures.length > 1) throw new Error('cannot tell')
        return false
      },
    })
    send(group, 1)
    send(group, 2)
    work.fail(1, 'gone')
    work.fail(2, 'gone')
    expect(outcomes).toMatchObject([{ type: 'failed', attempts: 1 }, { type: 'failed', attempts: 1 }])
    expect(failures).toMatchObject([{ type: 'thrown', error: 'gone', attempt: 1, atMs: 0 }, {}])
  })

  it('bounds what the group takes while too many wait for another try', async () => {
    const { work, time, group } = setUp({ maxAttempts: 2, backoff: constant(100) }, 2)
    for (const input of [1, 2, 3, 4, 5]) send(group, input)
    work.fail(1)
    work.fail(2)
    expect(group.stats()).toMatchObject({ retrying: 2, inFlight: 1, waiting: 1, received: 4 })
    await time.advance(100)
    work.end(3)
    expect(group.stats()).toMatchObject({ retrying: 1, inFlight: 1, waiting: 2, received: 5 })
  })

  it('holds its key while it waits for another try, and no other key', async () => {
    const { work, time, group } = setUp({ maxAttempts: 2, backoff: constant(100) }, 5, (input) => (input < 10 ? 'a' : 'b'))
    for (const input of [1, 2, 10]) send(group, input)
    work.fail(1)
    work.end(10)
    expect(work.started).toEqual([1, 10])
    await time.advance(100)
    work.end(1)
    expect(work.started).toEqual([1, 10, 1, 2])
  })

  it('can be withdrawn while it waits for another try', async () => {
    const { work, time, group, outcomes } = setUp({ maxAttempts: 2, backoff: constant(100) })
    const controller = new AbortController()
    send(group, 1, { signal: controller.signal })
    work.fail(1)
    controller.abort()
    expect(outcomes).toMatchObject([{ type: 'cancelled', attempts: 1 }])
    await time.advance(200)
    expect(work.started).toEqual([1])
  })

  it('is handed back while it waits for another try when the group stops', async () => {
    const { work, group, outcomes } = setUp({ maxAttempts: 2, backoff: constant(100) })
    send(group, 1)
    work.fail(1)
    expect(await group.drain()).toMatchObject({ handedBack: 1 })
    expect(outcomes).toMatchObject([{ type: 'handedBack', to: 'source', attempts: 1 }])
  })

  it('is handed back when it fails while the group drains, instead of another try', async () => {
    const { work, group, outcomes } = setUp({ maxAttempts: 2, backoff: constant(100) })
    send(group, 1)
    const report = group.drain()
    work.fail(1)
    expect(await report).toMatchObject({ handedBack: 1, failed: 0 })
    expect(outcomes).toMatchObject([{ type: 'handedBack', attempts: 1 }])
  })

  it('expires between two tries like one that never started', async () => {
    const { work, time, group, outcomes } = setUp({ maxAttempts: 2, backoff: constant(100) })
    send(group, 1, { expiresAtMs: 50 })
    work.fail(1)
    await time.advance(100)
    expect(outcomes).toMatchObject([{ type: 'expired', attempts: 1 }])
  })

  it('waits for another try while the group is paused, and no attempt is used up', async () => {
    const { work, time, group } = setUp({ maxAttempts: 2, backoff: constant(10) })
    send(group, 1)
    group.pause()
    work.fail(1)
    await time.advance(1_000)
    expect(group.stats()).toMatchObject({ retrying: 1, inFlight: 0 })
    group.resume()
    expect(work.running).toEqual([1])
  })
})

describe('a message that has expired', () => {
  it('is never started', async () => {
    const { work, time, group, outcomes } = setUp({})
    send(group, 1)
    send(group, 2, { expiresAtMs: 50 })
    send(group, 3, { expiresAtMs: 51 })
    await time.advance(50)
    work.end(1)
    expect(outcomes).toMatchObject([{ type: 'completed' }, { type: 'expired', attempts: 0, waitMs: 50, serviceMs: 0, message: { payload: 2 } }])
    expect(work.running).toEqual([3])
    expect(group.stats()).toMatchObject({ expired: 1 })
  })

  it('ends at once when its time was up before it came', async () => {
    const time = new VirtualTime()
    await time.advance(100)
    const group = workerGroup({ action: ({ input }: Job<number>) => timer(5, time).pipe(map(() => input)), scheduler: time })
    await expect(group.submit(1, { expiresAtMs: 100 })).rejects.toMatchObject({ outcome: { type: 'expired' } })
  })
})
