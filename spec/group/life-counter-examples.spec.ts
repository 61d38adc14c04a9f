import { VirtualTimeScheduler } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'

describe('what random runs of groups have found', () => {
  it('an offer made while the last worker is released waits, and does not spin', async () => {
    const scheduler = new VirtualTimeScheduler()
    let wanted = 1
    const scripted: ScalingPolicy = { name: 'scripted', initial: null, step: (state) => ({ state, wanted, reason: 'scheduled' }), wake: { idledMs: 10 } }
    const group = workerGroup({
      action: ({ input }: Job<number>) => input,
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
})
