import { BehaviorSubject, NEVER, of, startWith, Subject, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { fixed } from '../../src/scaling/fixed.js'
import { constant } from '../../src/supervision/constant.js'
import { lifeOf, restartOneAfter } from './life-time.js'

describe('a group', () => {
  it('starts by itself on first use, and once', () => {
    const life = lifeOf({ workers: { min: 2 } })
    expect([life.group.stats().phase, life.tools.length]).toEqual(['idle', 0])
    life.send(10)
    life.group.start()
    life.group.start()
    expect([life.group.stats().phase, life.tools.length]).toEqual(['running', 2])
  })

  it('may be started before anything comes', () => {
    const life = lifeOf()
    life.group.start()
    expect([life.phases, life.live]).toEqual([['idle', 'running'], [0, 1]])
  })

  it('that is paused starts nothing but accepts, and what runs goes on', () => {
    const life = lifeOf({ workers: { max: 1 } })
    life.send(100)
    life.group.pause()
    life.send(10, 20)
    life.clock.jump(1_000)
    expect(life.told).toEqual(['completed 100 @100'])
    expect(life.group.stats()).toMatchObject({ phase: 'paused', waiting: 2, live: 1 })
    life.group.resume()
    life.clock.jump(30)
    expect(life.told.slice(1)).toEqual(['completed 10 @1010', 'completed 20 @1030'])
    expect([life.phases, life.live]).toEqual([['idle', 'running', 'paused', 'running'], [0, 1, 0, 1]])
  })

  it('may be paused before it starts', () => {
    const life = lifeOf()
    life.group.pause()
    life.send(10)
    life.clock.jump(100)
    expect([life.told, life.phases, life.live]).toEqual([[], ['idle', 'paused'], [0]])
    life.group.resume()
    life.clock.jump(10)
    expect(life.told).toEqual(['completed 10 @110'])
  })

  it('counts pauses as one, and a resume that none preceded as nothing', () => {
    const life = lifeOf()
    life.group.resume()
    life.group.start()
    life.group.pause()
    life.group.pause()
    life.group.resume()
    expect(life.phases).toEqual(['idle', 'running', 'paused', 'running'])
  })

  it('is idle when every item has its outcome and nobody waits for room', async () => {
    const life = lifeOf({ workers: { max: 1 }, capacity: 1, retry: { maxAttempts: 2, backoff: constant(500) }, supervision: restartOneAfter(1) })
    await life.group.idle()
    life.send(100, 100, -100)
    let idleAtMs = -1
    void life.group.idle().then(() => { idleAtMs = life.clock.now() })
    await life.clock.runUntil(2_000)
    expect([idleAtMs, life.told.at(-1)]).toEqual([900, 'failed -100 @900'])
  })

  it('is idle at the end too, whoever asks', async () => {
    const life = lifeOf({ action: () => NEVER })
    life.send(1)
    const idle = life.group.idle()
    await life.group.stop()
    await Promise.all([idle, life.group.idle(), life.group.restarted()])
    expect(life.group.stats().phase).toBe('stopped')
  })
})

describe('the signal of the options', () => {
  it('stops the group', async () => {
    const controller = new AbortController()
    const life = lifeOf({ signal: controller.signal, workers: { max: 1 } })
    life.send(500, 1)
    controller.abort()
    expect(await life.group.wait()).toMatchObject({ aborted: 1, handedBack: 1 })
  })

  it('aborted before leaves a group that has stopped', async () => {
    const life = lifeOf({ signal: AbortSignal.abort() })
    expect([life.group.stats().phase, life.group.signal.aborted]).toEqual(['stopped', true])
    await expect(life.group.offer(1)).rejects.toThrow('takes nothing')
  })
})

describe('the gate', () => {
  it('is closed until it says otherwise, and uses up no try while it is', () => {
    const gate$ = new Subject<boolean>()
    const life = lifeOf({ gate$, retry: { maxAttempts: 2, backoff: constant(50) } })
    life.send(-10)
    life.clock.jump(100)
    expect([life.starts, life.live]).toEqual([[], [0]])
    gate$.next(true)
    life.clock.jump(20)
    gate$.next(false)
    life.clock.jump(1_000)
    expect(life.group.stats()).toMatchObject({ failures: 1, failed: 0, retrying: 1 })
    gate$.next(true)
    life.clock.jump(10)
    expect(life.outcomes).toMatchObject([{ type: 'failed', attempts: 2 }])
  })

  it('that closes interrupts nothing', () => {
    const gate$ = new BehaviorSubject(true)
    const life = lifeOf({ gate$, workers: { max: 1 } })
    life.send(100, 5)
    gate$.next(false)
    life.clock.jump(500)
    expect(life.told).toEqual(['completed 100 @100'])
  })

  it('keeps its last word when it completes', () => {
    const life = lifeOf({ gate$: of(true) })
    life.send(5)
    life.clock.jump(5)
    expect(life.told).toEqual(['completed 5 @5'])
  })

  it('and a pause each hold on their own', () => {
    const gate$ = new BehaviorSubject(false)
    const life = lifeOf({ gate$ })
    life.group.pause()
    life.send(5)
    gate$.next(true)
    life.clock.jump(10)
    expect(life.told).toEqual([])
    life.group.resume()
    life.clock.jump(5)
    expect(life.told).toEqual(['completed 5 @15'])
  })

  it('that errors stops the group, and the escalation says why', () => {
    const gate$ = new Subject<boolean>()
    const life = lifeOf({ gate$ })
    life.send(5)
    gate$.error(new Error('gate'))
    expect(life.escalations).toMatchObject([{ protocol: 'killAndEscalate', failure: { error: new Error('gate') }, pending: [{ message: { payload: 5 } }] }])
    expect([life.told, life.group.stats().phase]).toEqual([['handedBack 5 @0'], 'stopped'])
  })

  it('that errors at once is told to the listener of the options', () => {
    const errors: unknown[] = []
    const life = lifeOf({ gate$: throwError(() => new Error('gate')).pipe(startWith(true)), onEscalation: ({ failure }) => errors.push(failure.error) })
    expect([errors, life.group.stats().phase]).toEqual([[new Error('gate')], 'stopped'])
  })

  it('is let go when the group has stopped', async () => {
    const gate$ = new BehaviorSubject(true)
    const life = lifeOf({ gate$ })
    await life.group.stop()
    await life.clock.settle()
    expect(gate$.observed).toBe(false)
  })
})

describe('an instance', () => {
  it('that is single never has two workers, whatever comes and whatever fails', () => {
    const life = lifeOf({ instance: 'single', scaling: fixed(5), capacity: 3 })
    life.send(...Array.from({ length: 20 }, () => 300), -1, 50)
    life.clock.jump(60_000)
    expect(Math.max(...life.live)).toBe(1)
    expect(life.group.stats()).toMatchObject({ instance: 'single', min: 1, max: 1, processed: 21, failed: 1, restarts: 1 })
    expect(life.wrong).toEqual([])
  })

  it('for one message refuses the next, tries again as often as it may, and completes', async () => {
    const life = lifeOf({ instance: 'oneTime', retry: { maxAttempts: 3, backoff: constant(10) }, supervision: restartOneAfter(1) })
    life.send(-5, 1)
    await life.clock.runUntil(0)
    expect(life.refused).toBe(1)
    await life.clock.runUntil(1_000)
    expect(life.told).toEqual(['failed -5 @35'])
    expect(await life.group.wait()).toMatchObject({ zombies: 0 })
    expect([life.group.stats().received, life.phases.at(-1)]).toEqual([1, 'stopped'])
  })

  it('for one message gives its value', async () => {
    const life = lifeOf({ instance: 'oneTime' })
    const value = life.group.submit(7)
    await life.clock.runUntil(7)
    expect([await value, life.group.stats().phase]).toEqual([7, 'stopped'])
  })
})
