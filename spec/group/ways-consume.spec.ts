import { Readable } from 'node:stream'
import { take } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import { OptionsError } from '../../src/core/options-error.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { GroupClosedError, type Pullable, type WorkerGroup } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { VirtualTime } from '../support/virtual-time.js'
import { echo } from './ways-time.js'

/** Numbers up to a last one, and what was done to whoever gives them. */
class Numbers {
  pulled = 0
  returned = 0

  end(): void {
    this.returned += 1
  }

  *sync(last = 1_000): Generator<number, void, undefined> {
    try {
      while (this.pulled < last) yield (this.pulled += 1)
    } finally {
      this.end()
    }
  }

  async *async(last = 1_000): AsyncGenerator<number, void, undefined> {
    try {
      while (this.pulled < last) yield (this.pulled += 1)
    } finally {
      this.end()
    }
  }
}

interface Stand {
  readonly clock: VirtualTime
  readonly group: WorkerGroup<number, number>
}

const stand = (workers = 2, capacity = 3): Stand => {
  const clock = new VirtualTime()
  return { clock, group: workerGroup<number, number>({ action: echo(clock, 100), scaling: fixed(workers), capacity, scheduler: clock }) }
}

/** Consumes, and tells everything that comes out. */
const consume = (group: WorkerGroup<number, number>, source: Pullable<number>): unknown[] => {
  const heard: unknown[] = []
  group.consume(source).subscribe({
    next: (outcome) => heard.push(outcome.type === 'completed' ? outcome.value : outcome.type),
    error: (error) => heard.push(error),
    complete: () => heard.push('end'),
  })
  return heard
}

describe('consume', () => {
  it.each(['sync', 'async'] as const)('pulls from a %s generator only as there is room', async (kind) => {
    const { clock, group } = stand()
    const numbers = new Numbers()
    const heard = consume(group, numbers[kind](20))
    for (let round = 0; round < 12; round += 1) {
      await clock.settle()
      const { processed } = group.stats()
      expect(numbers.pulled - processed).toBeLessThanOrEqual(2 + 3)
      await clock.advance(100)
    }
    expect(heard).toEqual([...Array.from({ length: 20 }, (_, n) => n + 1), 'end'])
    expect(numbers.returned).toBe(1)
  })

  it.each<readonly [string, () => Pullable<number>]>([
    ['an array', () => [1, 2, 3]],
    ['a set', () => new Set([1, 2, 3])],
    ['an async generator', () => new Numbers().async(3)],
    ['a Node stream', () => Readable.from([1, 2, 3])],
    ['a web stream', () => new ReadableStream<number>({ start: (controller) => { for (const n of [1, 2, 3]) controller.enqueue(n); controller.close() } })],
  ])('takes %s', async (_kind, make) => {
    const { clock, group } = stand()
    const heard = consume(group, make())
    for (let round = 0; round < 4; round += 1) await clock.advance(100)
    expect(heard).toEqual([1, 2, 3, 'end'])
  })

  it('reads a web stream that is no async iterable by its reader, and cancels it', async () => {
    const { clock, group } = stand(1, 1)
    let cancelled = 0
    const stream = new ReadableStream<number>({ pull: (controller) => controller.enqueue(7), cancel: () => { cancelled += 1 } })
    const bare: ReadableStream<number> = Object.assign(JSON.parse('{}'), { getReader: () => stream.getReader() })
    const heard: unknown[] = []
    group.consume(bare).pipe(take(2)).subscribe(({ type }) => heard.push(type))
    for (let round = 0; round < 3; round += 1) await clock.advance(100)
    expect(heard).toEqual(['completed', 'completed'])
    expect(cancelled).toBe(1)
  })

  it.each(['sync', 'async'] as const)('returns a %s generator when it is unsubscribed from, and withdraws what is open', async (kind) => {
    const { clock, group } = stand()
    const numbers = new Numbers()
    const subscription = group.consume(numbers[kind]()).subscribe()
    await clock.settle()
    subscription.unsubscribe()
    await clock.settle()
    expect(numbers.returned).toBe(1)
    expect(group.stats()).toMatchObject({ received: 5, cancelled: 5, busy: 0, phase: 'running' })
  })

  it.each(['sync', 'async'] as const)('returns a %s generator when the group stops, and completes after the last outcome', async (kind) => {
    const { clock, group } = stand()
    const numbers = new Numbers()
    const heard = consume(group, numbers[kind]())
    await clock.settle()
    void group.drain()
    await clock.settle()
    expect(numbers.returned).toBe(1)
    expect(heard).toEqual(['handedBack', 'handedBack', 'handedBack'])
    await clock.runAll()
    expect(heard.slice(3)).toEqual([1, 2, 'end'])
  })

  it('destroys a Node stream when it is unsubscribed from', async () => {
    const { clock, group } = stand()
    const stream = Readable.from(new Numbers().async())
    const subscription = group.consume(stream).subscribe()
    await clock.settle()
    subscription.unsubscribe()
    await clock.settle()
    expect(stream.destroyed).toBe(true)
  })

  it('passes on what an iterator throws, after the outcomes', async () => {
    const { clock, group } = stand()
    const error = new Error('iterator')
    const sync = function* (): Generator<number> {
      yield 1
      throw error
    }
    const failing = async function* (): AsyncGenerator<number> {
      yield* sync()
    }
    const heard = [consume(group, sync()), consume(group, failing())]
    await clock.settle()
    expect(heard).toEqual([[], []])
    await clock.advance(100)
    expect(heard).toEqual([[1, error], [1, error]])
  })

  it('errors when there is no iterator to be had', () => {
    const error = new Error('none')
    const broken: Iterable<number> = { [Symbol.iterator]: () => { throw error } }
    expect(consume(stand().group, broken)).toEqual([error])
  })

  it.each(['1', '"text"', 'null', '{}'])('refuses what cannot be pulled from: %s', (json) => {
    const source: Pullable<number> = JSON.parse(json)
    expect(() => stand().group.consume(source)).toThrow(OptionsError)
  })

  it('errors on a group that takes nothing, and pulls nothing', async () => {
    const { group } = stand()
    await group.stop()
    const numbers = new Numbers()
    expect(consume(group, numbers.sync())).toEqual([expect.any(GroupClosedError)])
    expect(numbers.pulled).toBe(0)
  })

  it('takes turns with senders who wait for room', async () => {
    const { clock, group } = stand(1, 1)
    const order: unknown[] = []
    group.outcomes$.subscribe(({ message }) => order.push(message.payload))
    consume(group, new Numbers().sync(4))
    for (const n of [10, 20]) void group.offer(n)
    await clock.runAll()
    expect(order).toEqual([1, 2, 3, 10, 20, 4])
  })

  it('runs a hundred thousand items whose handler returns at once without growing the stack', () => {
    const group = workerGroup({ action: ({ input }: Job<number>) => input, scaling: fixed(1) })
    const numbers = new Numbers()
    let sum = 0
    let ended = false
    group.consume(numbers.sync(100_000)).subscribe({ next: () => { sum += 1 }, complete: () => { ended = true } })
    expect([sum, ended]).toEqual([100_000, true])
  })
})
