import { from } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { BatchJob } from '../../src/group/batch-job.js'
import type { GroupOptions } from '../../src/group/group-options.js'
import type { Job } from '../../src/core/job.js'
import { OptionsError } from '../../src/core/options-error.js'
import type { Outcome } from '../../src/core/outcome.js'
import { pipeline } from '../../src/group/pipeline.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { resume } from '../../src/supervision/resume.js'
import { VirtualTime } from '../support/virtual-time.js'
import { echo, gone, told } from './ways-time.js'

const group = (clock: VirtualTime, name: string, ms: number, more: Partial<GroupOptions<number, number>> = {}): WorkerGroup<number, number> =>
  workerGroup({ name, action: echo(clock, ms), scaling: fixed(1), capacity: 1, supervision: resume(), scheduler: clock, ...more })

describe('a pipeline', () => {
  it('passes the values of one group on to the next, and tells the last outcome', async () => {
    const clock = new VirtualTime()
    const text = workerGroup({ action: async ({ input }: Job<number>) => String(input), scheduler: clock })
    const length = workerGroup({ action: ({ input }: Job<string>) => input.length, scheduler: clock })
    const line = pipeline(text, length)
    expect(await line.submit(1_234)).toBe(4)
    const outcomes: Outcome<number, number>[] = []
    from([1, 22]).pipe(line.run()).subscribe((outcome) => outcomes.push(outcome))
    await clock.runAll()
    expect(outcomes).toMatchObject([{ type: 'completed', value: 1 }, { type: 'completed', value: 2 }])
    expect(line.stats()).toMatchObject([{ processed: 3 }, { processed: 3 }])
  })

  it('keeps a worker busy until the next group has taken its value: bounded from end to end', async () => {
    const clock = new VirtualTime()
    const [a, b, c] = [group(clock, 'a', 10), group(clock, 'b', 10), group(clock, 'c', 1_000)]
    let pulled = 0
    const source = function* (): Generator<number> {
      while (pulled < 100) yield (pulled += 1)
    }
    let ended = 0
    pipeline(a, b, c).consume(source()).subscribe(() => { ended += 1 })
    for (let round = 0; round < 50; round += 1) {
      await clock.advance(100)
      // A worker and a place in the line for each group.
      expect(pulled - ended).toBeLessThanOrEqual(3 * 2)
    }
    expect(ended).toBe(4)
    expect([a.stats(), b.stats(), c.stats()]).toMatchObject([{ busy: 1, inFlight: 1, waiting: 1 }, { busy: 1, inFlight: 1, waiting: 1 }, { busy: 1, waiting: 1 }])
  })

  it('completes an item in the first group only when the second has accepted it', async () => {
    const clock = new VirtualTime()
    const [a, b] = [group(clock, 'a', 10), group(clock, 'b', 100)]
    const line = pipeline(a, b)
    const at: number[] = []
    a.outcomes$.subscribe(() => at.push(clock.now()))
    for (const n of [1, 2, 3, 4]) void line.offer(n)
    await clock.runAll()
    // The second has one running and one waiting from 20 on: the third is taken at 110, the fourth at 210.
    expect(at).toEqual([10, 20, 110, 210])
  })

  it('grows the second group when a worker of the first waits for it', async () => {
    const clock = new VirtualTime()
    const b = workerGroup({ name: 'b', action: echo(clock, 2_000), capacity: 1, workers: { max: 2 }, scheduler: clock })
    const line = pipeline(group(clock, 'a', 10), b)
    for (const n of [1, 2, 3]) void line.offer(n)
    await clock.runUntil(1_000)
    expect(b.stats()).toMatchObject({ live: 2, inFlight: 2 })
  })

  it('tells the outcome of the group where an item failed, and passes nothing on', async () => {
    const clock = new VirtualTime()
    const refuse = ({ input }: Job<number>): number => {
      if (input === 2) throw new Error('two')
      return input
    }
    const [a, b, c] = [group(clock, 'a', 1), group(clock, 'b', 1, { action: refuse }), group(clock, 'c', 5)]
    const line = pipeline(a, b, c)
    const outcomes: Outcome<number, number>[] = []
    from([1, 2, 3]).pipe(line.run()).subscribe((outcome) => outcomes.push(outcome))
    await clock.runAll()
    expect(told(outcomes)).toEqual([[2, 'failed'], [1, 'completed'], [3, 'completed']])
    expect(outcomes[0]).toMatchObject({ failure: { error: new Error('two') } })
    expect([a, b, c].map((stage) => stage.stats().processed)).toEqual([3, 2, 2])
  })

  it('withdraws items wherever they are when it is unsubscribed from', async () => {
    const clock = new VirtualTime()
    const [a, b] = [group(clock, 'a', 10), group(clock, 'b', 1_000)]
    const ends: unknown[] = []
    for (const { name, outcomes$ } of [a, b]) outcomes$.subscribe(({ type, message }) => ends.push(`${name} ${message.payload} ${type}`))
    const subscription = from([1, 2, 3, 4]).pipe(pipeline(a, b).run()).subscribe()
    await clock.advance(100)
    expect(ends).toEqual(['a 1 completed', 'a 2 completed'])
    subscription.unsubscribe()
    await clock.settle()
    // From the newest to the oldest, what waits at the way in first: nothing is started to be withdrawn next.
    expect(ends.slice(2)).toEqual(['a 4 cancelled', 'a 3 cancelled', 'b 2 cancelled', 'b 1 cancelled'])
    expect([a.stats(), b.stats()]).toMatchObject([{ busy: 0, live: 1 }, { busy: 0, live: 1 }])
  })

  it('withdraws an item by the signal of its sender in a later group, too', async () => {
    const clock = new VirtualTime()
    const [a, b] = [group(clock, 'a', 10), group(clock, 'b', 1_000)]
    const leaving = new AbortController()
    const end = gone(pipeline(a, b).submit(1, { signal: leaving.signal }))
    await clock.advance(100)
    expect(b.stats().inFlight).toBe(1)
    leaving.abort()
    expect(await end).toMatchObject({ outcome: { type: 'cancelled' } })
    expect(b.stats()).toMatchObject({ cancelled: 1, inFlight: 0 })
  })

  it('drains in order: what the first completes is still done by the second', async () => {
    const clock = new VirtualTime()
    const [a, b] = [group(clock, 'a', 100), group(clock, 'b', 100)]
    const line = pipeline(a, b)
    const value = line.submit(1)
    await clock.advance(50)
    const drained = line.drain()
    await clock.runAll()
    expect(await value).toBe(1)
    expect(await drained).toMatchObject([{ completed: 1, handedBack: 0 }, { completed: 1, handedBack: 0 }])
    expect(line.stats()).toMatchObject([{ phase: 'stopped' }, { phase: 'stopped' }])
  })

  it('hands an item back that the next group refuses because it stops', async () => {
    const clock = new VirtualTime()
    const [a, b] = [group(clock, 'a', 100), group(clock, 'b', 100)]
    const end = gone(pipeline(a, b).submit(1))
    void b.stop()
    await clock.runAll()
    expect(await end).toMatchObject({ outcome: { type: 'handedBack', to: 'source' } })
    expect(a.stats()).toMatchObject({ handedBack: 1, busy: 0 })
  })

  it('does not make an attempt again whose value waits for the next group, when all workers are restarted', async () => {
    const clock = new VirtualTime()
    const work = async ({ input }: Job<number>): Promise<number> => {
      if (input < 0) throw new Error('negative')
      return input
    }
    const a = group(clock, 'a', 0, { action: work, scaling: fixed(2), workers: { min: 2 }, supervision: restartAll({ inFlight: 'abort' }) })
    const b = group(clock, 'b', 1_000)
    const line = pipeline(a, b)
    const ends = [1, 2, 3].map((n) => gone(line.submit(n)))
    await clock.advance(10)
    void gone(line.submit(-1))
    await clock.runAll()
    expect(await Promise.all(ends)).toEqual(['resolved', 'resolved', 'resolved'])
    expect(a.stats()).toMatchObject({ processed: 3, failed: 1, handedBack: 0, restarts: 1 })
  })

  it('takes a batch group as a stage', async () => {
    const clock = new VirtualTime()
    const sizes: number[] = []
    const batch = ({ inputs }: BatchJob<number, number>): number[] => {
      sizes.push(inputs.length)
      return inputs.map((n) => n * 2)
    }
    const middle = workerGroup({ name: 'b', action: batch, batch: { max: 2, maxWaitMs: 50 }, scaling: fixed(1), scheduler: clock })
    const line = pipeline(group(clock, 'a', 10), middle, group(clock, 'c', 100))
    const values: unknown[] = []
    from([1, 2, 3]).pipe(line.run()).subscribe((outcome) => values.push(outcome.type === 'completed' ? outcome.value : outcome.type))
    await clock.runAll()
    expect(values).toEqual([2, 4, 6])
    expect(sizes).toEqual([2, 1])
  })

  it('refuses a group that leads to another already, and what is no group', () => {
    const clock = new VirtualTime()
    const [a, b] = [group(clock, 'a', 1), group(clock, 'b', 1)]
    pipeline(a, b)
    expect(() => pipeline(a, group(clock, 'c', 1))).toThrow(OptionsError)
    expect(() => pipeline(a, b)).toThrow('[0] should be a worker group that leads nowhere yet, but is a, which leads to another group already')
    const none: typeof a = JSON.parse('{}')
    expect(() => pipeline(b, none)).toThrow('[1] should be')
    expect(b.stats().phase).toBe('idle')
  })

  it('refuses the same group twice', () => {
    const a = group(new VirtualTime(), 'a', 1)
    expect(() => pipeline(a, a)).toThrow('[1] should be a worker group that leads nowhere yet, but is a, which is there already')
  })
})
