import { from } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { demand } from '../../src/scaling/demand.js'
import { VirtualTime } from '../support/virtual-time.js'
import { echo } from './ways-time.js'

interface Stand {
  readonly clock: VirtualTime
  readonly group: WorkerGroup<number, number>
}

const stand = (serviceMs: number, min: number, max: number, capacity = 1): Stand => {
  const clock = new VirtualTime()
  const scaling = demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 })
  return { clock, group: workerGroup<number, number>({ action: echo(clock, serviceMs), workers: { min, max }, capacity, scaling, scheduler: clock }) }
}

describe('a group that scales by demand', () => {
  it('accepts when the seed does: at 0, 0, 100, 200, 500, 600, 700', async () => {
    const { clock, group } = stand(500, 1, 3)
    const at: number[] = []
    const send = async (): Promise<void> => {
      for (let n = 0; n < 7; n += 1) {
        await group.offer(n)
        at.push(clock.now())
      }
    }
    void send()
    await clock.runUntil(1_000)
    expect(at).toEqual([0, 0, 100, 200, 500, 600, 700])
    expect(group.stats()).toMatchObject({ live: 3, created: 3, wanted: 3 })
  })

  it('goes back to its minimum when workers have been idle, and counts them', async () => {
    const { clock, group } = stand(500, 1, 3)
    for (let n = 0; n < 5; n += 1) void group.offer(n)
    await clock.runAll()
    expect(group.stats()).toMatchObject({ processed: 5, live: 1, created: 3, idled: 2, stopped: 2, wanted: 1, reason: 'tooMany' })
    // The last one was given up when it had been idle for as long as is allowed, after it ended at 1,200.
    expect(clock.now()).toBeLessThanOrEqual(2_200)
  })

  it('never recycles its minimum for idleness, however long nothing comes', async () => {
    const { clock, group } = stand(10, 2, 4)
    group.start()
    await clock.advance(100_000)
    expect(group.stats()).toMatchObject({ live: 2, created: 2, idled: 0, stopped: 0 })
  })

  it.each([[1, 1], [2, 2], [1, 2]])('with a minimum of %i settles at what a trickle of short jobs needs: %i at once', async (min, atOnce) => {
    const { clock, group } = stand(20, min, 6, 10)
    // A burst first, so that there are workers to give up.
    for (let n = 0; n < 150; n += 1) void group.offer(n)
    await clock.runUntil(400)
    expect(group.stats().live).toBeGreaterThan(2)
    for (let n = 0; n < 80; n += 1) {
      for (let k = 0; k < atOnce; k += 1) void group.offer(n)
      await clock.advance(80)
    }
    expect(group.stats()).toMatchObject({ live: Math.max(min, atOnce), waiting: 0 })
  })

  it('grows for what `run` has waiting in the line, since that source cannot wait', async () => {
    const { clock, group } = stand(500, 1, 3, 10)
    from([1, 2, 3, 4]).pipe(group.run()).subscribe()
    await clock.advance(199)
    expect(group.stats().live).toBe(2)
    await clock.advance(1)
    expect(group.stats()).toMatchObject({ live: 3, reason: 'tooFew' })
  })
})
