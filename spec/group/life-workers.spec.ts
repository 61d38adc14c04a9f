import { map, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { WorkerCrash } from '../../src/core/failure.js'
import { demand } from '../../src/scaling/demand.js'
import { fixed } from '../../src/scaling/fixed.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { constant } from '../../src/supervision/constant.js'
import { exponential } from '../../src/supervision/exponential.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { VirtualTime } from '../support/virtual-time.js'
import { eachReleasedOnce, held, lifeOf, restartOneAfter, type Tool } from './life-time.js'

const seed = demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 })

/** Fails so many times, at moments that are noted, and then makes a tool. */
const failing = (times: number, clock: VirtualTime) => {
  const at: number[] = []
  const acquire = (): Tool => {
    at.push(clock.now())
    if (at.length <= times) throw new Error('no tool')
    return { id: at.length, released: 0 }
  }
  return { at, acquire }
}

/** Wants what the clock says: from each moment on so many workers. */
const wanting = (...steps: readonly (readonly [atMs: number, wanted: number])[]): ScalingPolicy => ({
  name: 'script',
  initial: 0,
  step: (state, { nowMs }) => ({ state, wanted: steps.findLast(([atMs]) => atMs <= nowMs)?.[1] ?? 1, reason: 'scheduled' }),
})

describe('a worker\'s resource', () => {
  it('may come from a promise, and nothing starts before it is there', async () => {
    const clock = new VirtualTime()
    const tool = { id: 7, released: 0 }
    const life = lifeOf({ scheduler: clock, worker: { acquire: () => new Promise<Tool>((resolve) => clock.schedule(() => resolve(tool), 200)) } })
    life.send(10)
    expect(life.group.stats()).toMatchObject({ live: 0, waiting: 1, wanted: 1 })
    await clock.runUntil(300)
    expect(life.told).toEqual(['completed 10 @210'])
    expect(life.starts).toEqual(['10 #7 @200'])
  })

  it('may come from an Observable', () => {
    const clock = new VirtualTime()
    const life = lifeOf({ scheduler: clock, worker: { acquire: ({ worker }) => timer(50, clock).pipe(map(() => ({ id: worker, released: 0 }))) } })
    life.send(10)
    clock.jump(100)
    expect(life.told).toEqual(['completed 10 @60'])
  })

  it('is given back once, whatever ended its worker: a failure, its age, idleness, a restart or the end', () => {
    const life = lifeOf({ workers: { min: 1, max: 3 }, capacity: 1, scaling: seed, supervision: restartOneAfter(50), worker: { recycleAfter: 3 } })
    life.send(300, 300, -300, 300, 300, 300, 300)
    life.clock.jump(5_000)
    void life.group.stop()
    const { created, stopped, idled, restarts } = life.group.stats()
    expect([life.tools.length, stopped, restarts]).toEqual([created, created, 1])
    expect([idled > 0, created > 3 + restarts, eachReleasedOnce(life)]).toEqual([true, true, true])
  })

  it('is replaced after as many items as it may handle', () => {
    const life = lifeOf({ workers: { max: 1 }, worker: { recycleAfter: 2 } })
    life.send(10, 10, 10, 10, 10)
    life.clock.jump(50)
    expect(life.starts).toEqual(['10 #1 @0', '10 #1 @10', '10 #2 @20', '10 #2 @30', '10 #3 @40'])
    expect(life.group.stats()).toMatchObject({ created: 3, stopped: 2, restarts: 0, live: 1 })
  })

  it('is fresh for each item when it may handle one', () => {
    const life = lifeOf({ workers: { max: 1 }, worker: { recycleAfter: 1 } })
    life.send(1, 1, 1)
    life.clock.jump(3)
    expect(life.starts.map((start) => start.split(' ')[1])).toEqual(['#1', '#2', '#3'])
  })

  it.each([['resume', resume()], ['restartOne', restartOneAfter(0)]])('is replaced when it says that it is gone, under %s', (_name, supervision) => {
    const life = lifeOf({ supervision, workers: { max: 1 }, action: ({ input, worker }) => {
      if (input < 0) throw new WorkerCrash('gone')
      return worker.id
    } })
    life.send(-1, 1)
    life.clock.jump(1)
    expect(life.outcomes).toMatchObject([{ type: 'failed', failure: { type: 'crashed' } }, { type: 'completed', value: 2 }])
    expect(life.tools.map(({ released }) => released)).toEqual([1, 0])
  })
})

describe('an acquire that fails', () => {
  it('is tried again after the backoff, counted and told', () => {
    const clock = new VirtualTime()
    const { at, acquire } = failing(2, clock)
    const life = lifeOf({ scheduler: clock, supervision: restartOne({ backoff: exponential({ baseMs: 100, jitter: 'none' }) }), worker: { acquire } })
    life.send(10)
    clock.jump(1_000)
    expect(at).toEqual([0, 100, 300])
    expect(life.told).toEqual(['completed 10 @310'])
    expect(life.escalations).toMatchObject([1, 2].map((n) => ({ protocol: 'restart', offending: undefined, restarts: n, failure: { type: 'acquire', attempt: n, worker: 1 } })))
    expect(life.group.stats()).toMatchObject({ failures: 2, escalations: 2, created: 1, failed: 0 })
  })

  it('stops the group beyond the intensity, and what waits is offered with the escalation', () => {
    const clock = new VirtualTime()
    const { at, acquire } = failing(Infinity, clock)
    const life = lifeOf({ scheduler: clock, supervision: restartOneAfter(100), worker: { acquire } })
    life.send(10)
    clock.jump(10_000)
    expect(at).toEqual([0, 100, 200, 300])
    expect(life.escalations.at(-1)).toMatchObject({ protocol: 'killAndEscalate', restarts: 4, pending: [{ message: { payload: 10 } }] })
    expect([life.told, life.clock.scheduled]).toEqual([['handedBack 10 @300'], 0])
  })

  it('stops the group at once under stopAndEscalate', () => {
    const life = lifeOf({ supervision: stopAndEscalate(), worker: { acquire: () => { throw new Error('no tool') } } })
    life.group.start()
    expect(life.escalations).toMatchObject([{ protocol: 'killAndEscalate', failure: { type: 'acquire' } }])
    expect(life.group.stats().phase).toBe('stopped')
  })

  it('by many at once stops the group as soon as that is too often', () => {
    let asked = 0
    const life = lifeOf({ workers: { min: 9, max: 9 }, worker: { acquire: () => { asked += 1; throw new Error('no tool') } } })
    life.group.start()
    expect([asked, life.escalations.length, life.group.stats().phase]).toEqual([4, 4, 'stopped'])
  })

  it('under resume is tried for as long as it takes, each wait longer, and never given up silently', () => {
    const clock = new VirtualTime()
    const { at, acquire } = failing(20, clock)
    const life = lifeOf({ scheduler: clock, supervision: resume(), worker: { acquire } })
    life.send(10)
    clock.jump(3_600_000)
    expect(life.group.stats()).toMatchObject({ live: 1, processed: 1, failures: 20, escalations: 0 })
    expect(Math.max(...at.map((ms, n) => ms - (at[n - 1] ?? 0)))).toBeLessThanOrEqual(30_000)
  })

  it('of one worker leaves the others at work', () => {
    const clock = new VirtualTime()
    const life = lifeOf({ scheduler: clock, workers: { min: 2, max: 2 }, supervision: restartOneAfter(1_000), worker: {
      acquire: ({ worker }) => { if (clock.now() < 500 && worker === 2) throw new Error('no tool'); return { id: worker, released: 0 } } } })
    life.send(10, 10)
    life.clock.jump(100)
    expect(life.told).toEqual(['completed 10 @10', 'completed 10 @20'])
    life.clock.jump(1_000)
    expect(life.group.stats().live).toBe(2)
  })

  it('and is waiting for its next try is not tried again after a stop', async () => {
    const clock = new VirtualTime()
    const { at, acquire } = failing(Infinity, clock)
    const life = lifeOf({ scheduler: clock, supervision: restartOneAfter(100), worker: { acquire } })
    life.group.start()
    clock.jump(150)
    await life.group.stop()
    expect([at, clock.scheduled]).toEqual([[0, 100], 0])
  })
})

describe('an acquire that is under way when the group stops', () => {
  it('is told by its signal, and what it still brings is given back', async () => {
    const tool = { id: 1, released: 0 }
    let bring: (tool: Tool) => void = () => undefined
    const signals: AbortSignal[] = []
    const life = lifeOf({ worker: { acquire: ({ signal }) => { signals.push(signal); return new Promise<Tool>((resolve) => { bring = resolve }) } } })
    life.send(1)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    expect(await life.group.stop()).toMatchObject({ handedBack: 1 })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    bring(tool)
    await life.clock.settle()
    expect([tool.released, life.group.stats().created]).toEqual([1, 0])
  })

  it('may fail then, and nobody is told', async () => {
    const life = lifeOf({ worker: { acquire: ({ signal }) => new Promise<Tool>((_, reject) => { signal.addEventListener('abort', () => reject(new Error('aborted'))) }) } })
    life.group.start()
    await life.group.stop()
    await life.clock.settle()
    expect([life.escalations, life.group.stats().failures]).toEqual([[], 0])
  })
})

describe('a release', () => {
  it('that throws or rejects changes nothing', async () => {
    for (const release of [() => { throw new Error('stuck') }, () => Promise.reject(new Error('stuck'))]) {
      const life = lifeOf({ supervision: restartOneAfter(10), workers: { max: 1 }, worker: { release } })
      life.send(-1, 5)
      await life.clock.runUntil(50)
      expect(life.told).toEqual(['failed -1 @1', 'completed 5 @16'])
      expect(await life.group.stop()).toMatchObject({ zombies: 0 })
    }
  })

  it('is awaited before the group has stopped', async () => {
    const clock = new VirtualTime()
    const life = lifeOf({ scheduler: clock, worker: { release: () => timer(300, clock) } })
    life.group.start()
    void life.group.drain()
    clock.jump(299)
    expect(life.group.stats()).toMatchObject({ phase: 'draining', live: 0 })
    clock.jump(1)
    expect(life.group.stats().phase).toBe('stopped')
  })

  it('that never ends holds up the end for the grace and no longer', () => {
    const life = lifeOf({ drain: { graceMs: 70 }, worker: { release: () => new Promise(() => undefined) } })
    life.group.start()
    void life.group.stop()
    life.clock.jump(69)
    expect(life.group.stats().phase).toBe('draining')
    life.clock.jump(1)
    expect([life.group.stats().phase, life.clock.scheduled]).toEqual(['stopped', 0])
  })
})

describe('the number of workers', () => {
  it('stays within its bounds while load comes and goes, and live$ tells it', () => {
    const life = lifeOf({ workers: { min: 2, max: 4 }, capacity: 1, scaling: seed })
    life.send(...Array.from({ length: 30 }, () => 250))
    life.clock.jump(10_000)
    expect(life.live).toEqual([0, 1, 2, 3, 4, 3, 2])
    expect([life.group.stats().idled, held(life).length, life.wrong]).toEqual([2, 2, []])
  })

  it('of the idle is never renewed at the lower bound, however long nothing comes', () => {
    const life = lifeOf({ workers: { min: 3, max: 9 }, scaling: seed })
    life.group.start()
    life.clock.jump(3_600_000)
    expect(life.group.stats()).toMatchObject({ live: 3, created: 3, stopped: 0 })
  })

  it('falls to what a trickle needs: the worker used last is used first', () => {
    const life = lifeOf({ workers: { min: 1, max: 4 }, capacity: 1, scaling: seed })
    life.send(...Array.from({ length: 12 }, () => 300))
    life.clock.jump(1_200)
    const most = life.group.stats().live
    for (let n = 0; n < 40; n += 1) {
      life.send(2)
      life.clock.jump(80)
    }
    expect([most, life.group.stats().live]).toEqual([4, 1])
  })

  it('falls without aborting: a busy worker leaves when it is done', () => {
    const life = lifeOf({ workers: { min: 1, max: 3 }, scaling: wanting([0, 3], [100, 1]), sampleEveryMs: 100 })
    life.send(150, 250, 400, 10)
    life.clock.jump(100)
    expect(life.group.stats()).toMatchObject({ live: 3, busy: 3, wanted: 1 })
    life.clock.jump(400)
    expect(life.told).toEqual(['completed 150 @150', 'completed 250 @250', 'completed 400 @400', 'completed 10 @410'])
    expect(life.group.stats()).toMatchObject({ live: 1, created: 3, stopped: 2 })
  })

  it('counts as live only those whose resource is there, and asks for each once', async () => {
    let asked = 0
    const life = lifeOf({ workers: { max: 2 }, scaling: fixed(2), worker: { acquire: () => { asked += 1; return new Promise<Tool>(() => undefined) } } })
    life.send(1, 2, 3)
    await life.clock.runUntil(10_000)
    expect([asked, life.group.stats().live, life.live]).toEqual([2, 0, [0]])
    expect(await life.group.stop()).toMatchObject({ handedBack: 3 })
  })

  it('may be none until something waits', () => {
    const life = lifeOf({ workers: { min: 0, max: 2 }, scaling: demand({ deliveryWaitMs: 100, maxIdleMs: 500 }), capacity: 1 })
    life.group.start()
    expect([life.group.stats().live, life.clock.scheduled]).toEqual([0, 0])
    life.send(10, 10)
    life.clock.jump(200)
    expect(life.group.stats()).toMatchObject({ processed: 2, live: 1 })
    life.clock.jump(1_000)
    expect([life.group.stats().live, eachReleasedOnce(life), life.clock.scheduled]).toEqual([0, true, 0])
  })

  it('recovers within a backoff after every worker has failed', () => {
    const life = lifeOf({ workers: { min: 3, max: 3 }, supervision: restartOne({ backoff: constant(200), maxRestarts: Infinity }) })
    life.send(-10, -10, -10, 1, 1, 1)
    life.clock.jump(10)
    expect(life.group.stats().live).toBe(0)
    life.clock.jump(201)
    expect(life.group.stats()).toMatchObject({ live: 3, processed: 3 })
  })
})
