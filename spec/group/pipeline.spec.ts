import { from, lastValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/options-error.js'
import type { GroupOptions } from '../../src/group/group-options.js'
import { pipeline } from '../../src/group/pipeline.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { GroupClosedError } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { resume } from '../../src/supervision/resume.js'
import { ManualWork } from '../support/manual-work.js'
import { VirtualTime } from '../support/virtual-time.js'

const setUp = (more: Partial<GroupOptions<number, number>> = {}, later: Partial<GroupOptions<number, number>> = {}) => {
  const time = new VirtualTime()
  const [first, second] = [new ManualWork<number>(), new ManualWork<number>()]
  const common = { capacity: 1, scaling: fixed(1), supervision: resume(), scheduler: time }
  const a = workerGroup<number, number>({ ...common, action: first.handle, name: 'a', ...more, batch: undefined })
  const b = workerGroup<number, number>({ ...common, action: second.handle, name: 'b', ...later, batch: undefined })
  return { time, first, second, a, b, line: pipeline(a, b) }
}

describe('groups in a pipeline', () => {
  it('pass on what each of them makes', async () => {
    const a = workerGroup({ action: async ({ input }: { readonly input: string }) => input.length })
    const b = workerGroup({ action: ({ input }: { readonly input: number }) => input * 10 })
    const c = workerGroup({ action: ({ input }: { readonly input: number }) => `${input} mm` })
    const line = pipeline(a, b, c)
    expect(await line.submit('four')).toBe('40 mm')
    const outcomes = await lastValueFrom(from(['a', 'bc']).pipe(line.run(), toArray()))
    expect(outcomes).toMatchObject([{ type: 'completed', value: '10 mm' }, { type: 'completed', value: '20 mm' }])
    expect(await lastValueFrom(line.consume(['abc']))).toMatchObject({ value: '30 mm' })
    expect(await line.drain()).toHaveLength(3)
    expect(line.stats().map(({ processed }) => processed)).toEqual([4, 4, 4])
  })

  it('keep a worker until the next group has taken its result', async () => {
    const { time, first, second, line } = setUp()
    for (const input of [1, 2, 3]) void line.offer(input)
    for (const input of [1, 2]) {
      first.end(input)
      await time.settle()
    }
    first.end(3)
    await time.settle()
    // One runs in b, one waits in its line, and the third is kept by the worker of a.
    expect(line.stats()).toMatchObject([{ busy: 1, inFlight: 1, processed: 2 }, { waiting: 1, inFlight: 1 }])
    second.end(1)
    await time.settle()
    expect(line.stats()).toMatchObject([{ busy: 0, inFlight: 0, processed: 3 }, { waiting: 1, inFlight: 1 }])
  })

  it('are bounded from end to end', async () => {
    const { time, first, line } = setUp()
    let pulled = 0
    const source = function* (): Generator<number> {
      for (;;) yield ++pulled
    }
    line.consume(source()).subscribe()
    for (let turn = 0; turn < 20; turn += 1) {
      for (const input of [...first.running]) first.end(input)
      await time.settle()
    }
    expect(pulled).toBe(4)
  })

  it('tell one outcome for each item: that of the last group, or of the one where it ended', async () => {
    const { time, first, second, line } = setUp({ capacity: 9 }, { capacity: 9 })
    const seen: string[] = []
    from([1, 2, 3]).pipe(line.run()).subscribe({ next: ({ type, message }) => seen.push(`${type} ${message.payload}`), complete: () => seen.push('end') })
    first.end(1, 10)
    await time.settle()
    first.fail(2)
    first.end(3, 30)
    await time.settle()
    second.fail(10)
    second.end(30)
    await time.settle()
    expect(seen).toEqual(['failed 2', 'failed 10', 'completed 30', 'end'])
  })

  it('withdraw an item where it is, also in a later group', async () => {
    const { time, first, second, line } = setUp()
    const controller = new AbortController()
    const result = line.submit(1, { signal: controller.signal })
    first.end(1)
    await time.settle()
    const source = from([2]).pipe(line.run()).subscribe()
    first.end(2)
    await time.settle()
    controller.abort()
    await expect(result).rejects.toMatchObject({ outcome: { type: 'cancelled' } })
    await time.settle()
    expect({ cut: second.cut, running: second.running }).toEqual({ cut: [1], running: [2] })
    source.unsubscribe()
    expect(second.cut).toEqual([1, 2])
  })

  it('withdraw an item that waits for room in the next group', async () => {
    const { time, first, line } = setUp()
    const controller = new AbortController()
    for (const input of [1, 2]) {
      void line.offer(input)
      first.end(input)
      await time.settle()
    }
    const third = line.submit(3, { signal: controller.signal })
    first.end(3)
    await time.settle()
    controller.abort()
    await expect(third).rejects.toMatchObject({ outcome: { type: 'cancelled' } })
    expect(line.stats()).toMatchObject([{ cancelled: 1, busy: 0, inFlight: 0 }, { received: 2 }])
  })

  it('time out an item that waits for room in the next group for too long', async () => {
    const { time, first, line } = setUp({ totalTimeoutMs: 50 })
    for (const input of [1, 2, 3]) {
      void line.offer(input)
      first.end(input)
      await time.settle()
    }
    await time.advance(60)
    expect(line.stats()).toMatchObject([{ timedOut: 1, handedBack: 0, busy: 0 }, { received: 2 }])
  })

  it('hand back what the next group refuses because it stops', async () => {
    const { time, first, b, line } = setUp()
    const result = line.submit(1)
    await b.stop()
    first.end(1)
    await expect(result).rejects.toMatchObject({ outcome: { type: 'handedBack', to: 'source' } })
    await time.settle()
    expect(line.stats()[0]).toMatchObject({ handedBack: 1, inFlight: 0, busy: 0 })
  })

  it('drain in order, so that nothing on its way is lost', async () => {
    const { time, first, second, line } = setUp({}, { scaling: fixed(2) })
    for (const input of [1, 2]) void line.offer(input)
    first.end(1)
    await time.settle()
    const reports = line.drain()
    first.end(2)
    await time.settle()
    second.end(1)
    await time.settle()
    second.end(2)
    await time.settle()
    expect(await reports).toMatchObject([{ completed: 1, handedBack: 0 }, { completed: 2, handedBack: 0 }])
    expect(line.stats()).toMatchObject([{ processed: 2, phase: 'stopped' }, { processed: 2, phase: 'stopped' }])
    await expect(line.offer(3)).rejects.toBeInstanceOf(GroupClosedError)
  })

  it('start and stop together', async () => {
    const { line } = setUp()
    line.start()
    expect(line.stats()).toMatchObject([{ phase: 'running' }, { phase: 'running' }])
    expect(await line.stop()).toHaveLength(2)
    await line[Symbol.asyncDispose]()
    expect(line.stats()).toMatchObject([{ phase: 'stopped' }, { phase: 'stopped' }])
  })

  it('keep the key and the patience of an item, and the topic is each group\'s own', async () => {
    const { time, first, second, b, line } = setUp()
    const messages: unknown[] = []
    b.outcomes$.subscribe(({ message }) => messages.push(message))
    void line.offer(1, { id: 'x', topic: 'in', key: 'k', expiresAtMs: 500 })
    first.end(1)
    await time.settle()
    second.end(1)
    expect(messages).toMatchObject([{ id: 'x', topic: 'b', key: 'k', expiresAtMs: 500 }])
  })

  it('are refused when one leads elsewhere already, is no group, or there is none', () => {
    const { a } = setUp()
    const other = workerGroup<number, number>({ action: () => 1 })
    expect(() => pipeline(a, other)).toThrow(OptionsError)
    expect(() => Reflect.apply(pipeline, undefined, [{}])).toThrow(OptionsError)
    expect(() => Reflect.apply(pipeline, undefined, [])).toThrow(OptionsError)
  })
})
