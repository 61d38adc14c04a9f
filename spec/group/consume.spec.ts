import { Readable } from 'node:stream'
import { lastValueFrom, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { GroupClosedError } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { resume } from '../../src/supervision/resume.js'
import { deferred, ManualWork, record } from '../support/manual-work.js'
import { VirtualTime } from '../support/virtual-time.js'

const setUp = ({ workers = 1, capacity = 2 } = {}) => {
  const work = new ManualWork<number>()
  const time = new VirtualTime()
  const group = workerGroup({ action: work.handle, capacity, scaling: fixed(workers), supervision: resume(), scheduler: time })
  return { work, time, group }
}

/** Counts what is pulled from it, and whether it was let go. */
const counter = (size = 1_000) => {
  const log = { pulled: 0, returned: false }
  const source = function* (): Generator<number> {
    try {
      for (let i = 1; i <= size; i += 1) {
        log.pulled += 1
        yield i
      }
    } finally {
      log.returned = true
    }
  }
  return { log, source: source() }
}

const double = ({ input }: { readonly input: number }): number => input * 2

describe('a source that a worker group consumes', () => {
  it('is pulled only as the line has room', () => {
    const { work, group } = setUp({ workers: 2, capacity: 3 })
    const { log, source } = counter()
    group.consume(source).subscribe()
    for (let settled = 0; settled < 50; settled += 1) {
      expect(log.pulled - settled).toBe(5)
      work.end(settled + 1)
    }
  })

  it('is not pulled before it is subscribed to, nor while the group is paused and full', () => {
    const { group } = setUp()
    const { log, source } = counter()
    const outcomes$ = group.consume(source)
    expect(log.pulled).toBe(0)
    group.pause()
    outcomes$.subscribe()
    expect(log.pulled).toBe(2)
  })

  it('is pulled once at a time when it is asynchronous, and waits with the line', async () => {
    const { work, time, group } = setUp()
    let asked = 0
    let pending = 0
    let most = 0
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          asked += 1
          pending += 1
          most = Math.max(most, pending)
          await time.settle()
          pending -= 1
          return { done: asked > 6, value: asked }
        },
      }),
    }
    const { seen } = record(group.consume(source))
    for (let turn = 0; turn < 10; turn += 1) await time.settle()
    expect({ asked, most, seen }).toEqual({ asked: 3, most: 1, seen: [] })
    for (const input of [1, 2, 3, 4, 5, 6]) {
      for (let turn = 0; turn < 4; turn += 1) await time.settle()
      work.end(input)
    }
    for (let turn = 0; turn < 4; turn += 1) await time.settle()
    expect(seen.at(-1)).toBe('end')
    expect(group.stats()).toMatchObject({ received: 6, processed: 6 })
  })

  it('never takes the line beyond its capacity, though a sender waits for the room kept for it', async () => {
    const { time, group } = setUp({ capacity: 1 })
    void group.offer(1)
    const value = deferred<IteratorResult<number>>()
    record(group.consume({ [Symbol.asyncIterator]: () => ({ next: () => value.promise }) }))
    void group.offer(3)
    value.resolve({ done: false, value: 2 })
    await time.settle()
    expect(group.stats()).toMatchObject({ received: 2, waiting: 1, inFlight: 1 })
  })

  it('shares the line with other sources, first come first served', () => {
    const { work, group } = setUp({ capacity: 1 })
    const a = counter(3)
    const b = counter(3)
    group.consume(a.source).subscribe()
    group.consume(b.source).subscribe()
    for (let turn = 0; turn < 3; turn += 1) work.end(work.running[0] ?? 0)
    expect([a.log.pulled, b.log.pulled]).toEqual([3, 2])
  })

  it('completes after its last outcome', () => {
    const { work, group } = setUp()
    const { seen } = record(group.consume([1, 2]))
    work.end(1)
    expect(seen).toEqual(['completed 1'])
    work.end(2)
    expect(seen).toEqual(['completed 1', 'completed 2', 'end'])
  })

  it('errors after the outcomes of what came before when it throws', () => {
    const { work, group } = setUp()
    const broken = new Error('source')
    const source = function* (): Generator<number> {
      yield 1
      throw broken
    }
    const { seen } = record(group.consume(source()))
    expect(seen).toEqual([])
    work.end(1)
    expect(seen).toEqual(['completed 1', broken])
  })

  it('errors when it rejects, and when it cannot be iterated', async () => {
    const { time, group } = setUp()
    const broken = new Error('source')
    const rejecting = record(group.consume({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(broken) }) }))
    const throwing = record(group.consume({ [Symbol.iterator]: () => { throw broken } }))
    await time.settle()
    expect([rejecting.seen, throwing.seen]).toEqual([[broken], [broken]])
  })

  it('is returned when it is unsubscribed, and what is open is withdrawn', async () => {
    const { work, time, group } = setUp()
    const { log, source } = counter()
    const { seen, subscription } = record(group.consume(source))
    subscription.unsubscribe()
    await time.settle()
    expect({ returned: log.returned, cut: work.cut, seen }).toEqual({ returned: true, cut: [1], seen: [] })
    expect(group.stats()).toMatchObject({ cancelled: 3, waiting: 0, inFlight: 0 })
  })

  it('is returned when its outcomes are enough', async () => {
    const group = workerGroup({ action: double })
    const { log, source } = counter()
    expect(await lastValueFrom(group.consume(source).pipe(take(2), toArray()))).toMatchObject([{ value: 2 }, { value: 4 }])
    expect(log.returned).toBe(true)
    await group.stop()
  })

  it('is returned when the group stops, and ends with the outcomes that are left', async () => {
    const { time, group } = setUp()
    const { log, source } = counter()
    const { seen } = record(group.consume(source))
    await group.stop()
    await time.settle()
    expect({ returned: log.returned, seen }).toEqual({ returned: true, seen: ['handedBack 2', 'handedBack 3', 'cancelled 1', 'end'] })
  })

  it('errors when the group has stopped before, and is never asked', async () => {
    const { group } = setUp()
    const { log, source } = counter()
    await group.stop()
    expect(record(group.consume(source)).seen).toEqual([expect.any(GroupClosedError)])
    expect(log.pulled).toBe(0)
  })

  it('may be a Node stream', async () => {
    const group = workerGroup({ action: double })
    const stream = Readable.from([1, 2, 3])
    const outcomes = await lastValueFrom(group.consume(stream).pipe(toArray()))
    expect(outcomes).toMatchObject([{ value: 2 }, { value: 4 }, { value: 6 }])
    await group.stop()
  })

  it('may be a Node stream that breaks', async () => {
    const group = workerGroup({ action: double })
    const stream = new Readable({ objectMode: true, read() { this.destroy(new Error('disk')) } })
    await expect(lastValueFrom(group.consume(stream))).rejects.toThrow('disk')
    await group.stop()
  })

  it('may be a web stream, also where those are no async iterables', async () => {
    const group = workerGroup({ action: double })
    const stream = (): ReadableStream<number> => new ReadableStream<number>({
      start: (controller) => {
        controller.enqueue(1)
        controller.enqueue(2)
        controller.close()
      },
    })
    const plain = stream()
    const old = { getReader: () => plain.getReader() }
    expect(await lastValueFrom(group.consume(stream()).pipe(toArray()))).toMatchObject([{ value: 2 }, { value: 4 }])
    expect(await lastValueFrom(Reflect.apply(group.consume, group, [old]).pipe(toArray()))).toMatchObject([{ value: 2 }, { value: 4 }])
    await group.stop()
  })

  it('cancels a web stream that it leaves', async () => {
    const { group, time } = setUp()
    let cancelled = false
    const stream = new ReadableStream<number>({ pull: (controller) => controller.enqueue(1), cancel: () => { cancelled = true } }, { highWaterMark: 0 })
    const { subscription } = record(group.consume(stream))
    await time.settle()
    subscription.unsubscribe()
    for (let turn = 0; turn < 5; turn += 1) await time.settle()
    expect(cancelled).toBe(true)
  })

  it('is refused when nothing can be pulled from it', () => {
    const { group } = setUp()
    expect(() => Reflect.apply(group.consume, group, [5])).toThrow(OptionsError)
  })

  it('passes a hundred thousand synchronous values without growing the stack', async () => {
    const group = workerGroup({ action: double })
    const outcomes = await lastValueFrom(group.consume(counter(100_000).source).pipe(toArray()))
    expect(outcomes.length).toBe(100_000)
    await group.stop()
  })

  it('gives a group for one message one value, and goes back', async () => {
    const group = workerGroup({ action: double, instance: 'oneTime' })
    const { log, source } = counter()
    expect(await lastValueFrom(group.consume(source).pipe(toArray()))).toMatchObject([{ value: 2 }])
    await group.wait()
    expect(log).toEqual({ pulled: 1, returned: true })
  })
})
