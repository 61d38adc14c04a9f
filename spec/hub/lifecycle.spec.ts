import { map, NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { MessageBus } from '../../src/bus/bus.js'
import type { GroupStats } from '../../src/core/group-stats.js'
import { OptionsError } from '../../src/core/options-error.js'
import { actionHub } from '../../src/hub/action-hub.js'
import { action } from '../../src/hub/action.js'
import { HubStoppedError } from '../../src/hub/hub-contract.js'
import { actions, DuplicateActionError } from '../../src/hub/registry.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { stand, untyped } from './hub-stand.js'

const nothing = { action: () => undefined }

describe('a hub', () => {
  it('starts groups that were asked for before, and those that are asked for after', async () => {
    const { hub, publish, clock } = stand()
    const seen: string[] = []
    const before = hub.do('before', { action: () => seen.push('before') })
    await publish('before', 1)
    await publish('after', 1)
    await clock.settle()
    expect([before.stats().phase, seen]).toEqual(['idle', []])
    hub.start()
    hub.start()
    hub.do('after', { action: () => seen.push('after') })
    await clock.settle()
    expect(seen).toEqual(['before', 'after'])
  })

  it('refuses a second group of a name, and two names of one topic it does not', async () => {
    const { hub, publish, clock } = stand()
    const seen: string[] = []
    hub.do('a', nothing)
    expect(() => hub.do('a', nothing)).toThrow(new DuplicateActionError('a'))
    expect(() => hub.doAlias('a', 'other', nothing)).toThrow(DuplicateActionError)
    hub.doAlias('b', 'shared', { action: () => seen.push('b') })
    hub.doAlias('c', 'shared', { action: () => seen.push('c') })
    hub.start()
    await publish('shared', 1)
    await clock.settle()
    expect(seen.toSorted()).toEqual(['b', 'c'])
  })

  it('lets groups of one consumer group share a topic', async () => {
    const { hub, publish, clock } = stand()
    const seen: string[] = []
    hub.doAlias('b', 'shared', { consumerGroup: 'one', action: () => seen.push('b') })
    hub.doAlias('c', 'shared', { consumerGroup: 'one', action: () => seen.push('c') })
    hub.start()
    await publish('shared', 1)
    await publish('shared', 2)
    await clock.settle()
    expect(seen.toSorted()).toEqual(['b', 'c'])
  })

  it('gives a name free again as soon as its group has stopped, whatever stopped it', async () => {
    const { hub, publish, clock } = stand()
    hub.start()
    const killed = hub.doAlias('a', 'topic', { supervision: stopAndEscalate(), action: () => { throw new Error('no') } })
    await publish('topic', 1)
    await killed.wait()
    const seen: unknown[] = []
    hub.doAlias('a', 'topic', { action: ({ message }) => seen.push(message.payload) })
    await publish('topic', 2)
    await clock.settle()
    expect(seen).toEqual([2])
    expect(hub.stats()).toHaveLength(1)
  })

  it('forgets a group that runs once', async () => {
    const { hub, bus, publish, clock } = stand()
    const seen: unknown[] = []
    hub.do('once', { instance: 'oneTime', action: ({ message }) => seen.push(message.payload) })
    hub.start()
    for (const n of [1, 2, 3]) await publish('once', n)
    await clock.settle()
    expect(seen).toEqual([1])
    expect(hub.stats()).toEqual([])
    expect(bus.counts('once', 'once')).toMatchObject({ waiting: 2, unsettled: 0, acked: 1 })
  })

  it('takes an action from its registry, and the options of its template', async () => {
    const three = action({ name: 'three', handle: () => 3 })
    const { hub } = stand({ actions: actions({ three }) })
    hub.start()
    const group = hub.do('three', { workers: { max: 2 } })
    expect(group.stats().max).toBe(2)
    expect(await hub.request('three', 1)).toBe(3)
    expect(hub.health().groups).toHaveLength(1)
    await group.stop()
    expect(await hub.request('three', 1)).toBe(3)
  })

  it('proposes its defaults to a function that makes the options', () => {
    const { hub } = stand({ defaults: { workers: { min: 2, max: 4 }, capacity: 7 } })
    expect(hub.do('plain', nothing).stats()).toMatchObject({ min: 2, max: 4 })
    const made = hub.do('made', (defaults) => ({ ...defaults, ...nothing, workers: { ...defaults.workers, max: 9 } }))
    expect(made.stats()).toMatchObject({ min: 2, max: 9 })
  })

  it('refuses wrong options, all of them at once', () => {
    expect(() => actionHub(untyped({ bus: {}, warn: 1 }))).toThrow(/bus should be a bus.*; warn should be a function/)
    expect(() => actionHub(untyped({}))).toThrow(OptionsError)
    const { hub } = stand()
    expect(() => hub.do('', nothing)).toThrow('hub.do: name should be a string that is not empty')
    expect(() => hub.doAlias('a', '', nothing)).toThrow('topic should be')
    expect(() => hub.do('a')).toThrow('action should be a function')
    expect(() => hub.do('a', untyped({ ...nothing, name: 'b', prefetch: -1 }))).toThrow(/name should be one of .*; prefetch should be a whole number, 0 or more/)
    expect(() => hub.do('a', { ...nothing, workers: { min: 5, max: 2 } })).toThrow('at most workers.max')
    expect(() => hub.do('a', nothing, untyped({ b: { ...nothing, instance: 'single' }, c: {} }))).toThrow(/children.b.instance.*; children.c.action/)
    expect(() => hub.do('a', nothing, untyped({ b: { ...nothing, supervision: restartAll() } }))).toThrow('children.b.supervision')
    expect(hub.stats()).toEqual([])
  })
})

describe('the end of a hub', () => {
  it('is told by wait, and after it nothing is done', async () => {
    const { hub } = stand()
    const group = hub.do('a', nothing)
    hub.start()
    const waited = hub.wait()
    expect(await hub.drain()).toEqual({ completed: 0, failed: 0, handedBack: 0, aborted: 0, zombies: 0 })
    expect(await waited).toBe(await hub.stop())
    expect(group.stats().phase).toBe('stopped')
    expect(() => hub.do('b', nothing)).toThrow(HubStoppedError)
    expect(() => hub.start()).toThrow(HubStoppedError)
    expect(hub.health()).toMatchObject({ ok: false, phase: 'stopped', groups: [] })
  })

  it('is legal before the start', async () => {
    const { hub } = stand({ actions: actions({ a: action({ name: 'a', handle: () => 1 }) }) })
    hub.do('b', nothing)
    expect(await hub.stop()).toMatchObject({ completed: 0 })
  })

  it('lets what runs finish until the deadline, which a second call may bring nearer', async () => {
    const { hub, publish, clock } = stand()
    const group = hub.do('a', { action: () => new Promise(() => undefined), drain: { graceMs: 100 } })
    hub.start()
    await publish('a', 1)
    await clock.settle()
    const ended: number[] = []
    const drained = hub.drain({ deadlineMs: 10_000 }).then(() => ended.push(clock.now()))
    await clock.advance(1_000)
    expect(() => hub.do('b', nothing)).toThrow(HubStoppedError)
    expect(hub.health().phase).toBe('draining')
    void hub.drain({ deadlineMs: 500 })
    await clock.runUntil(20_000)
    await drained
    expect(ended).toEqual([1_600])
    expect(group.stats().cancelled).toBe(1)
  })

  it('refuses a deadline that is none', () => {
    expect(() => stand().hub.drain({ deadlineMs: -1 })).toThrow('hub.drain: deadlineMs')
  })

  it('comes with its signal, also with one that was aborted before', async () => {
    const controller = new AbortController()
    const { hub } = stand({ signal: controller.signal })
    hub.do('a', nothing)
    hub.start()
    controller.abort()
    await hub.wait()
    expect(hub.health().phase).toBe('stopped')
    const late = stand({ signal: controller.signal })
    expect(() => late.hub.start()).toThrow(HubStoppedError)
    await late.hub.wait()
  })

  it('comes with the end of its scope, and leaves nothing scheduled', async () => {
    const { hub, publish, clock } = stand()
    hub.do('a', nothing, { b: nothing })
    hub.start()
    await publish('a', 1)
    await clock.settle()
    await hub[Symbol.asyncDispose]()
    expect(hub.health().phase).toBe('stopped')
    await clock.settle()
    expect(clock.scheduled).toBe(0)
  })

  it('does not wait for ever for a bus that does not answer', async () => {
    const mute = (inner: MessageBus): MessageBus => ({
      ...inner,
      deliveries: (options) => inner.deliveries(options).pipe(map((given) => ({
        message: given.message, attempt: given.attempt, lost: given.lost, extend: () => given.extend(), settle: () => new Promise<boolean>(() => undefined),
      }))),
    })
    const { hub, publish, clock } = stand({}, { around: mute })
    hub.do('a', nothing)
    hub.start()
    await publish('a', 1)
    await clock.settle()
    const stopped = hub.stop()
    await clock.advance(5_000)
    expect(await stopped).toMatchObject({ zombies: 0 })
  })

  it('drains parents before their children, within one deadline', async () => {
    const { hub, clock } = stand()
    const order: string[] = []
    const slow = { drain: { graceMs: 0 }, action: () => NEVER }
    const parent = hub.do('p', slow, { c: slow })
    hub.start()
    await hub.send('p', 1)
    await hub.send('p/children/c', 1)
    parent.status$.subscribe((phase) => order.push(phase))
    const drained = hub.drain({ deadlineMs: 1_000 })
    await clock.advance(999)
    expect(hub.stats().map(({ phase }) => phase)).toEqual(['draining', 'running'])
    await clock.advance(1)
    await drained
    expect(clock.now()).toBe(1_000)
    expect(order.at(-1)).toBe('stopped')
  })
})

describe('the stats of a hub', () => {
  it('have one row for each group and each child', () => {
    const { hub } = stand()
    hub.do('a', nothing, { x: nothing, y: nothing })
    hub.do('b', nothing)
    expect(hub.stats().map(({ address }) => address)).toEqual(['a', 'a/children/x', 'a/children/y', 'b'])
  })

  it('are told as groups come, work and go, until the hub has stopped', async () => {
    const { hub, publish, clock } = stand()
    const seen: string[] = []
    let ended = false
    const brief = (rows: readonly GroupStats[]): string => rows.map(({ address, processed }) => `${address} ${processed}`).join(', ')
    hub.stats$.subscribe({ next: (rows) => seen.push(brief(rows)), complete: () => { ended = true } })
    hub.do('a', nothing, { x: nothing })
    hub.start()
    await publish('a', 1)
    await clock.runUntil(2_000)
    await hub.stop()
    expect(seen.filter((text, index) => text !== seen[index - 1])).toEqual(['', 'a 0, a/children/x 0', 'a 1, a/children/x 0', ''])
    expect(ended).toBe(true)
  })
})
