import { concat, EMPTY, from, NEVER, of, range, Subject, take, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import { OverflowError } from '../../src/group/run-source.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { GroupClosedError, type WorkerGroup } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { VirtualTime } from '../support/virtual-time.js'
import { echo, told } from './ways-time.js'

interface Stand {
  readonly clock: VirtualTime
  readonly group: WorkerGroup<number, number>
  /** What came out, as it came. */
  readonly heard: unknown[]
  readonly listen: { readonly next: (outcome: Outcome<number, number>) => void; readonly error: (error: unknown) => void; readonly complete: () => void }
}

const stand = (workers = 1): Stand => {
  const clock = new VirtualTime()
  const heard: unknown[] = []
  const group = workerGroup<number, number>({ action: echo(clock, 100), scaling: fixed(workers), scheduler: clock })
  const next = ({ type, message }: Outcome<number, number>): unknown => heard.push(`${message.payload} ${type}`)
  return { clock, group, heard, listen: { next, error: (error) => heard.push(error), complete: () => heard.push('end') } }
}

describe('run', () => {
  it('gives one outcome for each value, and completes after the source and the last outcome', () => {
    const { clock, group, heard, listen } = stand(2)
    from([1, 2, 3]).pipe(group.run()).subscribe(listen)
    clock.jump(100)
    expect(heard).toEqual(['1 completed', '2 completed'])
    clock.jump(100)
    expect(heard).toEqual(['1 completed', '2 completed', '3 completed', 'end'])
  })

  it('completes at once after an empty source, and the group goes on', () => {
    const { group, heard, listen } = stand()
    EMPTY.pipe(group.run()).subscribe(listen)
    expect(heard).toEqual(['end'])
    expect(group.stats().phase).toBe('running')
  })

  it('passes an error of the source on after the outcomes', () => {
    const { clock, group, heard, listen } = stand()
    const error = new Error('source')
    concat(of(1, 2), throwError(() => error)).pipe(group.run()).subscribe(listen)
    clock.jump(200)
    expect(heard).toEqual(['1 completed', '2 completed', error])
  })

  it('errors when more wait than its capacity, and withdraws what is open', () => {
    const { clock, group, heard, listen } = stand()
    const source$ = new Subject<number>()
    source$.pipe(group.run({ capacity: 2 })).subscribe(listen)
    for (const n of [1, 2, 3]) source$.next(n)
    expect(heard).toEqual([])
    source$.next(4)
    expect(heard).toEqual([expect.any(OverflowError)])
    expect(source$.observed).toBe(false)
    clock.jump(1_000)
    expect(group.stats()).toMatchObject({ received: 3, cancelled: 3, processed: 0 })
  })

  it('drops the newest, which are outcomes of items never started', () => {
    const { clock, group, heard, listen } = stand()
    const ends: Outcome[] = []
    group.outcomes$.subscribe((outcome) => ends.push(outcome))
    from([1, 2, 3, 4]).pipe(group.run({ overflow: 'dropNewest', capacity: 2 })).subscribe(listen)
    expect(ends[0]).toMatchObject({ type: 'dropped', attempts: 0, waitMs: 0, serviceMs: 0, message: { payload: 4 } })
    clock.jump(300)
    expect(heard).toEqual(['4 dropped', '1 completed', '2 completed', '3 completed', 'end'])
    expect(group.stats()).toMatchObject({ received: 4, dropped: 1, processed: 3 })
  })

  it('starts a value of a free key although others wait, and does not drop it', () => {
    const clock = new VirtualTime()
    const group = workerGroup({ action: echo(clock, 100), key: String, scaling: fixed(2), scheduler: clock })
    from([1, 1, 2]).pipe(group.run({ overflow: 'dropNewest', capacity: 1 })).subscribe()
    expect(group.stats()).toMatchObject({ inFlight: 2, waiting: 1, dropped: 0 })
    clock.jump(200)
    expect(group.stats()).toMatchObject({ processed: 3 })
  })

  it('drops the oldest that waits, not what runs', () => {
    const { clock, group, heard, listen } = stand()
    from([1, 2, 3, 4, 5]).pipe(group.run({ overflow: 'dropOldest', capacity: 2 })).subscribe(listen)
    clock.jump(300)
    expect(heard).toEqual(['2 dropped', '3 dropped', '1 completed', '4 completed', '5 completed', 'end'])
  })

  it('goes on dropping the oldest after many have come and gone', () => {
    const { clock, group, heard, listen } = stand()
    const source$ = new Subject<number>()
    source$.pipe(group.run({ overflow: 'dropOldest', capacity: 1 })).subscribe(listen)
    for (let n = 0; n < 10; n += 1) {
      source$.next(n)
      clock.jump(100)
    }
    for (const n of [10, 11, 12]) source$.next(n)
    expect(heard.slice(9)).toEqual(['9 completed', '11 dropped'])
  })

  it('bounds what each source has waiting, not what others have', () => {
    const { group, heard, listen } = stand()
    const sources = [new Subject<number>(), new Subject<number>()]
    for (const source$ of sources) source$.pipe(group.run({ capacity: 2 })).subscribe(listen)
    for (const n of [1, 2]) for (const source$ of sources) source$.next(n)
    expect(heard).toEqual([])
    expect(group.stats()).toMatchObject({ waiting: 3, inFlight: 1 })
  })

  it('withdraws what waits and aborts what runs when it is unsubscribed from', () => {
    const clock = new VirtualTime()
    const signals: AbortSignal[] = []
    const ends: Outcome[] = []
    const source$ = new Subject<number>()
    const group = workerGroup({ action: ({ signal }: Job<number>) => { signals.push(signal); return NEVER }, scaling: fixed(2), scheduler: clock })
    group.outcomes$.subscribe((outcome) => ends.push(outcome))
    const subscription = source$.pipe(group.run()).subscribe()
    for (const n of [1, 2, 3]) source$.next(n)
    subscription.unsubscribe()
    expect(source$.observed).toBe(false)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    expect(told(ends)).toEqual([[3, 'cancelled'], [2, 'cancelled'], [1, 'cancelled']])
    expect(group.stats()).toMatchObject({ phase: 'running', live: 2, busy: 0 })
  })

  it('stops a source that never ends by itself when nobody wants more', () => {
    const group = workerGroup({ action: ({ input }: Job<number>) => input })
    const heard: unknown[] = []
    let asked = 0
    const endless = function* (): Generator<number> {
      while (asked < 1_000) yield (asked += 1)
    }
    from(endless()).pipe(group.run(), take(3)).subscribe(({ message }) => heard.push(message.payload))
    expect(heard).toEqual([1, 2, 3])
    expect([asked, group.stats().received]).toEqual([3, 3])
  })

  it('takes nothing more from a source that overflowed while it was subscribed to', () => {
    const { group, heard, listen } = stand()
    range(1, 1_000).pipe(group.run({ capacity: 1 })).subscribe(listen)
    expect(heard).toEqual([expect.any(OverflowError)])
    expect(group.stats()).toMatchObject({ received: 2, cancelled: 2 })
  })

  it('completes with the last outcome when the group stops, and lets go of its source', async () => {
    const { clock, group, heard, listen } = stand()
    const source$ = new Subject<number>()
    source$.pipe(group.run()).subscribe(listen)
    for (const n of [1, 2]) source$.next(n)
    void group.drain()
    expect(source$.observed).toBe(false)
    await clock.runAll()
    expect(heard).toEqual(['2 handedBack', '1 completed', 'end'])
  })

  it('errors on a group that takes nothing', async () => {
    const { group, heard, listen } = stand()
    await group.stop()
    of(1).pipe(group.run()).subscribe(listen)
    expect(heard).toEqual([expect.any(GroupClosedError)])
  })

  it('errors with what the key function throws', () => {
    const error = new Error('no key')
    const heard: unknown[] = []
    const group = workerGroup({ action: ({ input }: Job<number>) => input, key: () => { throw error } })
    of(1).pipe(group.run()).subscribe({ error: (thrown) => heard.push(thrown) })
    expect(heard).toEqual([error])
    expect(group.stats()).toMatchObject({ received: 0, waiting: 0 })
  })
})
