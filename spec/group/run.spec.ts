import { concat, config, from, map, NEVER, of, Subject, take, throwError, toArray, lastValueFrom } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { OverflowError } from '../../src/group/run-source.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { GroupClosedError } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { resume } from '../../src/supervision/resume.js'
import { constant } from '../../src/supervision/constant.js'
import { ManualWork, record } from '../support/manual-work.js'
import { VirtualTime } from '../support/virtual-time.js'

const setUp = (workers = 1) => {
  const work = new ManualWork<number>()
  const time = new VirtualTime()
  const group = workerGroup({ action: work.handle, workers: { max: 8 }, scaling: fixed(workers), supervision: resume(), scheduler: time })
  return { work, time, group }
}

const unhandled = config.onUnhandledError
afterEach(() => {
  config.onUnhandledError = unhandled
})

describe('a push source run through a worker group', () => {
  it('has one outcome for each value and completes after the last of them', () => {
    const { work, group } = setUp(2)
    const { seen } = record(from([1, 2, 3]).pipe(group.run()))
    work.end(2)
    work.fail(3)
    expect(seen).toEqual(['completed 2', 'failed 3'])
    work.end(1)
    expect(seen).toEqual(['completed 2', 'failed 3', 'completed 1', 'end'])
  })

  it('completes at once when it is empty', () => {
    const { group } = setUp()
    expect(record(of<number>().pipe(group.run())).seen).toEqual(['end'])
  })

  it('does not end while a source lasts', () => {
    const { work, group } = setUp()
    const { seen } = record(concat(of(1), NEVER).pipe(group.run()))
    work.end(1)
    expect(seen).toEqual(['completed 1'])
  })

  it('passes an error of the source on after the outcomes of what came before', () => {
    const { work, group } = setUp()
    const broken = new Error('source')
    const { seen } = record(concat(of(1, 2), throwError(() => broken)).pipe(group.run()))
    work.end(1)
    expect(seen).toEqual(['completed 1'])
    work.end(2)
    expect(seen).toEqual(['completed 1', 'completed 2', broken])
    expect(group.stats().phase).toBe('running')
  })

  it('withdraws what is open when it is unsubscribed, and leaves the group running', () => {
    const { work, group } = setUp()
    const source$ = new Subject<number>()
    const { seen, subscription } = record(source$.pipe(group.run()))
    source$.next(1)
    source$.next(2)
    subscription.unsubscribe()
    expect({ cut: work.cut, observed: source$.observed, seen }).toEqual({ cut: [1], observed: false, seen: [] })
    expect(group.stats()).toMatchObject({ cancelled: 2, waiting: 0, inFlight: 0, phase: 'running' })
  })

  it('can be cut by its own outcomes', () => {
    const group = workerGroup({ action: ({ input }: { readonly input: number }) => input })
    expect(record(from([1, 2, 3]).pipe(group.run(), take(1))).seen).toEqual(['completed 1', 'end'])
    expect(group.stats()).toMatchObject({ waiting: 0, inFlight: 0 })
  })

  it('errors by default when more wait than its bound allows', () => {
    const { work, group } = setUp()
    const { seen } = record(from([1, 2, 3, 4]).pipe(group.run({ capacity: 2 })))
    expect(seen).toEqual([expect.any(OverflowError)])
    expect({ running: work.running, stats: group.stats() }).toMatchObject({ running: [], stats: { received: 3, cancelled: 3, waiting: 0 } })
  })

  it('drops the newest, as an outcome that counts', () => {
    const { work, group } = setUp()
    const { seen } = record(from([1, 2, 3, 4]).pipe(group.run({ overflow: 'dropNewest', capacity: 2 })))
    expect(seen).toEqual(['dropped 4'])
    for (const input of [1, 2, 3]) work.end(input)
    expect(seen).toEqual(['dropped 4', 'completed 1', 'completed 2', 'completed 3', 'end'])
    expect(group.stats()).toMatchObject({ received: 4, processed: 3, dropped: 1 })
  })

  it('drops the oldest that has not been started', () => {
    const { work, group } = setUp()
    const { seen } = record(from([1, 2, 3, 4, 5]).pipe(group.run({ overflow: 'dropOldest', capacity: 2 })))
    for (const input of [1, 4, 5]) work.end(input)
    expect(seen).toEqual(['dropped 2', 'dropped 3', 'completed 1', 'completed 4', 'completed 5', 'end'])
  })

  it('counts a waiting item once, also when it is started twice', async () => {
    const work = new ManualWork<number>()
    const time = new VirtualTime()
    const group = workerGroup({ action: work.handle, scaling: fixed(2), supervision: restartAll({ backoff: constant(10), inFlight: 'abort' }), scheduler: time })
    const source$ = new Subject<number>()
    const { seen } = record(source$.pipe(group.run({ overflow: 'dropNewest', capacity: 1 })))
    source$.next(1)
    source$.next(2)
    work.fail(1)
    await time.advance(20)
    expect(work.running).toEqual([2])
    group.pause()
    source$.next(3)
    source$.next(4)
    expect(seen).toEqual(['failed 1', 'dropped 4'])
  })

  it('has a bound of 65,536 items', () => {
    const group = workerGroup({ action: ({ input }: { readonly input: number }) => input })
    group.pause()
    const values = new Subject<number>()
    const { seen } = record(values.pipe(group.run()))
    for (let input = 0; input < 65_536; input += 1) values.next(input)
    expect(seen).toEqual([])
    values.next(65_536)
    expect(seen).toEqual([expect.any(OverflowError)])
  })

  it('takes options of its own, and refuses wrong ones at once', () => {
    const { group } = setUp()
    const run = (options: object): unknown => from([1]).pipe(Reflect.apply(group.run, group, [options]))
    expect(() => run({ overflow: 'drop', capacity: 0 })).toThrow(OptionsError)
  })

  it('ends with the outcomes that are left when the group stops', async () => {
    const { group } = setUp()
    const { seen } = record(concat(of(1, 2), NEVER).pipe(group.run()))
    await group.stop()
    expect(seen).toEqual(['handedBack 2', 'cancelled 1', 'end'])
  })

  it('errors when the group has stopped before it was subscribed to', async () => {
    const { group } = setUp()
    await group.stop()
    expect(record(from([1]).pipe(group.run())).seen).toEqual([expect.any(GroupClosedError)])
  })

  it('passes hundreds of thousands of synchronous values without growing the stack', async () => {
    const group = workerGroup({ action: ({ input }: { readonly input: number }) => input + 1 })
    const values = await lastValueFrom(from(Array.from({ length: 200_000 }, (_, i) => i)).pipe(group.run(), map(({ type }) => type), toArray()))
    expect(values.length).toBe(200_000)
    expect(new Set(values)).toEqual(new Set(['completed']))
    await group.stop()
  })

  it('serves two sources at once, and tells each its own outcomes', () => {
    const { work, group } = setUp(2)
    const a = record(from([1, 2]).pipe(group.run()))
    const b = record(from([3]).pipe(group.run()))
    for (const input of [1, 2, 3]) work.end(input)
    expect([a.seen, b.seen]).toEqual([['completed 1', 'completed 2', 'end'], ['completed 3', 'end']])
  })

  it('is not stopped by a subscriber that throws', async () => {
    const errors: unknown[] = []
    const both = new Promise<void>((resolve) => {
      config.onUnhandledError = (error) => { if (errors.push(error) === 2) resolve() }
    })
    const { work, group } = setUp()
    from([1, 2]).pipe(group.run()).subscribe(() => { throw new Error('subscriber') })
    work.end(1)
    work.end(2)
    await both
    expect(errors).toEqual([new Error('subscriber'), new Error('subscriber')])
    expect(group.stats()).toMatchObject({ processed: 2, phase: 'running' })
  })
})
