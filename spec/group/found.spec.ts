import { from, map, Subject, throwError, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import type { GroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { GroupClosedError } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { constant } from '../../src/supervision/constant.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { ManualWork, send } from '../support/manual-work.js'
import { VirtualTime } from '../support/virtual-time.js'

const setUp = (options: Partial<Omit<GroupOptions<number, number>, 'action' | 'batch'>> = {}) => {
  const work = new ManualWork<number>()
  const time = new VirtualTime()
  const group = workerGroup({ action: work.handle, workers: { max: 4 }, scaling: fixed(1), supervision: resume(), scheduler: time, ...options })
  const told: string[] = []
  group.outcomes$.subscribe({ next: ({ type, message }) => told.push(`${type} ${message.payload}`), complete: () => told.push('end') })
  return { work, time, group, told }
}

const failing = { acquire: (): undefined => { throw new Error('none') } }

describe('what the model of a worker group has found: the group', () => {
  it('ends when no worker can be acquired from the first moment', async () => {
    const { group } = setUp({ scaling: fixed(3), supervision: stopAndEscalate(), worker: failing })
    group.start()
    await group.wait()
    expect(group.stats()).toMatchObject({ phase: 'stopped', created: 0, escalations: 1 })
  })

  it('takes nothing from a source when starting ends it', () => {
    const { group } = setUp({ supervision: stopAndEscalate(), worker: failing })
    const seen: unknown[] = []
    from([1, 2]).pipe(group.run()).subscribe({ error: (error: unknown) => seen.push(error) })
    group.consume([1, 2]).subscribe({ error: (error: unknown) => seen.push(error) })
    expect(seen).toEqual([expect.any(GroupClosedError), expect.any(GroupClosedError)])
    expect(group.stats()).toMatchObject({ received: 0, waiting: 0 })
  })

  it('hands back all that waits before it ends', async () => {
    const { group, told } = setUp()
    group.pause()
    for (const input of [1, 2, 3]) send(group, input)
    expect(await group.drain()).toMatchObject({ handedBack: 3 })
    expect(told).toEqual(['handedBack 1', 'handedBack 2', 'handedBack 3', 'end'])
  })

  it('tells an escalation and what waited before it ends, also without any grace', async () => {
    const { work, group, told } = setUp({ supervision: stopAndEscalate(), drain: { graceMs: 0 } })
    const escalations: unknown[] = []
    group.escalations$.subscribe(({ pending }) => escalations.push(pending.map(({ message }) => message.payload)))
    for (const input of [1, 2]) send(group, input)
    work.fail(1)
    expect(await group.wait()).toMatchObject({ handedBack: 1 })
    expect({ escalations, told }).toEqual({ escalations: [[2]], told: ['failed 1', 'handedBack 2', 'end'] })
  })

  it('restarts all although the item that failed is to be tried again and nothing else happens', async () => {
    const { work, time, group } = setUp({ supervision: restartAll({ backoff: constant(5) }), retry: { maxAttempts: 2, backoff: constant(10) } })
    send(group, 1)
    work.fail(1)
    await time.advance(10)
    expect({ running: work.running, phase: group.stats().phase }).toEqual({ running: [1], phase: 'running' })
  })

  it('tells `outcomes$` of an item whose sender stops the group at its outcome', async () => {
    const { work, group, told } = setUp()
    send(group, 1, { onOutcome: () => void group.stop() })
    work.end(1)
    await group.wait()
    expect(told).toEqual(['completed 1', 'end'])
  })

  it('tells all that leave in order when the first to leave stops it', async () => {
    const { work, group, told } = setUp({ scaling: fixed(3), ordered: true })
    for (const input of [1, 2, 3]) send(group, input, { onOutcome: () => void group.stop() })
    work.end(2)
    work.end(3)
    work.end(1)
    await group.wait()
    expect(told).toEqual(['completed 1', 'completed 2', 'completed 3', 'end'])
  })

  it('goes on in order when the oldest waits for its key behind one that has left', () => {
    const { work, group, told } = setUp({ scaling: fixed(2), ordered: { window: 1 }, key: (input) => (input < 10 ? 'a' : 'b') })
    for (const input of [1, 2, 10, 3, 11]) send(group, input)
    for (let turn = 0; turn < 5; turn += 1) work.end(work.running[0] ?? 0)
    expect(told).toEqual(['completed 1', 'completed 2', 'completed 10', 'completed 3', 'completed 11'])
  })

  it('drops the oldest and takes nothing more when whoever hears of it stops the group', async () => {
    const { group, told } = setUp()
    group.outcomes$.subscribe(({ type }) => { if (type === 'dropped') void group.stop() })
    const source$ = new Subject<number>()
    source$.pipe(group.run({ overflow: 'dropOldest', capacity: 1 })).subscribe()
    for (const input of [1, 2, 3]) source$.next(input)
    await group.wait()
    expect(told.toSorted()).toEqual(['cancelled 1', 'dropped 2', 'end'])
    expect(group.stats()).toMatchObject({ received: 2, waiting: 0 })
  })

  it('gives a worker back once when an outcome of its batch withdraws the others', () => {
    const end$ = new Subject<readonly number[]>()
    const group = workerGroup<number, number>({ action: () => end$, batch: { max: 2, maxWaitMs: 0 }, scaling: fixed(1), scheduler: new VirtualTime() })
    const source$ = new Subject<number>()
    const source = source$.pipe(group.run()).subscribe(() => source.unsubscribe())
    for (const input of [1, 2]) source$.next(input)
    end$.next([10, 20])
    end$.complete()
    expect(group.stats()).toMatchObject({ processed: 1, cancelled: 1, live: 1, busy: 0, inFlight: 0 })
  })

  it('starts nothing that is withdrawn with the rest of its source', () => {
    const { work, group } = setUp()
    const source$ = new Subject<number>()
    const source = source$.pipe(group.run()).subscribe()
    for (const input of [1, 2, 3]) source$.next(input)
    source.unsubscribe()
    expect(work.started).toEqual([1])
  })
})

describe('what the model of a worker group has found: giving a resource back', () => {
  it('may withdraw the very item whose worker it was: the first end counts', () => {
    const controller = new AbortController()
    const { work, group, told } = setUp({ worker: { acquire: () => undefined, release: () => controller.abort(), recycleAfter: 1 } })
    send(group, 1, { signal: controller.signal })
    work.end(1)
    expect(told).toEqual(['cancelled 1'])
    expect(group.stats()).toMatchObject({ received: 1, cancelled: 1, processed: 0, inFlight: 0 })
  })

  it('may bring more items than the workers that are left can take', async () => {
    const work = new ManualWork<number>()
    const time = new VirtualTime()
    let wanted = 2
    const scaling: ScalingPolicy<null> = { name: 'hand', initial: null, wake: { idledMs: 10 }, step: (state) => ({ state, wanted, reason: 'scheduled' }) }
    const group = workerGroup({
      action: work.handle, scaling, workers: { min: 0, max: 2 }, supervision: resume(), scheduler: time,
      worker: { acquire: () => undefined, release: () => { if (wanted === 1) for (const input of [1, 2, 3]) send(group, input) } },
    })
    group.start()
    wanted = 1
    await time.advance(10)
    wanted = 0
    expect({ running: work.running, stats: group.stats() }).toMatchObject({ running: [1], stats: { received: 3, waiting: 2, inFlight: 1, live: 1 } })
  })
})

describe('what the model of a worker group has found: a limit on time', () => {
  it('holds for each attempt although others time out and start in between', async () => {
    const time = new VirtualTime()
    const ends: unknown[] = []
    const group = workerGroup({ action: ({ input }: Job<number>) => timer(1_000, time).pipe(map(() => input)), timeoutMs: 50, scaling: fixed(2), supervision: resume(), scheduler: time })
    group.outcomes$.subscribe(({ message }) => ends.push([message.payload, time.now()]))
    send(group, 1)
    await time.advance(20)
    for (const input of [2, 3]) send(group, input)
    await time.advance(200)
    expect(ends).toEqual([[1, 50], [2, 70], [3, 100]])
  })
})

describe('what the model of a worker group has found: what steers it', () => {
  it.each<[string, Partial<GroupOptions<number, number>>]>([
    ['a rate', { rate: throwError(() => new Error('no rate')) }],
    ['a gate', { gate$: throwError(() => new Error('no gate')) }],
  ])('stops it when %s fails from the first moment', async (_, { rate, gate$ }) => {
    const { group } = setUp({ rate, gate$ })
    send(group, 1)
    await group.wait()
    expect(group.stats()).toMatchObject({ phase: 'stopped', escalations: 1, waiting: 0 })
  })
})
