import { describe, expect, it } from 'vitest'
import { NEVER } from 'rxjs'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import { exponential } from '../../src/supervision/exponential.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { eachReleasedOnce, held, lifeOf, restartOneAfter } from './life-time.js'

const two = { workers: { min: 2, max: 2 } } as const
const restartAllAfter = (ms: number, inFlight: 'finish' | 'abort' = 'finish') => restartAll({ backoff: constant(ms), inFlight })

describe('under resume', () => {
  it('a worker that failed is kept and takes the next item, and nobody is told but the outcomes', () => {
    const life = lifeOf({ supervision: resume(), workers: { max: 1 } })
    life.send(-100, 50)
    life.clock.jump(150)
    expect(life.told).toEqual(['failed -100 @100', 'completed 50 @150'])
    expect(life.starts).toEqual(['-100 #1 @0', '50 #1 @100'])
    expect(life.escalations).toEqual([])
    expect(life.group.stats()).toMatchObject({ failed: 1, failures: 1, escalations: 0, restarts: 0, created: 1, stopped: 0 })
  })

  it('failures without end kill nothing', () => {
    const life = lifeOf({ supervision: resume() })
    for (let n = 0; n < 50; n += 1) {
      life.send(-1)
      life.clock.jump(1)
    }
    expect(life.group.stats()).toMatchObject({ failed: 50, phase: 'running', created: 1, live: 1 })
  })
})

describe('under restartOne', () => {
  it('the failing worker is released at once and acquired anew after the backoff, while what waits stays', () => {
    const life = lifeOf({ supervision: restartOneAfter(100), workers: { max: 1 } })
    life.send(-10, 50)
    life.clock.jump(10)
    expect(life.tools.map(({ released }) => released)).toEqual([1])
    expect(life.group.stats()).toMatchObject({ live: 0, waiting: 1, restarts: 1, escalations: 1, phase: 'running' })
    life.clock.jump(99)
    expect(life.tools).toHaveLength(1)
    life.clock.jump(51)
    expect(life.starts).toEqual(['-10 #1 @0', '50 #2 @110'])
    expect(life.told).toEqual(['failed -10 @10', 'completed 50 @160'])
  })

  it('the others go on untouched', () => {
    const life = lifeOf({ ...two, supervision: restartOneAfter(1_000) })
    life.send(100, -10, 20)
    life.clock.jump(200)
    expect(life.starts).toEqual(['100 #2 @0', '-10 #1 @0', '20 #2 @100'])
    expect(life.told).toEqual(['failed -10 @10', 'completed 100 @100', 'completed 20 @120'])
    expect(held(life)).toEqual([2])
  })

  it('the escalation says which message was at fault, after the item has its outcome', () => {
    const life = lifeOf({ supervision: restartOneAfter(100) })
    let settled = -1
    life.group.escalations$.subscribe(() => { settled = life.outcomes.length })
    life.send(-10)
    life.clock.jump(10)
    expect(settled).toBe(1)
    expect(life.escalations).toMatchObject([
      { group: 'g', protocol: 'restart', offending: { payload: -10 }, pending: [], restarts: 1, atMs: 10, failure: { type: 'thrown', attempt: 1, worker: 1, atMs: 10 } },
    ])
  })

  it('waits grow with failures in a row, and start anew after a healthy span', () => {
    const supervision = restartOne({ backoff: exponential({ baseMs: 100, maxMs: 300, jitter: 'none' }), maxRestarts: Infinity })
    const life = lifeOf({ supervision, workers: { max: 1 } })
    life.send(-1, -1, -1, 500, -1, 1)
    life.clock.jump(2_000)
    expect(life.starts.map((start) => start.split('@')[1])).toEqual(['0', '101', '302', '603', '1103', '1204'])
  })

  it('a retried item is handled by the new worker, and its failures count as restarts, not as outcomes', () => {
    const life = lifeOf({ supervision: restartOneAfter(5), workers: { max: 1 }, retry: { maxAttempts: 3, backoff: constant(50) } })
    life.send(-10)
    life.clock.jump(500)
    expect(life.starts).toEqual(['-10 #1 @0', '-10 #2 @60', '-10 #3 @120'])
    expect(life.told).toEqual(['failed -10 @130'])
    expect(life.group.stats()).toMatchObject({ failures: 3, failed: 1, restarts: 3, escalations: 3, live: 1 })
  })
})

describe('under restartAll', () => {
  it('what runs ends first, then all are released and the fewest are acquired, while what waits stays in the line', () => {
    const life = lifeOf({ workers: { min: 1, max: 3 }, scaling: fixed(3), supervision: restartAllAfter(100) })
    life.send(-10, 50, 80, 5, 6)
    life.clock.jump(79)
    expect(life.group.stats()).toMatchObject({ phase: 'restarting', waiting: 2, inFlight: 1 })
    life.clock.jump(1)
    expect(held(life)).toEqual([])
    expect(life.group.stats()).toMatchObject({ phase: 'restarting', live: 0, waiting: 2 })
    life.clock.jump(100)
    expect(life.told).toEqual(['failed -10 @10', 'completed 50 @50', 'completed 80 @80'])
    expect(life.group.stats()).toMatchObject({ phase: 'running', restarts: 1, escalations: 1, inFlight: 2 })
    life.clock.jump(100)
    expect(life.told.slice(3)).toEqual(['completed 5 @185', 'completed 6 @186'])
  })

  it('begins again with the fewest workers, however many there were', () => {
    const life = lifeOf({ workers: { min: 1, max: 3 }, capacity: 1, supervision: restartAllAfter(100) })
    life.send(2_000, 2_000, 2_000, 2_000)
    life.clock.jump(1_500)
    const before = life.group.stats().live
    life.send(-1)
    life.clock.jump(3_600)
    expect(before).toBe(3)
    expect(life.group.stats()).toMatchObject({ phase: 'running', live: 1, restarts: 1 })
  })

  it('aborts what runs when asked to, and makes it again without losing a try', () => {
    const life = lifeOf({ ...two, supervision: restartAllAfter(100, 'abort') })
    life.send(500, -10, 7)
    life.clock.jump(10)
    expect(held(life)).toEqual([])
    expect(life.group.stats()).toMatchObject({ phase: 'restarting', inFlight: 0, waiting: 1 })
    life.clock.jump(600)
    expect(life.told).toEqual(['failed -10 @10', 'completed 7 @117', 'completed 500 @610'])
    expect(life.outcomes.map(({ attempts }) => attempts)).toEqual([1, 1, 1])
  })

  it('a handler that ignores the abort is given up after the grace, and does not hold up the restart', async () => {
    const life = lifeOf({ ...two, drain: { graceMs: 50 }, supervision: restartAllAfter(100, 'abort'),
      action: ({ input }) => (input > 0 ? new Promise<number>(() => undefined) : Promise.reject(new Error('no'))) })
    life.send(1, -1)
    await life.clock.runUntil(50)
    expect(life.told).toEqual(['failed -1 @0', 'timedOut 1 @50'])
    await life.clock.runUntil(150)
    expect(life.group.stats()).toMatchObject({ phase: 'running', zombies: 1, live: 2, busy: 1 })
  })

  it('failures while it is under way join it: one incident, one escalation, no message lost', () => {
    const life = lifeOf({ workers: { min: 3, max: 3 }, supervision: restartAllAfter(100) })
    life.send(-10, -50, -80, 5)
    life.clock.jump(400)
    expect(life.told).toEqual(['failed -10 @10', 'failed -50 @50', 'failed -80 @80', 'completed 5 @185'])
    expect(life.escalations).toMatchObject([{ protocol: 'restart', offending: { payload: -10 }, restarts: 1 }])
    expect(life.group.stats()).toMatchObject({ restarts: 1, failures: 3, phase: 'running', live: 3 })
  })

  it('an acquire that fails while it is under way joins it too', () => {
    let broken = false
    const life = lifeOf({ ...two, supervision: restartAllAfter(100),
      worker: { recycleAfter: 1, acquire: () => { if (broken) throw new Error('no tool'); return { id: 0, released: 0 } } } })
    life.send(-10, 40)
    life.clock.jump(20)
    broken = true
    life.clock.jump(20)
    broken = false
    life.clock.jump(200)
    expect(life.escalations).toHaveLength(1)
    expect(life.group.stats()).toMatchObject({ phase: 'running', live: 2 })
  })

  it('restarted() resolves when it is over, and at once when none is under way', async () => {
    const life = lifeOf({ supervision: restartAllAfter(100) })
    await life.group.restarted()
    life.send(-10)
    await life.clock.runUntil(10)
    let over = -1
    void life.group.restarted().then(() => { over = life.clock.now() })
    await life.clock.runUntil(300)
    expect(over).toBe(110)
    expect(life.phases).toEqual(['idle', 'running', 'restarting', 'running'])
  })

  it('a stop during the wait cancels it and acquires nothing more', async () => {
    const life = lifeOf({ ...two, supervision: restartAllAfter(10_000) })
    life.send(-10, 1, 2)
    await life.clock.runUntil(20)
    expect(await life.group.stop()).toMatchObject({ aborted: 0, completed: 0 })
    expect([life.clock.scheduled, life.tools.length, eachReleasedOnce(life)]).toEqual([0, 2, true])
    expect(life.phases.slice(-3)).toEqual(['restarting', 'draining', 'stopped'])
  })

  it('a stop while what runs is awaited aborts it', async () => {
    const life = lifeOf({ ...two, supervision: restartAllAfter(10), action: ({ input }) => { if (input < 0) throw new Error('no'); return NEVER } })
    life.send(1, -1)
    expect(life.group.stats().phase).toBe('restarting')
    expect(await life.group.stop()).toMatchObject({ aborted: 1 })
    expect(eachReleasedOnce(life)).toBe(true)
  })
})
