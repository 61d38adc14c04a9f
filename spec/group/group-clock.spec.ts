import { describe, expect, it } from 'vitest'
import { workerGroup } from '../../src/group/worker-group.js'
import { fixed } from '../../src/scaling/fixed.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { VirtualTime } from '../support/virtual-time.js'
import { lifeOf } from './life-time.js'

/** A clock that has gone on for a while when the group is made. */
const late = (atMs = 5_000): VirtualTime => {
  const clock = new VirtualTime()
  clock.jump(atMs)
  return clock
}

describe('a group that was made late tells moments as its scheduler does', () => {
  it('of messages, failures and escalations', () => {
    const life = lifeOf({ scheduler: late(), supervision: stopAndEscalate() })
    life.send(-10)
    life.clock.jump(10)
    expect(life.outcomes).toMatchObject([{ type: 'failed', message: { sentAtMs: 5_000 }, failure: { atMs: 5_010 }, waitMs: 0, serviceMs: 10 }])
    expect(life.escalations).toMatchObject([{ atMs: 5_010, failure: { atMs: 5_010 } }])
  })

  it('of attempts that take too long', () => {
    const life = lifeOf({ scheduler: late(), supervision: resume(), timeoutMs: 20 })
    life.send(100)
    life.clock.jump(20)
    expect(life.outcomes).toMatchObject([{ type: 'timedOut', failure: { atMs: 5_020 } }])
  })

  it('of workers that cannot be acquired, and of what a policy does instead of answering', () => {
    const failing = lifeOf({ scheduler: late(), worker: { acquire: () => { throw new Error('no') } } })
    failing.send(1)
    expect(failing.escalations).toMatchObject([{ atMs: 5_000, failure: { type: 'acquire', atMs: 5_000 } }])
    const broken: ScalingPolicy = { name: 'broken', initial: undefined, step: () => { throw new Error('no') } }
    const held = lifeOf({ scheduler: late(), scaling: broken })
    held.send(1)
    expect(held.escalations).toMatchObject([{ failure: { atMs: 5_000 } }])
  })

  it('of load samples, whose spans are spans', () => {
    const seen: unknown[] = []
    const policy: ScalingPolicy = { ...fixed(1), step: (state, { nowMs, oldestWaitMs, windowMs, idleMs }) => {
      seen.push({ nowMs, oldestWaitMs, windowMs, idleMs })
      return { state, wanted: 1, reason: 'withinRange' }
    } }
    const life = lifeOf({ scheduler: late(), scaling: policy, sampleEveryMs: 100 })
    life.clock.jump(10)
    life.send(200)
    life.clock.jump(110)
    expect(seen).toEqual([
      { nowMs: 5_010, oldestWaitMs: 0, windowMs: 10, idleMs: [] },
      { nowMs: 5_110, oldestWaitMs: 0, windowMs: 100, idleMs: [] },
    ])
  })

  it('and takes the patience of a sender as it is told', async () => {
    const clock = late()
    const group = workerGroup({ action: ({ input }) => input, scheduler: clock })
    const types: string[] = []
    group.outcomes$.subscribe(({ type }) => types.push(type))
    await group.offer(1, { expiresAtMs: 5_001 })
    await group.offer(2, { expiresAtMs: 5_000 })
    expect(types).toEqual(['completed', 'expired'])
  })
})
