import { NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { BatchJob } from '../../src/group/batch-job.js'
import type { BatchGroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { deferred, send } from '../support/manual-work.js'
import { VirtualTime } from '../support/virtual-time.js'

type Options = Partial<Omit<BatchGroupOptions<number, number>, 'action'>>

/** Batches end when the spec says so. */
const setUp = (options: Options = {}) => {
  const time = new VirtualTime()
  const batches: { readonly job: BatchJob<number, number>; readonly end: ReturnType<typeof deferred<readonly number[] | undefined>> }[] = []
  const group = workerGroup<number, number>({
    action: (job) => {
      const end = deferred<readonly number[] | undefined>()
      batches.push({ job, end })
      return end.promise
    },
    batch: { max: 3, maxWaitMs: 50 }, scaling: fixed(2), supervision: resume(), scheduler: time, ...options,
  })
  const outcomes: string[] = []
  group.outcomes$.subscribe((outcome) => outcomes.push(`${outcome.type} ${outcome.message.payload}${outcome.type === 'completed' ? ` ${outcome.value}` : ''}`))
  const inputs = (): readonly (readonly number[])[] => batches.map(({ job }) => job.inputs)
  return { time, batches, group, outcomes, inputs }
}

describe('a worker group that takes batches', () => {
  it('starts one as soon as it is full', () => {
    const { group, inputs } = setUp()
    for (const input of [1, 2]) send(group, input)
    expect(inputs()).toEqual([])
    send(group, 3)
    expect(inputs()).toEqual([[1, 2, 3]])
    expect(group.stats()).toMatchObject({ inFlight: 3, busy: 1, waiting: 0 })
  })

  it('starts what there is when the first has waited long enough', async () => {
    const { time, group, inputs } = setUp()
    send(group, 1)
    await time.advance(30)
    send(group, 2)
    await time.advance(19)
    expect(inputs()).toEqual([])
    await time.advance(1)
    expect(inputs()).toEqual([[1, 2]])
  })

  it('waits anew for those who were left behind, from their own arrival', async () => {
    const { time, group, inputs } = setUp()
    group.pause()
    for (const input of [1, 2, 3, 4]) send(group, input)
    await time.advance(20)
    group.resume()
    expect(inputs()).toEqual([[1, 2, 3]])
    await time.advance(30)
    expect(inputs()).toEqual([[1, 2, 3], [4]])
  })

  it('completes each with its own value', async () => {
    const { time, batches, group, outcomes } = setUp()
    for (const input of [1, 2, 3]) send(group, input)
    batches[0]?.end.resolve([10, 20, 30])
    await time.settle()
    expect(outcomes).toEqual(['completed 1 10', 'completed 2 20', 'completed 3 30'])
    expect(group.stats()).toMatchObject({ processed: 3, busy: 0 })
  })

  it('completes all with nothing when the handler returns anything else', async () => {
    const { time, batches, group, outcomes } = setUp()
    for (const input of [1, 2, 3]) send(group, input)
    batches[0]?.end.resolve(undefined)
    await time.settle()
    expect(outcomes).toEqual(['completed 1 undefined', 'completed 2 undefined', 'completed 3 undefined'])
  })

  it('lets members end one by one, and the rest with the batch', async () => {
    const { time, batches, group, outcomes } = setUp()
    for (const input of [1, 2, 3]) send(group, input)
    const [first, second] = batches[0]?.job.members ?? []
    expect([first?.complete(11), first?.complete(12), first?.fail('no')]).toEqual([true, false, false])
    expect([second?.fail('bad'), second?.complete(1)]).toEqual([true, false])
    expect(group.stats()).toMatchObject({ inFlight: 1, processed: 1, failed: 1, busy: 1, escalations: 0 })
    batches[0]?.end.resolve(undefined)
    await time.settle()
    expect(outcomes).toEqual(['completed 1 11', 'failed 2', 'completed 3 undefined'])
  })

  it('fails all that are open when the handler throws, and its worker once', async () => {
    const { time, batches, group, outcomes } = setUp({ supervision: restartOne({ backoff: constant(5) }) })
    for (const input of [1, 2, 3]) send(group, input)
    batches[0]?.job.members[0]?.complete(1)
    batches[0]?.end.reject(new Error('all'))
    await time.settle()
    expect(outcomes).toEqual(['completed 1 1', 'failed 2', 'failed 3'])
    expect(group.stats()).toMatchObject({ failures: 2, restarts: 1, escalations: 1, live: 1 })
    await time.advance(5)
    expect(group.stats()).toMatchObject({ live: 2, busy: 0 })
  })

  it('tries failed members again, in another batch', async () => {
    const { time, batches, group, outcomes, inputs } = setUp({ retry: { maxAttempts: 2, backoff: constant(10) } })
    for (const input of [1, 2, 3]) send(group, input)
    batches[0]?.job.members[1]?.fail('once')
    batches[0]?.end.resolve(undefined)
    await time.advance(10)
    send(group, 4)
    await time.advance(50)
    expect(inputs()).toEqual([[1, 2, 3], [2, 4]])
    expect(batches[1]?.job.members.map(({ attempt }) => attempt)).toEqual([2, 1])
    batches[1]?.end.resolve([2, 4])
    await time.settle()
    expect(outcomes).toEqual(['completed 1 undefined', 'completed 3 undefined', 'completed 2 2', 'completed 4 4'])
  })

  it('times out as a whole', async () => {
    const time = new VirtualTime()
    const group = workerGroup<number, number>({ action: () => NEVER, batch: { max: 2, maxWaitMs: 5 }, timeoutMs: 40, scaling: fixed(1), supervision: restartOne({ backoff: constant(0) }), scheduler: time })
    const types: string[] = []
    group.outcomes$.subscribe(({ type }) => types.push(type))
    for (const input of [1, 2]) send(group, input)
    await time.advance(40)
    expect(types).toEqual(['timedOut', 'timedOut'])
    expect(group.stats()).toMatchObject({ restarts: 1, busy: 0, inFlight: 0 })
  })

  it('goes on for the others when one member is withdrawn, whose signal alone is aborted', async () => {
    const { time, batches, group, outcomes } = setUp({ drain: { graceMs: 20 } })
    const controller = new AbortController()
    send(group, 1, { signal: controller.signal })
    for (const input of [2, 3]) send(group, input)
    const job = batches[0]?.job
    controller.abort()
    expect([job?.signal.aborted, ...(job?.members.map(({ signal }) => signal.aborted) ?? [])]).toEqual([false, true, false, false])
    await time.advance(100)
    expect(group.stats()).toMatchObject({ zombies: 0, cancelled: 1, inFlight: 2 })
    batches[0]?.end.resolve([1, 2, 3])
    await time.settle()
    expect(outcomes).toEqual(['cancelled 1', 'completed 2 2', 'completed 3 3'])
  })

  it('is aborted when nobody is left in it', () => {
    const { batches, group } = setUp()
    const controller = new AbortController()
    for (const input of [1, 2, 3]) send(group, input, { signal: controller.signal })
    controller.abort()
    expect(batches[0]?.job.signal.aborted).toBe(true)
  })

  it('counts as one zombie when it ignores its abort', async () => {
    const { time, group } = setUp({ timeoutMs: 10, drain: { graceMs: 20 } })
    for (const input of [1, 2, 3]) send(group, input)
    await time.advance(30)
    expect(group.stats()).toMatchObject({ zombies: 1, timedOut: 3, busy: 1, escalations: 1 })
  })

  it('takes no two items of one key into a batch', () => {
    const { batches, group, inputs } = setUp({ key: (input) => (input < 10 ? 'small' : undefined) })
    for (const input of [1, 2, 10, 11]) send(group, input)
    expect(inputs()).toEqual([[1, 10, 11]])
    expect(batches).toHaveLength(1)
  })

  it('is one start for the rate', async () => {
    const { time, group, inputs } = setUp({ rate: { max: 1, perMs: 100 } })
    for (const input of [1, 2, 3, 4, 5, 6]) send(group, input)
    expect(inputs()).toEqual([[1, 2, 3]])
    await time.advance(100)
    expect(inputs()).toEqual([[1, 2, 3], [4, 5, 6]])
  })

  it('keeps the books right while it leaves out what has expired', async () => {
    const { time, group, outcomes, inputs } = setUp()
    const sums: boolean[] = []
    group.outcomes$.subscribe(() => {
      const { received, waiting, inFlight, retrying, processed, expired, handedBack, cancelled } = group.stats()
      sums.push(received === waiting + inFlight + retrying + processed + expired + handedBack + cancelled)
    })
    group.pause()
    send(group, 1)
    send(group, 2, { expiresAtMs: 10 })
    send(group, 3)
    await time.advance(60)
    group.resume()
    expect({ outcomes, sums, inputs: inputs() }).toEqual({ outcomes: ['expired 2'], sums: [true], inputs: [[1, 3]] })
  })

  it('starts nothing when an outcome on the way stops the group', async () => {
    const { time, group, inputs } = setUp()
    group.outcomes$.subscribe(({ type }) => { if (type === 'expired') void group.stop() })
    group.pause()
    send(group, 1)
    send(group, 2, { expiresAtMs: 10 })
    send(group, 3)
    await time.advance(60)
    group.resume()
    await time.settle()
    expect(inputs()).toEqual([])
    expect(group.stats()).toMatchObject({ phase: 'stopped', cancelled: 2, expired: 1, busy: 0 })
  })

  it('is made again, and loses no try, when a restart of all aborts it', async () => {
    const time = new VirtualTime()
    const attempts: unknown[] = []
    const group = workerGroup<number, number>({
      action: ({ inputs, members }) => {
        attempts.push([inputs[0], members[0]?.attempt])
        if (inputs[0] === 3) throw new Error('three')
        return NEVER
      },
      batch: { max: 2, maxWaitMs: 5 }, scaling: fixed(2), supervision: restartAll({ backoff: constant(5), inFlight: 'abort' }), scheduler: time,
    })
    for (const input of [1, 2, 3, 4]) send(group, input)
    await time.advance(10)
    expect(attempts).toEqual([[1, 1], [3, 1], [1, 1]])
    expect(group.stats()).toMatchObject({ failed: 2, inFlight: 2, restarts: 1, escalations: 1 })
  })

  it('hands back what is not started when it stops', async () => {
    const { group, outcomes } = setUp()
    for (const input of [1, 2]) send(group, input)
    await group.drain()
    expect(outcomes).toEqual(['handedBack 1', 'handedBack 2'])
  })

  it('gives a handler its worker, its services and its address', async () => {
    const seen: unknown[] = []
    const group = workerGroup({
      name: 'b', services: 'log', worker: { acquire: () => 'page' }, batch: { max: 1, maxWaitMs: 0 },
      action: ({ worker, services, address, members }: BatchJob<number, number, string, string>) => {
        seen.push(worker, services, address, members[0]?.input, members[0]?.message.payload)
        return [5]
      },
    })
    expect(await group.submit(1)).toBe(5)
    expect(seen).toEqual(['page', 'log', 'b', 1, 1])
    await group.stop()
  })

  it('counts every member for the recycling of its worker', async () => {
    const { time, batches, group } = setUp({ scaling: fixed(1), worker: { acquire: () => undefined, recycleAfter: 3 } })
    for (const input of [1, 2, 3]) send(group, input)
    batches[0]?.end.resolve(undefined)
    await time.settle()
    expect(group.stats()).toMatchObject({ created: 2, stopped: 1 })
  })
})
