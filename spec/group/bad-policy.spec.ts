import { config } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { PolicyError } from '../../src/scaling/policy-error.js'
import type { ScalingPolicy } from '../../src/scaling/policy.js'
import { constant } from '../../src/supervision/constant.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { answering, scripted, throwing } from '../scaling/small-policies.js'
import { lifeOf } from './life-time.js'

/** As many as the script says, sample after sample, every 100 ms; then it throws. */
const sick = (...script: readonly (number | undefined)[]) => ({ scaling: scripted(script), sampleEveryMs: 100 })

afterEach(() => { config.onUnhandledError = null })

describe('a group whose scaling policy gives no usable answer', () => {
  it('goes on with its last good number, and tells it once, with the policy and the reason', () => {
    const life = lifeOf({ ...sick(2, 3), workers: { max: 5 } })
    life.send(450, 450, 450, 450)
    life.clock.jump(2_000)
    expect(life.escalations).toMatchObject([{ group: 'g', protocol: 'restart', pending: [], restarts: 0, atMs: 200, failure: { type: 'crashed', error: { policy: 'scripted', message: "scaling policy 'scripted' failed: Error: no idea" } } }])
    expect(life.escalations[0]?.failure.error).toBeInstanceOf(PolicyError)
    expect(life.told).toEqual(['completed 450 @450', 'completed 450 @450', 'completed 450 @550', 'completed 450 @900'])
    expect(life.group.stats()).toMatchObject({ phase: 'running', live: 3, wanted: 3, reason: 'held', escalations: 1, restarts: 0, processed: 4 })
    expect([life.phases, life.wrong]).toEqual([['idle', 'running'], []])
  })

  it.each<readonly [string, () => ScalingPolicy, string]>([
    ['throws', () => throwing(new Error('x'), 'p'), 'failed: Error: x'],
    ['wants NaN', () => answering({ state: 0, wanted: Number.NaN, reason: 'held' }, 'p'), 'wants NaN workers'],
    ['wants a fraction', () => answering({ state: 0, wanted: 1.5, reason: 'held' }, 'p'), 'wants 1.5 workers'],
    ['wants too much', () => answering({ state: 0, wanted: Infinity, reason: 'held' }, 'p'), 'wants Infinity workers'],
    ['answers nothing', () => answering(undefined, 'p'), 'answered undefined'],
    ['answers a promise', () => answering(Promise.reject(new Error('later')), 'p'), 'answered a promise'],
  ])('from the first sample, because it %s, has its fewest workers and handles everything', async (_, scaling, reason) => {
    const life = lifeOf({ scaling: scaling(), workers: { min: 2, max: 4 }, sampleEveryMs: 10 })
    life.send(50, 50, 50)
    await life.clock.runUntil(200)
    expect(life.told).toEqual(['completed 50 @50', 'completed 50 @50', 'completed 50 @100'])
    expect(life.escalations.map(({ failure }) => String(failure.error))).toEqual([expect.stringContaining(`PolicyError: scaling policy 'p' ${reason}`)])
    expect(await life.group.drain()).toMatchObject({ zombies: 0 })
  })

  it('has one worker also where none is the fewest', () => {
    const life = lifeOf({ scaling: throwing('x'), workers: { min: 0, max: 4 } })
    life.send(50, 50)
    life.clock.jump(100)
    expect(life.told).toEqual(['completed 50 @50', 'completed 50 @100'])
  })

  it('follows the policy again when that has recovered', () => {
    let turn = 0
    const scaling: ScalingPolicy<null> = { name: 'moody', initial: null, step: (state) => ({ state, wanted: [2, Number.NaN, Number.NaN, 4][turn++] ?? 1, reason: 'exploring' }) }
    const life = lifeOf({ scaling, sampleEveryMs: 100 })
    life.send(350, 350, 350)
    life.clock.jump(350)
    expect([life.live, life.escalations.length, life.group.stats().reason]).toEqual([[0, 1, 2, 3, 4], 1, 'exploring'])
  })

  it('tells another reason too, and neither again after a restart of all', () => {
    const scaling: ScalingPolicy<number> = { name: 'two', initial: 0, step: (_, { live }) => { throw new Error(live > 0 ? 'some live' : 'none live') } }
    const life = lifeOf({ scaling, sampleEveryMs: 20, supervision: restartAll({ backoff: constant(1) }) })
    life.send(50, -50, 50)
    life.clock.jump(300)
    expect(life.escalations.map(({ failure }) => String(failure.error)).filter((text) => text.startsWith('PolicyError'))).toEqual([
      expect.stringContaining('none live'),
      expect.stringContaining('some live'),
    ])
    expect([life.told, life.group.stats().restarts]).toEqual([['completed 50 @50', 'failed -50 @100', 'completed 50 @151'], 1])
  })

  it('may be stopped by whoever is told', async () => {
    const life = lifeOf({ scaling: throwing('x'), onEscalation: () => void life.group.stop() })
    life.group.start()
    expect(await life.group.wait()).toMatchObject({ completed: 0 })
    expect(life.group.stats()).toMatchObject({ phase: 'stopped', live: 0, escalations: 1 })
  })

  it('goes on when whoever is told throws', async () => {
    const reported = new Promise((resolve) => { config.onUnhandledError = resolve })
    const life = lifeOf({ scaling: throwing('x'), onEscalation: () => { throw new Error('no ear') } })
    life.send(5)
    await life.clock.runUntil(10)
    expect([await reported, life.told]).toEqual([new Error('no ear'), ['completed 5 @5']])
  })
})
