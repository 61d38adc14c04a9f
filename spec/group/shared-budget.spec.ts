import * as fc from 'fast-check'
import { type Observable, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { type BudgetMemberOptions, sharedBudget } from '../../src/scaling/shared-budget.js'
import { VirtualTime } from '../support/virtual-time.js'

interface Crowd {
  readonly total: number
  readonly members: readonly BudgetMemberOptions[]
  /** How long a worker takes to start, in ms. */
  readonly acquireMs?: number
}

/** A worker for each item. */
const backlog: ScalingPolicy<null> = { name: 'backlog', initial: null, step: (state, { waiting, inFlight }) => ({ state, wanted: waiting + inFlight, reason: 'withinRange' }) }

/** Groups under one budget and one clock. An item takes as many ms as it says. */
const crowd = ({ total, members, acquireMs = 0 }: Crowd) => {
  const clock = new VirtualTime()
  const budget = sharedBudget({ total, takeBackMs: 100 })
  const most = { live: 0 }
  const groups = members.map((options) => {
    const scaling = budget.member(backlog, options)
    const group = workerGroup<number, 0, unknown>({
      action: ({ input }: Job<number, unknown>): Observable<0> => timer(input, clock),
      workers: { min: options.atLeast ?? 1, max: 100 },
      capacity: 1_000,
      ...(acquireMs === 0 ? {} : { worker: { acquire: (): Observable<unknown> => timer(acquireMs, clock) } }),
      sampleEveryMs: 10,
      scaling,
      scheduler: clock,
    })
    group.start()
    return { group, scaling, done: 0 }
  })
  const alive = (): readonly number[] => groups.map(({ group }) => group.stats().live)
  groups.forEach((one) => {
    one.group.live$.subscribe(() => { most.live = Math.max(most.live, alive().reduce((sum, live) => sum + live, 0)) })
    one.group.outcomes$.subscribe(() => { one.done += 1 })
  })
  const send = (who: number, items: number, ms: number): void => {
    for (let left = items; left > 0; left -= 1) void groups[who % groups.length]?.group.offer(ms).catch(() => undefined)
  }
  return { clock, budget, groups, most, alive, send }
}

describe('groups with a shared budget', () => {
  it('lend what is free, and have it back when they want it', () => {
    const { clock, most, alive, send } = crowd({ total: 8, members: [{}, {}] })
    send(0, 300, 30)
    clock.jump(300)
    expect(alive()).toEqual([7, 1])
    send(1, 300, 30)
    clock.jump(200)
    expect(alive()).toEqual([4, 4])
    clock.jump(10_000)
    expect([alive(), most.live]).toEqual([[1, 1], 8])
  })

  it('go on at their best when one of them has stopped and left', async () => {
    const { clock, groups: [first, second], alive, send } = crowd({ total: 6, members: [{}, {}] })
    send(0, 100, 30)
    send(1, 1_000, 30)
    clock.jump(400)
    expect(alive()).toEqual([3, 3])
    void first?.group.stop().then(() => first.scaling.leave())
    await clock.advance(300)
    expect([alive(), second?.scaling.name]).toEqual([[0, 6], 'member(backlog)'])
  })

  it('never have more alive than the total, whatever is sent when, and handle it all', () => {
    const plans = fc.record({
      total: fc.integer({ min: 4, max: 10 }),
      members: fc.array(fc.record({ atLeast: fc.integer({ min: 0, max: 1 }), weight: fc.constantFrom(1, 2) }), { minLength: 2, maxLength: 4 }),
      acquireMs: fc.constantFrom(0, 35),
      bursts: fc.array(fc.record({ who: fc.nat(3), items: fc.integer({ min: 1, max: 60 }), ms: fc.constantFrom(5, 40, 150), pauseMs: fc.integer({ min: 0, max: 300 }) }), { maxLength: 8 }),
    })
    fc.assert(fc.property(plans, ({ bursts, ...plan }) => {
      const { clock, groups, most, budget, send } = crowd(plan)
      bursts.forEach(({ who, items, ms, pauseMs }) => {
        send(who, items, ms)
        clock.jump(pauseMs)
        expect(budget.shares().reduce((sum, { holds }) => sum + holds, 0)).toBeLessThanOrEqual(plan.total)
      })
      clock.jump(80_000)
      expect(most.live).toBeLessThanOrEqual(plan.total)
      expect(groups.reduce((sum, { done }) => sum + done, 0)).toBe(bursts.reduce((sum, { items }) => sum + items, 0))
    }), { numRuns: 60 })
  })
})
