import { lastValueFrom, of, toArray } from 'rxjs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Job } from '../../src/core/job.js'
import type { GroupOptions } from '../../src/group/group-options.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { fixed } from '../../src/scaling/fixed.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { CountingTime, each, promises, subscriptions } from '../support/counted.js'

type Options = Partial<GroupOptions<number, number>>

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n)

const later = async ({ input }: Job<number>): Promise<number> => input

const EVERYTHING: Options = {
  retry: { maxAttempts: 3 },
  timeoutMs: 1_000,
  totalTimeoutMs: 5_000,
  key: (n) => `${n % 7}`,
  ordered: true,
  supervision: restartOne(),
}

const all = (clock: CountingTime, action: GroupOptions<number, number>['action'], extra: Options = {}) => async (count: number): Promise<void> => {
  const group = workerGroup({ action, workers: { min: 16, max: 16 }, scaling: fixed(16), scheduler: clock, ...extra })
  const watch = group.stats$.subscribe()
  const outcomes = await lastValueFrom(group.consume(upTo(count)).pipe(toArray()))
  expect(outcomes.filter(({ type }) => type === 'completed')).toHaveLength(count)
  watch.unsubscribe()
}

/** How often the clock is read, or asked for a timer, for one item. */
const clockCost = async (what: 'read' | 'asked', extra: Options = {}): Promise<number> => {
  const clock = new CountingTime()
  return each(async (run) => {
    const before = clock[what]
    await run()
    return clock[what] - before
  }, all(clock, later, extra))
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('what an item costs in a group', () => {
  it('is one promise beside the handler\'s, whatever is switched on', async () => {
    expect(await each(promises, all(new CountingTime(), later))).toBe(2)
    expect(await each(promises, all(new CountingTime(), later, EVERYTHING))).toBe(2)
  })

  it('is no promise for a handler that returns a value', async () => {
    expect(await each(promises, all(new CountingTime(), ({ input }) => input))).toBe(0)
  })

  it('is no subscription, unless the handler returns an Observable: then it is that one, and the one that holds the worker', async () => {
    expect(await each(subscriptions, all(new CountingTime(), later, EVERYTHING))).toBe(0)
    expect(await each(subscriptions, all(new CountingTime(), ({ input }) => of(input)))).toBe(2)
  })

  it('is no timer, whatever is switched on: one timer serves for all deadlines', async () => {
    expect(await clockCost('asked')).toBe(0)
    expect(await clockCost('asked', EVERYTHING)).toBe(0)
  })

  it('is four readings of the clock: when it waits for room, comes, starts and ends', async () => {
    expect(await clockCost('read')).toBe(4)
    expect(await clockCost('read', EVERYTHING)).toBe(4)
  })
})
