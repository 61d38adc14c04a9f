import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import type { GroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import type { Escalation } from '../../src/supervision/escalation.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { VirtualTime } from '../support/virtual-time.js'
import { wait } from './ways-time.js'

interface Stand {
  readonly clock: VirtualTime
  readonly group: WorkerGroup<number, number>
  readonly outcomes: Outcome<number, number>[]
  readonly escalations: Escalation[]
}

/** Handlers that take as long as their input says, whatever their signal says; the limit is 100 ms, the grace 50. */
const stand = (more: Partial<GroupOptions<number, number>> = {}): Stand => {
  const clock = new VirtualTime()
  const action = async ({ input }: Job<number>): Promise<number> => {
    await wait(clock, Math.abs(input))
    if (input < 0) throw new Error('late')
    return input
  }
  const group = workerGroup({ action, timeoutMs: 100, drain: { graceMs: 50 }, scaling: fixed(1), scheduler: clock, ...more })
  const outcomes: Outcome<number, number>[] = []
  const escalations: Escalation[] = []
  group.outcomes$.subscribe((outcome) => outcomes.push(outcome))
  group.escalations$.subscribe((escalation) => escalations.push(escalation))
  return { clock, group, outcomes, escalations }
}

describe('a handler that ignores its abort', () => {
  it('is a zombie after the grace: its item has timed out, it is counted and escalated', async () => {
    const { clock, group, outcomes, escalations } = stand()
    await group.offer(1_000)
    await clock.advance(149)
    expect([outcomes, group.stats()]).toMatchObject([[], { zombies: 0, inFlight: 1 }])
    await clock.advance(1)
    expect(outcomes).toMatchObject([{ type: 'timedOut', attempts: 1, serviceMs: 150 }])
    expect(escalations).toMatchObject([{ protocol: 'restart', offending: { payload: 1_000 }, failure: { type: 'timedOut', worker: 1 }, pending: [] }])
    expect(group.stats()).toMatchObject({ zombies: 1, inFlight: 0, timedOut: 1, failures: 1, escalations: 1 })
  })

  it('keeps its slot until it ends; then its worker is replaced and the next item starts', async () => {
    const { clock, group, outcomes } = stand()
    for (const ms of [1_000, 10]) void group.offer(ms)
    await clock.advance(999)
    expect(group.stats()).toMatchObject({ zombies: 1, busy: 1, live: 1, waiting: 1, created: 1 })
    await clock.advance(1)
    expect(group.stats()).toMatchObject({ zombies: 0, busy: 1, live: 1, waiting: 0, created: 2, stopped: 1 })
    await clock.advance(10)
    expect(outcomes).toMatchObject([{ type: 'timedOut' }, { type: 'completed', value: 10, waitMs: 1_000 }])
  })

  it.each([['value', 1_000], ['error', -1_000]])('has its late %s fenced off', async (_what, input) => {
    const { clock, group, outcomes, escalations } = stand()
    await group.offer(input)
    await clock.runAll()
    expect(outcomes).toHaveLength(1)
    expect(escalations).toHaveLength(1)
    expect(group.stats()).toMatchObject({ received: 1, timedOut: 1, processed: 0, failed: 0, failures: 1 })
  })

  it('is not tried again, since attempts do not overlap', async () => {
    const { clock, group, outcomes } = stand({ retry: { maxAttempts: 3, backoff: constant(1) } })
    await group.offer(1_000)
    await clock.runAll()
    expect(outcomes).toMatchObject([{ type: 'timedOut', attempts: 1 }])
  })

  it('leaves the other workers alone', async () => {
    const { clock, group } = stand({ scaling: fixed(2) })
    for (const ms of [1_000, 20, 30]) void group.offer(ms)
    await clock.advance(200)
    expect(group.stats()).toMatchObject({ zombies: 1, processed: 2, live: 2, busy: 1 })
  })

  it('is one also when it was withdrawn by its sender, whose item was cancelled at once', async () => {
    const { clock, group, outcomes } = stand()
    const leaving = new AbortController()
    await group.offer(90, { signal: leaving.signal })
    leaving.abort()
    expect(outcomes).toMatchObject([{ type: 'cancelled' }])
    await clock.advance(50)
    expect(group.stats()).toMatchObject({ zombies: 1, busy: 1, cancelled: 1, timedOut: 0, failures: 0 })
    await clock.advance(40)
    expect(group.stats()).toMatchObject({ zombies: 0, busy: 0, processed: 0 })
  })

  it('is none when it ends within the grace', async () => {
    const { clock, group, escalations } = stand({ supervision: { name: 'own', decide: () => ({ type: 'resume' }) } })
    await group.offer(140)
    await clock.runAll()
    expect([escalations, group.stats()]).toMatchObject([[], { zombies: 0, timedOut: 1, created: 1 }])
  })

  it('stops the group where its strategy is to stop', async () => {
    const { clock, group, escalations } = stand({ supervision: stopAndEscalate() })
    for (const ms of [1_000, 10]) void group.offer(ms)
    await clock.advance(150)
    expect(escalations).toMatchObject([{ protocol: 'killAndEscalate', offending: { payload: 1_000 }, pending: [{ message: { payload: 10 } }] }])
    await clock.advance(100)
    expect(await group.wait()).toMatchObject({ zombies: 1, handedBack: 1 })
  })
})
