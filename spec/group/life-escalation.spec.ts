import { config, NEVER } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { fixed } from '../../src/scaling/fixed.js'
import { byError } from '../../src/supervision/by-error.js'
import { constant } from '../../src/supervision/constant.js'
import type { Escalation } from '../../src/supervision/escalation.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { VirtualTime } from '../support/virtual-time.js'
import { eachReleasedOnce, lifeOf, restartOneAfter } from './life-time.js'

const quick = { backoff: constant(1) } as const

/** Resolves to what RxJS reports, once there is so much of it. */
const reports = (count: number): Promise<unknown[]> => {
  const all: unknown[] = []
  return new Promise((resolve) => {
    config.onUnhandledError = (error) => { if (all.push(error) === count) resolve(all) }
  })
}

afterEach(() => { config.onUnhandledError = null })

describe('under stopAndEscalate', () => {
  it('the first failure stops the group, and the escalation carries what failed and what had been waiting', async () => {
    const life = lifeOf({ supervision: stopAndEscalate(), workers: { max: 1 } })
    life.send(-10, 1, 2)
    life.clock.jump(10)
    expect(life.escalations).toMatchObject([{ protocol: 'killAndEscalate', offending: { payload: -10 }, restarts: 0, atMs: 10 }])
    expect(life.escalations[0]?.pending.map(({ message }) => message.payload)).toEqual([1, 2])
    expect(life.told).toEqual(['failed -10 @10', 'handedBack 1 @10', 'handedBack 2 @10'])
    expect(await life.group.wait()).toEqual({ completed: 0, failed: 0, handedBack: 2, aborted: 0, zombies: 0 })
    expect([life.phases, eachReleasedOnce(life)]).toEqual([['idle', 'running', 'draining', 'stopped'], true])
  })

  it('an item is claimed once, while the escalation is told; the rest goes back to its source', () => {
    const claims: boolean[] = []
    const life = lifeOf({ supervision: stopAndEscalate(), workers: { max: 1 }, onEscalation: ({ pending: [first] }) => {
      claims.push(first?.claim() === true, first?.claim() === true)
    } })
    life.send(-10, 1, 2)
    life.clock.jump(10)
    expect(claims).toEqual([true, false])
    expect(life.outcomes.slice(1)).toMatchObject([{ message: { payload: 1 }, to: 'claimant' }, { message: { payload: 2 }, to: 'source' }])
    expect(life.escalations[0]?.pending.map((pending) => pending.claim())).toEqual([false, false])
  })

  it('what runs beside the failure may end within the grace, and is then aborted', async () => {
    const life = lifeOf({ supervision: stopAndEscalate(), workers: { min: 3, max: 3 }, drain: { graceMs: 100 } })
    life.send(-10, 50, 500)
    await life.clock.runUntil(200)
    expect(life.told).toEqual(['failed -10 @10', 'completed 50 @50', 'cancelled 500 @110'])
    expect(await life.group.wait()).toMatchObject({ completed: 1, aborted: 1 })
  })

  it('an item that was to be tried again is not among what had been waiting, but goes back to its source', () => {
    const life = lifeOf({ supervision: stopAndEscalate(), retry: { maxAttempts: 5 } })
    life.send(-10)
    life.clock.jump(10)
    expect(life.escalations[0]).toMatchObject({ offending: { payload: -10 }, pending: [] })
    expect(life.told).toEqual(['handedBack -10 @10'])
  })

  it('items between two tries are among what had been waiting', () => {
    const life = lifeOf({ workers: { min: 2, max: 2 }, retry: { maxAttempts: 2, backoff: constant(1_000) },
      supervision: { name: 'second', decide: ({ atMs }) => (atMs < 20 ? { type: 'resume' } : { type: 'stopAndEscalate' }) } })
    life.send(-10, -20)
    life.clock.jump(20)
    expect(life.escalations[0]?.pending.map(({ message }) => message.payload)).toEqual([-10])
    expect(life.group.stats()).toMatchObject({ handedBack: 2, retrying: 0, phase: 'stopped' })
  })

  it('a sender that waits for room is refused', async () => {
    const life = lifeOf({ supervision: stopAndEscalate(), workers: { max: 1 }, capacity: 1 })
    life.send(-10, 1, 2, 3)
    await life.clock.runUntil(10)
    expect([life.refused, life.told]).toEqual([2, ['failed -10 @10', 'handedBack 1 @10']])
    await expect(life.group.offer(4)).rejects.toThrow('g takes nothing any more')
  })
})

describe('the intensity', () => {
  it('lets three restarts pass in five seconds, and the fourth stops the group', () => {
    const life = lifeOf({ supervision: restartOne(quick) })
    for (const atMs of [0, 1_000, 2_000, 4_999]) {
      life.clock.jump(atMs - life.clock.frame)
      life.send(-1)
    }
    life.clock.jump(1)
    expect(life.escalations.map(({ protocol, restarts }) => [protocol, restarts])).toEqual([['restart', 1], ['restart', 2], ['restart', 3], ['killAndEscalate', 4]])
    expect(life.group.stats()).toMatchObject({ phase: 'stopped', restarts: 3, escalations: 4 })
  })

  it('forgets restarts that the window has left behind', () => {
    const life = lifeOf({ supervision: restartOne(quick) })
    for (let n = 0; n < 20; n += 1) {
      life.send(-1)
      life.clock.jump(1_700)
    }
    expect(life.group.stats()).toMatchObject({ phase: 'running', restarts: 20 })
  })

  it('of 0 stops at the first failure, and of Infinity never', () => {
    const none = lifeOf({ supervision: restartOne({ ...quick, maxRestarts: 0 }) })
    none.send(-1)
    none.clock.jump(1)
    expect(none.escalations).toMatchObject([{ protocol: 'killAndEscalate', restarts: 1 }])
    const any = lifeOf({ supervision: restartAll({ ...quick, maxRestarts: Infinity }) })
    for (let n = 0; n < 100; n += 1) {
      any.send(-1)
      any.clock.jump(5)
    }
    expect(any.group.stats()).toMatchObject({ phase: 'running', restarts: 100 })
  })
})

describe('a strategy', () => {
  it('by error answers each kind in its own way', () => {
    const life = lifeOf({
      action: ({ input }) => { throw input > 1 ? new RangeError('big') : new TypeError('odd') },
      supervision: byError([[RangeError, resume()]], stopAndEscalate()),
    })
    life.send(2, 3, 1)
    expect(life.told).toEqual(['failed 2 @0', 'failed 3 @0', 'failed 1 @0'])
    expect(life.escalations).toMatchObject([{ protocol: 'killAndEscalate', failure: { error: new TypeError('odd') } }])
  })

  it('that throws stops the group, with an escalation that names it and keeps the error of the item', () => {
    const cause = new Error('undecided')
    const life = lifeOf({ supervision: { name: 'moody', decide: () => { throw cause } } })
    life.send(-1)
    life.clock.jump(1)
    const error = life.escalations[0]?.failure.error
    expect(error).toMatchObject({ message: expect.stringContaining('supervision strategy \'moody\' failed'), cause, errors: [new Error('failed after 1'), cause] })
    expect(life.outcomes).toMatchObject([{ type: 'failed', failure: { error: new Error('failed after 1') } }])
    expect(life.group.stats()).toMatchObject({ phase: 'stopped', live: 0 })
  })

  it('whose backoff throws stops the group in the same way', () => {
    const backoff = { name: 'odd', resetAfterMs: 1, delayMs: () => { throw new Error('no span') } }
    const life = lifeOf({ supervision: restartOne({ backoff }), workers: { max: 1 } })
    life.send(-1, 5)
    life.clock.jump(1)
    expect(life.escalations).toMatchObject([{ protocol: 'killAndEscalate', failure: { error: { cause: new Error('no span') } } }])
    expect(life.told).toEqual(['failed -1 @1', 'handedBack 5 @1'])
  })

  it('is not asked while the group drains', () => {
    const asked: number[] = []
    const life = lifeOf({ supervision: { name: 'asked', decide: ({ atMs }) => { asked.push(atMs); return { type: 'stopAndEscalate' } } } })
    life.send(-10)
    void life.group.drain()
    life.clock.jump(10)
    expect([asked, life.escalations, life.told]).toEqual([[], [], ['failed -10 @10']])
  })
})

describe('a retry whose backoff throws', () => {
  it('is not made, and the item ends with its own failure', () => {
    const backoff = { name: 'odd', resetAfterMs: 1, delayMs: () => { throw new Error('no span') } }
    const life = lifeOf({ supervision: resume(), retry: { maxAttempts: 3, backoff } })
    life.send(-1)
    life.clock.jump(1)
    expect(life.outcomes).toMatchObject([{ type: 'failed', attempts: 1, failure: { error: new Error('failed after 1') } }])
  })
})

describe('a handler that ignores its abort', () => {
  it('keeps its slot, is counted and told, and what it says later is fenced off', async () => {
    const clock = new VirtualTime()
    const life = lifeOf({ scheduler: clock, workers: { max: 1 }, timeoutMs: 100, drain: { graceMs: 50 },
      action: ({ input }) => new Promise<number>((resolve) => clock.schedule(() => resolve(input), input)) })
    life.send(400, 10)
    await clock.runUntil(150)
    expect(life.outcomes).toMatchObject([{ type: 'timedOut' }])
    expect(life.group.stats()).toMatchObject({ zombies: 1, busy: 1, waiting: 1, inFlight: 0 })
    expect(life.escalations).toMatchObject([{ failure: { type: 'timedOut' }, offending: { payload: 400 } }])
    await clock.runUntil(450)
    expect(life.outcomes).toMatchObject([{ type: 'timedOut' }, { type: 'completed', value: 10 }])
    expect(life.group.stats()).toMatchObject({ zombies: 0, created: 2, stopped: 1 })
  })

  it('stops the group when the strategy says so', async () => {
    const life = lifeOf({ supervision: stopAndEscalate(), timeoutMs: 100, drain: { graceMs: 50 }, action: () => new Promise<number>(() => undefined) })
    life.send(1)
    await life.clock.runUntil(150)
    expect(life.escalations).toMatchObject([{ protocol: 'killAndEscalate', offending: { payload: 1 } }])
    expect(await life.group.wait()).toMatchObject({ zombies: 1, aborted: 0 })
  })
})

describe('a listener of escalations', () => {
  const throwing = (): never => { throw new Error('listener') }

  it('that throws is reported and changes nothing', async () => {
    const reported = reports(2)
    const life = lifeOf({ supervision: restartOneAfter(10), onEscalation: throwing })
    life.group.escalations$.subscribe(throwing)
    life.send(-1, 5)
    life.clock.jump(50)
    expect(await reported).toEqual([new Error('listener'), new Error('listener')])
    expect(life.told).toEqual(['failed -1 @1', 'completed 5 @16'])
  })

  it.each<readonly [string, ReturnType<typeof restartOne>]>([
    ['restartOne', restartOneAfter(10)],
    ['restartAll', restartAll({ backoff: constant(10) })],
    ['stopAndEscalate', stopAndEscalate()],
  ])('may stop the group from inside under %s', async (_name, supervision) => {
    const stops: Promise<unknown>[] = []
    const stop = (): void => void stops.push(life.group.stop())
    const life = lifeOf({ supervision, workers: { min: 2, max: 2 }, onEscalation: stop })
    life.group.escalations$.subscribe(stop)
    life.send(-1, 500, 3)
    life.clock.jump(1)
    expect(await Promise.all(stops)).toHaveLength(2)
    expect(life.told.toSorted()).toEqual(['cancelled 500 @1', 'failed -1 @1', 'handedBack 3 @1'])
    expect([life.escalations.length, life.clock.scheduled, eachReleasedOnce(life)]).toEqual([1, 0, true])
  })

  it('may claim after it has stopped the group', () => {
    const claims: boolean[] = []
    const claimAll = ({ pending }: Escalation<number>): void => {
      void life.group.stop()
      claims.push(...pending.map((each) => each.claim()))
    }
    const life = lifeOf({ supervision: stopAndEscalate(), workers: { max: 1 }, onEscalation: claimAll })
    life.send(-1, 2, 3)
    life.clock.jump(1)
    expect(claims).toEqual([true, true])
    expect(life.group.stats()).toMatchObject({ phase: 'stopped', handedBack: 2 })
  })

  it('hears of it also when a listener of the status stops the group first', () => {
    const life = lifeOf({ supervision: stopAndEscalate(), scaling: fixed(1), action: ({ input }) => { if (input < 0) throw new Error('no'); return NEVER } })
    life.group.status$.subscribe((phase) => { if (phase === 'draining') void life.group.stop() })
    life.send(-1)
    expect(life.escalations).toMatchObject([{ protocol: 'killAndEscalate' }])
  })
})
