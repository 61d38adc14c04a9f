import { config, type Observable, skip, take } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import type { GroupStats } from '../../src/core/group-stats.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import { resume } from '../../src/supervision/resume.js'
import { lifeOf, restartOneAfter } from './life-time.js'

const NOTHING = { p50: 0, p90: 0, p99: 0 }

const fresh: GroupStats = {
  address: 'there/g', instance: 'scaling', supervision: 'restartOne', scaling: 'demand', phase: 'idle', min: 1, max: 4, live: 0, available: 4, busy: 0,
  wanted: 0, reason: 'initial', waiting: 0, inFlight: 0, retrying: 0, zombies: 0, received: 0, processed: 0, failed: 0, rejected: 0, timedOut: 0,
  cancelled: 0, expired: 0, dropped: 0, handedBack: 0, failures: 0, escalations: 0, restarts: 0, created: 0, stopped: 0, idled: 0,
  waitMs: NOTHING, serviceMs: NOTHING, sojournMs: NOTHING,
}

/** Stats as they come, with their moment. */
const watched = (life: ReturnType<typeof lifeOf>): (readonly [number, GroupStats])[] => {
  const seen: (readonly [number, GroupStats])[] = []
  life.group.stats$.subscribe((stats) => seen.push([life.clock.now(), stats]))
  return seen
}

afterEach(() => { config.onUnhandledError = null })

describe('stats', () => {
  it('of a new group are all there, and nothing', () => {
    const life = lifeOf({ address: 'there/g', workers: { max: 4 } })
    expect(life.group.stats()).toEqual(fresh)
  })

  it('tell a small history right', () => {
    const life = lifeOf({ workers: { max: 4 }, scaling: fixed(2), retry: { maxAttempts: 2, backoff: constant(20) }, supervision: restartOneAfter(0) })
    const controller = new AbortController()
    life.send(-100, 50)
    void life.group.offer(1, { expiresAtMs: 40 })
    void life.group.offer(2, { signal: controller.signal })
    life.send(1_000, 1_000, 1_000)
    controller.abort()
    life.clock.jump(500)
    expect(life.group.stats()).toMatchObject({
      scaling: 'fixed', phase: 'running', live: 2, available: 2, busy: 2, wanted: 2, reason: 'withinRange', waiting: 1, inFlight: 2, retrying: 1, received: 7,
      processed: 1, failed: 0, expired: 1, cancelled: 1, failures: 1, escalations: 1, restarts: 1, created: 3, stopped: 1, idled: 0,
    })
    life.clock.jump(2_500)
    expect(life.group.stats()).toMatchObject({
      live: 2, busy: 0, waiting: 0, inFlight: 0, retrying: 0, processed: 4, failed: 1, failures: 2, restarts: 2, created: 4, stopped: 2,
    })
    expect(life.wrong).toEqual([])
  })

  it('tell how long items waited, took and stayed', () => {
    const life = lifeOf({ workers: { max: 1 } })
    life.send(100, 100, 100)
    life.clock.jump(300)
    const { waitMs, serviceMs, sojournMs } = life.group.stats()
    for (const [told, right] of [[waitMs.p50, 100], [waitMs.p99, 200], [serviceMs.p50, 100], [serviceMs.p99, 100], [sojournMs.p50, 200], [sojournMs.p90, 300]] as const) {
      expect(told).toBeGreaterThanOrEqual(right)
      expect(told).toBeLessThanOrEqual(right * 1.04)
    }
  })

  it('travel as JSON', () => {
    const life = lifeOf()
    life.send(10, -10)
    life.clock.jump(500)
    const stats = life.group.stats()
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats)
  })

  it('balance at every outcome, of whatever kind, and in every listener that looks', () => {
    const life = lifeOf({ workers: { min: 3, max: 3 }, capacity: 4, retry: { maxAttempts: 2, backoff: constant(30) }, timeoutMs: 200, supervision: resume() })
    let looks = 0
    for (let n = 0; n < 60; n += 1) {
      const input = [50, -20, 500, 10, -300, 1][n % 6] ?? 0
      void life.group.offer(input, { expiresAtMs: n % 4 === 3 ? n * 20 + 50 : undefined, onOutcome: () => { looks += life.group.stats().received > 0 ? 1 : 0 } })
      life.clock.jump(20)
    }
    life.clock.jump(20_000)
    void life.group.stop()
    const types = new Set(life.outcomes.map(({ type }) => type))
    expect([...types].toSorted()).toEqual(['completed', 'expired', 'failed', 'timedOut'])
    expect([life.wrong, looks]).toEqual([[], 60])
  })
})

describe('stats$', () => {
  it('replays the latest to each, tells changes at most once in a span, and last when the group has stopped', async () => {
    const life = lifeOf({ statsEveryMs: 1_000, workers: { max: 1 } })
    const seen = watched(life)
    life.send(...Array.from({ length: 10 }, () => 70))
    life.clock.jump(900)
    const late = watched(life)
    life.clock.jump(300)
    await life.group.stop()
    expect(seen.map(([atMs, { processed, phase }]) => [atMs, processed, phase])).toEqual([[0, 0, 'idle'], [1_000, 10, 'running'], [1_200, 10, 'stopped']])
    expect(late.map(([atMs]) => atMs)).toEqual([900, 1_200])
  })

  it('tells nothing and costs no timer while nothing changes', () => {
    const life = lifeOf({ statsEveryMs: 100 })
    life.group.start()
    const seen = watched(life)
    life.clock.jump(60_000)
    expect([seen.length, life.clock.scheduled]).toEqual([1, 0])
    life.send(10)
    life.clock.jump(0)
    expect(seen.map(([atMs, { inFlight }]) => [atMs, inFlight])).toEqual([[0, 0], [60_000, 1]])
  })

  it('of a group that has stopped tells the last and completes', async () => {
    const life = lifeOf()
    await life.group.stop()
    const told: string[] = []
    life.group.stats$.subscribe({ next: ({ phase }) => told.push(phase), complete: () => told.push('complete') })
    expect(told).toEqual(['stopped', 'complete'])
  })

  it('lets go of its timer with its last subscriber', () => {
    const life = lifeOf({ statsEveryMs: 100 })
    life.group.start()
    const subscription = life.group.stats$.subscribe()
    life.send(10)
    subscription.unsubscribe()
    life.clock.jump(10)
    life.clock.jump(1_000)
    expect(life.clock.scheduled).toBe(0)
  })
})

describe('an idle group', () => {
  it.each([
    ['plain', {}],
    ['with time limits, a rate and order', { timeoutMs: 100, totalTimeoutMs: 500, rate: { max: 5, perMs: 100 }, ordered: true }],
  ])('has nothing scheduled once its workers are as few as may be: %s', (_what, options) => {
    const life = lifeOf({ workers: { min: 2, max: 4 }, capacity: 1, scaling: demand({ deliveryWaitMs: 20, maxIdleMs: 1_000 }), ...options })
    life.send(...Array.from({ length: 12 }, () => 50))
    life.clock.jump(10_000)
    expect(life.group.stats()).toMatchObject({ processed: 12, live: 2, idled: 2 })
    expect(life.clock.scheduled).toBe(0)
  })
})

describe('a subscriber that throws', () => {
  it('is reported and does not stop the group, whatever it subscribed to', async () => {
    const reported: unknown[] = []
    const life = lifeOf({ statsEveryMs: 1 })
    const { outcomes$, stats$, status$, live$ } = life.group
    const all = new Promise<void>((resolve) => {
      config.onUnhandledError = (error) => { if (reported.push(error) === 4) resolve() }
    })
    const changes: readonly Observable<unknown>[] = [outcomes$, stats$.pipe(skip(1)), status$.pipe(skip(1)), live$.pipe(skip(1))]
    for (const change$ of changes) change$.pipe(take(1)).subscribe(() => { throw new Error('listener') })
    life.send(10, -10, 10)
    life.clock.jump(300)
    await all
    expect(life.group.stats()).toMatchObject({ phase: 'running', processed: 2, failed: 1 })
    expect(reported).toEqual(Array.from({ length: 4 }, () => new Error('listener')))
  })

  it('for the outcome of one item does not keep it from the others', async () => {
    const reported = new Promise<unknown>((resolve) => { config.onUnhandledError = resolve })
    const life = lifeOf()
    void life.group.offer(5, { onOutcome: () => { throw new Error('own') } })
    life.clock.jump(5)
    expect(await reported).toEqual(new Error('own'))
    expect(life.told).toEqual(['completed 5 @5'])
  })
})
