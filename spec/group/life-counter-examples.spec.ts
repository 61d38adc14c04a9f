import { map, timer, VirtualTimeScheduler } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import { OptionsError } from '../../src/core/options-error.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { constant } from '../../src/supervision/constant.js'
import { restartOne } from '../../src/supervision/restart-one.js'

describe('what random runs of groups have found', () => {
  it('an offer made while the last worker is released waits, and does not spin', async () => {
    const scheduler = new VirtualTimeScheduler()
    let wanted = 1
    const scripted: ScalingPolicy = { name: 'scripted', initial: null, step: (state) => ({ state, wanted, reason: 'scheduled' }), wake: { idledMs: 10 } }
    const group = workerGroup({
      action: ({ input }: Job<number, string>) => input,
      workers: { min: 0, max: 2 },
      scaling: scripted,
      worker: { acquire: () => 'tool', release: () => void group.offer(2) },
      scheduler,
    })
    await group.submit(1)
    wanted = 0
    scheduler.maxFrames = 15
    scheduler.flush()
    expect(group.stats()).toMatchObject({ live: 0, waiting: 1, processed: 1 })
    await group.stop()
  })

  it('a live worker is kept and a backoff given up when fewer are wanted', async () => {
    const scheduler = new VirtualTimeScheduler()
    let wanted = 2
    const scripted: ScalingPolicy = { name: 'scripted', initial: null, step: (state) => ({ state, wanted, reason: 'scheduled' }) }
    const group = workerGroup({
      action: ({ input }: Job<number>) => timer(5, scheduler).pipe(map(() => { if (input < 0) throw new Error('no') })),
      workers: { min: 1, max: 2 },
      scaling: scripted,
      supervision: restartOne({ backoff: constant(30_000) }),
      sampleEveryMs: 10,
      scheduler,
    })
    group.offer(1).catch(() => undefined)
    group.offer(-1).catch(() => undefined)
    scheduler.maxFrames = 6
    scheduler.flush()
    expect(group.stats()).toMatchObject({ live: 1, restarts: 1 })
    wanted = 1
    group.offer(1).catch(() => undefined)
    scheduler.maxFrames = 12
    scheduler.flush()
    expect(group.stats()).toMatchObject({ live: 1, wanted: 1 })
    scheduler.maxFrames = 40_000
    await group.stop()
  })

  it.each([{ deadlineMs: Number.NaN }, { deadlineMs: -1 }, { graceMs: Infinity }])('a drain with %j is refused, and the group goes on', async (call) => {
    const group = workerGroup({ action: ({ input }: Job<number>) => input })
    expect(() => group.drain(call)).toThrow(OptionsError)
    expect(await group.submit(1)).toBe(1)
    await group.stop()
  })
})
