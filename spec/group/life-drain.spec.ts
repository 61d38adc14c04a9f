import { NEVER, type Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { constant } from '../../src/supervision/constant.js'
import { eachReleasedOnce, held, lifeOf } from './life-time.js'

const one = { workers: { max: 1 } } as const
const deaf = () => new Promise<number>(() => undefined)

describe('a drain', () => {
  it('refuses what comes, hands back what waits, awaits what runs, and tells it in numbers', async () => {
    const life = lifeOf({ workers: { min: 2, max: 2 } })
    life.send(500, -300, 1, 2)
    life.clock.jump(100)
    const report = life.group.drain()
    expect(life.told).toEqual(['handedBack 1 @100', 'handedBack 2 @100'])
    await expect(life.group.offer(9)).rejects.toThrow('g takes nothing any more')
    expect(life.group.stats()).toMatchObject({ phase: 'draining', inFlight: 2 })
    life.clock.jump(400)
    expect(await report).toEqual({ completed: 1, failed: 1, handedBack: 2, aborted: 0, zombies: 0 })
    expect([life.clock.frame, eachReleasedOnce(life), life.clock.scheduled]).toEqual([500, true, 0])
  })

  it('refuses at once who waits for room', async () => {
    const life = lifeOf({ ...one, capacity: 1 })
    life.send(500, 1, 2, 3)
    void life.group.drain()
    await life.clock.settle()
    expect([life.refused, life.group.stats().received]).toEqual([2, 2])
  })

  it('hands back what waits for another try, and what would be tried again', async () => {
    const life = lifeOf({ ...one, supervision: undefined, retry: { maxAttempts: 5, backoff: constant(1_000) }, workers: { min: 2, max: 2 } })
    life.send(-10, -500)
    life.clock.jump(20)
    const report = life.group.drain()
    life.clock.jump(480)
    expect(life.told).toEqual(['handedBack -10 @20', 'handedBack -500 @500'])
    expect(await report).toMatchObject({ handedBack: 2, failed: 0 })
  })

  it('aborts at the deadline, which ends an Observable at once', async () => {
    const life = lifeOf({ workers: { min: 3, max: 3 } })
    life.send(900, 50_000, 60_000)
    const report = life.group.drain({ deadlineMs: 1_000 })
    life.clock.jump(1_000)
    expect(life.told).toEqual(['completed 900 @900', 'cancelled 50000 @1000', 'cancelled 60000 @1000'])
    expect(await report).toEqual({ completed: 1, failed: 0, handedBack: 0, aborted: 2, zombies: 0 })
  })

  it('hands back what it aborts when asked to', async () => {
    const life = lifeOf(one)
    life.send(5_000)
    const report = life.group.drain({ deadlineMs: 100, then: 'handBack' })
    life.clock.jump(100)
    expect(life.outcomes).toMatchObject([{ type: 'handedBack', to: 'source', attempts: 1 }])
    expect(await report).toEqual({ completed: 0, failed: 0, handedBack: 1, aborted: 1, zombies: 0 })
  })

  it('gives a handler the grace to heed its signal, and counts who does not', async () => {
    const reasons: unknown[] = []
    const life = lifeOf({ workers: { min: 2, max: 2 }, action: ({ input, signal }) => new Promise<number>((_, reject) => {
      if (input === 1) signal.addEventListener('abort', () => { reasons.push(signal.reason); reject(new Error('heeded')) })
    }) })
    life.send(1, 2)
    void life.group.drain({ deadlineMs: 100, graceMs: 30 })
    await life.clock.runUntil(129)
    expect(life.group.stats()).toMatchObject({ phase: 'draining', cancelled: 2, busy: 1 })
    await life.clock.runUntil(130)
    expect(await life.group.wait()).toEqual({ completed: 0, failed: 0, handedBack: 0, aborted: 2, zombies: 1 })
    expect(reasons).toMatchObject([{ name: 'AbortError' }])
    expect(held(life)).toHaveLength(1)
  })

  it('releases the worker of a handler that ends too late, when it ends', async () => {
    let end: (value: number) => void = () => undefined
    const life = lifeOf({ action: () => new Promise<number>((resolve) => { end = resolve }) })
    life.send(1)
    void life.group.drain({ deadlineMs: 0, graceMs: 0 })
    await life.clock.runUntil(10)
    expect([life.group.stats().phase, life.tools[0]?.released]).toEqual(['stopped', 0])
    end(1)
    await life.clock.settle()
    expect([life.told, life.tools[0]?.released]).toEqual([['cancelled 1 @0'], 1])
  })

  it('asked for again is the same; a nearer deadline shortens it and a later one does not lengthen it', async () => {
    const life = lifeOf(one)
    life.send(50_000)
    const first = life.group.drain({ deadlineMs: 5_000 })
    life.clock.jump(1_000)
    const second = life.group.drain({ deadlineMs: 9_000 })
    const third = life.group.drain({ deadlineMs: 500 })
    expect([second === first, third === first]).toEqual([true, true])
    life.clock.jump(499)
    expect(life.group.stats().phase).toBe('draining')
    life.clock.jump(1)
    expect(life.told).toEqual(['cancelled 50000 @1500'])
    expect(life.clock.scheduled).toBe(0)
  })

  it('a later deadline alone leaves the first in force', () => {
    const life = lifeOf(one)
    life.send(50_000)
    void life.group.drain({ deadlineMs: 500 })
    void life.group.drain({ deadlineMs: 5_000 })
    life.clock.jump(500)
    expect(life.group.stats().phase).toBe('stopped')
  })

  it('with nothing in flight ends in the same turn, for a group that is running, paused or was never started', () => {
    for (const prepare of ['start', 'pause', 'stats'] as const) {
      const { group, phases } = lifeOf()
      group[prepare]()
      void group.drain()
      expect([group.stats().phase, phases.slice(-2)]).toEqual(['stopped', ['draining', 'stopped']])
    }
  })

  it('of a paused group awaits what runs and hands back the rest', async () => {
    const life = lifeOf(one)
    life.send(100, 5)
    life.group.pause()
    const report = life.group.drain()
    life.clock.jump(100)
    expect(await report).toMatchObject({ completed: 1, handedBack: 1 })
  })

  it('counts only what has happened since it began', async () => {
    const life = lifeOf(one)
    life.send(10, -10, 100)
    life.clock.jump(150)
    const report = life.group.drain()
    life.clock.jump(500)
    expect(life.told).toHaveLength(3)
    expect(await report).toMatchObject({ completed: 1, failed: 0 })
  })

  it('uses the deadline of the options, thirty seconds unless given', () => {
    const usual = lifeOf({ action: () => NEVER })
    const brief = lifeOf({ action: () => NEVER, drain: { deadlineMs: 200 } })
    for (const [life, ms] of [[usual, 30_000], [brief, 200]] as const) {
      life.send(1)
      void life.group.drain()
      life.clock.jump(ms - 1)
      expect(life.group.stats().phase).toBe('draining')
      life.clock.jump(1)
      expect(life.group.stats().phase).toBe('stopped')
    }
  })

  it('may be asked for by who hears an outcome', () => {
    const life = lifeOf(one)
    life.group.outcomes$.subscribe(() => void life.group.stop())
    life.send(10, 20, 30)
    life.clock.jump(100)
    expect(life.told.toSorted()).toEqual(['completed 10 @10', 'handedBack 20 @10', 'handedBack 30 @10'])
    expect(life.group.stats().phase).toBe('stopped')
  })
})

describe('a stop', () => {
  it('is a drain whose deadline is now', async () => {
    const life = lifeOf(one)
    life.send(500, 1)
    expect(await life.group.stop()).toEqual({ completed: 0, failed: 0, handedBack: 1, aborted: 1, zombies: 0 })
    expect(life.told).toEqual(['handedBack 1 @0', 'cancelled 500 @0'])
  })

  it('twice is one, and wait() resolves with the same report', async () => {
    const life = lifeOf(one)
    life.send(500)
    const waiting = life.group.wait()
    const stops = [life.group.stop(), life.group.stop()]
    const [first, second] = await Promise.all(stops)
    expect(second).toBe(first)
    expect(await waiting).toBe(first)
    expect(life.phases).toEqual(['idle', 'running', 'draining', 'stopped'])
  })

  it('before the start leaves nothing to start, and whoever offers is refused', async () => {
    const life = lifeOf()
    expect(await life.group.stop()).toEqual({ completed: 0, failed: 0, handedBack: 0, aborted: 0, zombies: 0 })
    life.group.start()
    life.group.pause()
    life.group.resume()
    await expect(life.group.submit(1)).rejects.toThrow('g takes nothing any more')
    expect([life.phases, life.tools]).toEqual([['idle', 'draining', 'stopped'], []])
  })

  it('is done for him who leaves its scope', async () => {
    const life = lifeOf()
    {
      await using group = life.group
      void group.submit(100)
      // Runs on while the scope's end awaits the drain.
      void life.clock.runUntil(100)
    }
    expect([life.told, life.group.stats().phase]).toEqual([['completed 100 @100'], 'stopped'])
  })

  it('has an aborted signal, also for who asks for it only then', async () => {
    const life = lifeOf()
    await life.group.stop()
    expect(life.group.signal.aborted).toBe(true)
    expect(life.group.signal.reason).toMatchObject({ name: 'AbortError', message: 'g has stopped' })
  })

  it('completes every stream and aborts the signal of the group', async () => {
    const life = lifeOf()
    const ends: string[] = []
    const { outcomes$, escalations$, stats$, status$, live$, signal } = life.group
    const streams: Readonly<Record<string, Observable<unknown>>> = { outcomes$, escalations$, stats$, status$, live$ }
    for (const [name, stream$] of Object.entries(streams)) stream$.subscribe({ complete: () => ends.push(name) })
    life.send(10)
    expect(signal.aborted).toBe(false)
    await life.group.stop()
    expect(ends.toSorted()).toEqual(['escalations$', 'live$', 'outcomes$', 'stats$', 'status$'])
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toMatchObject({ name: 'AbortError', message: 'g has stopped' })
  })

  it('shortens a drain that waits, and does not cut its grace short', async () => {
    const life = lifeOf({ action: deaf, drain: { graceMs: 40 } })
    life.send(1)
    void life.group.drain()
    await life.clock.runUntil(10)
    void life.group.stop()
    void life.group.stop()
    await life.clock.runUntil(49)
    expect(life.group.stats().phase).toBe('draining')
    await life.clock.runUntil(50)
    expect(await life.group.wait()).toMatchObject({ aborted: 1, zombies: 1 })
  })
})
