import { describe, expect, it } from 'vitest'
import { isNone, isSome } from 'fp-ts/lib/Option.js'
import { NEVER } from 'rxjs'
import type { Job } from '../../src/core/job.js'
import { action } from '../../src/hub/action.js'
import { HubStoppedError } from '../../src/hub/hub-contract.js'
import { actions, DuplicateActionError } from '../../src/hub/registry.js'
import { template } from '../../src/hub/template.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { listenTo, stand } from '../hub/hub-stand.js'

const nothing = { action: () => undefined }

describe('seed: the hub', () => {
  it('seed: `Action.Do(ctx, Job)`, `ActionFunc` — runs, and is cancelled', async () => {
    const { hub, publish, clock } = stand()
    const seen: unknown[] = []
    hub.do('run', { action: (job) => { seen.push(job.input) } })
    hub.do('cancel', { action: (job) => { job.signal.addEventListener('abort', () => seen.push('cancelled')); return NEVER } })
    hub.start()
    await publish('run', 'ran')
    await publish('cancel', 1)
    await clock.settle()
    await hub.stop()
    expect(seen).toEqual(['ran', 'cancelled'])
  })

  it('seed: `Job{To, DI, Msg, Transport}` — all four are present', async () => {
    const { hub, bus, clock } = stand({ services: { greeting: 'hello' } })
    const heard = listenTo(bus, 'elsewhere')
    hub.do('greet', {
      action: async (job: Job<string, undefined, { greeting: string }>) => {
        await job.send('elsewhere', [job.address, job.services.greeting, job.message.payload, job.input])
        await job.reply('replied')
      },
    })
    hub.start()
    expect(await hub.request('greet', 'you')).toBe('replied')
    await clock.settle()
    expect(heard).toEqual([['greet', 'hello', 'you', 'you']])
  })

  it('seed: `ActionHub`, `NewActionHub(ctx, …)` — aborting the signal stops the hub', async () => {
    const context = new AbortController()
    const { hub } = stand({ signal: context.signal })
    hub.do('a', nothing)
    hub.start()
    context.abort()
    await hub.wait()
    expect(hub.health().phase).toBe('stopped')
  })

  it('seed: `Do(actionName, creator, slaves…)` — the topic is the name, and a second `do` of it is an error', async () => {
    const { hub, publish, clock } = stand()
    const group = hub.do('a', nothing)
    hub.start()
    await publish('a', 1)
    await clock.settle()
    expect(group.stats().processed).toBe(1)
    expect(() => hub.do('a', nothing)).toThrow(DuplicateActionError)
  })

  it('seed: `DoAlias(actionName, topic, creator, slaves…)` — an external topic reaches the action', async () => {
    const { hub, publish, clock } = stand()
    const group = hub.doAlias('a', 'http.requests', nothing)
    hub.start()
    await publish('http.requests', 1)
    await clock.settle()
    expect(group.stats().processed).toBe(1)
  })

  it('seed: `Start`, `Stop`, `Wait` — `do` after `stop` is an error; `wait` resolves when all has ended', async () => {
    const { hub } = stand()
    const group = hub.do('a', nothing)
    hub.start()
    const waited = hub.wait()
    await hub.stop()
    await waited
    expect(group.stats().phase).toBe('stopped')
    expect(() => hub.do('b', nothing)).toThrow(HubStoppedError)
  })

  it('seed: `Stats() []WorkerStat` — one row for each group, children included', () => {
    const { hub } = stand()
    hub.do('a', nothing, { child: nothing })
    hub.do('b', nothing)
    expect(hub.stats().map(({ address }) => address)).toEqual(['a', 'a/children/child', 'b'])
  })

  it('seed: `EscalationNotification(escalation, hub)` — called', async () => {
    const told: unknown[] = []
    const { hub, publish, clock } = stand({ onEscalation: (escalation, from) => told.push([escalation.group, from]) })
    hub.do('a', { action: () => { throw new Error('no') } })
    hub.start()
    await publish('a', 1)
    await clock.settle()
    expect(told).toEqual([['a', hub]])
  })
})

describe('seed: families', () => {
  const phases = (hub: { stats(): readonly { readonly phase: string }[] }): readonly string[] => hub.stats().map(({ phase }) => phase)

  it('seed: `MasterWorkerGroup{Master, Slaves}` — children end with the parent, whatever ended it', async () => {
    const { hub, publish, clock } = stand()
    hub.do('p', { supervision: stopAndEscalate(), action: () => { throw new Error('dies') } }, { c: nothing })
    hub.start()
    expect(phases(hub)).toEqual(['running', 'running'])
    await publish('p', 1)
    await clock.settle()
    expect(hub.stats()).toEqual([])
  })

  it('seed: `SlaveWorkerRequest{…}` — a strategy or an instance is an error; everything else is the user\'s', () => {
    const { hub } = stand()
    const child = { ...nothing, consumerGroup: 'shared', capacity: 3, workers: { min: 2, max: 5 } }
    const strict = { ...child, supervision: stopAndEscalate() }
    const single = { ...child, instance: 'single' } as const
    expect(() => hub.do('a', nothing, { strict })).toThrow('children.strict.supervision')
    expect(() => hub.do('a', nothing, { single })).toThrow('children.single.instance')
    hub.do('a', nothing, { child })
    expect(hub.stats()[1]).toMatchObject({ min: 2, max: 5, supervision: 'restartAll', instance: 'scaling' })
  })

  it.each([
    ['ours', undefined, 'p/children/c'],
    ['the seed\'s', (parent: string, child: string) => `${parent}/slaves/${child}`, 'p/slaves/c'],
  ])('seed: name format `[Master]/slaves/[Slave]` — %s', async (_whose, childAddress, address) => {
    const { hub, publish, clock } = stand({ childAddress })
    hub.do('p', nothing, { c: nothing })
    hub.start()
    await publish(address, 1)
    await clock.settle()
    expect(hub.stats()[1]).toMatchObject({ address, processed: 1 })
  })

  it('seed: children are always running and restarted — a child that fails on every message goes on', async () => {
    const { hub, publish, clock } = stand()
    hub.do('p', nothing, { c: { action: () => { throw new Error('always') } } })
    hub.start()
    for (let n = 0; n < 10; n += 1) await publish('p/children/c', n)
    await clock.runUntil(600_000)
    expect(hub.stats()[1]).toMatchObject({ failed: 10, phase: 'running' })
  })
})

describe('seed: templates', () => {
  const note = action({ name: 'note', handle: () => 'noted' })

  it('seed: `WorkerRequest`, `NewWorker(name, topic, group, action)` — group is the consumer group', async () => {
    const { hub, bus, publish, clock } = stand({ actions: actions({ note: template({ name: 'note', topic: 'notes', group: 'writers', action: note }) }) })
    hub.start()
    await publish('notes', 1)
    await clock.settle()
    expect(bus.counts('notes', 'writers').acked).toBe(1)
  })

  it('seed: `WorkGroupCreator(config) *WorkerGroup` — a function of what the hub proposes; its changes are used', () => {
    const { hub } = stand({ defaults: { workers: { max: 4 } } })
    const group = hub.do('a', (defaults) => ({ ...defaults, ...nothing, workers: { min: 2, ...defaults.workers } }))
    expect(group.stats()).toMatchObject({ min: 2, max: 4 })
  })

  it('seed: `WorkerTemplateRegistry` — register, has, get, delete', () => {
    const registry = actions({}).register('note', note)
    expect([registry.has('note'), isSome(registry.get('note'))]).toEqual([true, true])
    expect([registry.delete('note'), registry.has('note'), isNone(registry.get('note'))]).toEqual([true, false, true])
  })

  it('seed: `WorkerTemplateRegistry` — booted once, also for many first messages; booted again after it died', async () => {
    let made = 0
    const moody = action({ name: 'moody', handle: ({ message }) => { if (message.payload === 'die') throw new Error('died') } })
    const options = (): { readonly supervision: ReturnType<typeof stopAndEscalate> } => { made += 1; return { supervision: stopAndEscalate() } }
    const { hub, publish, clock } = stand({ actions: actions({ moody: template({ name: 'moody', action: moody, options }) }) })
    hub.start()
    await Promise.all([1, 2, 3, 4, 5].map((n) => publish('moody', n)))
    await clock.settle()
    expect([made, hub.stats().length]).toEqual([1, 1])
    await publish('moody', 'die')
    await clock.settle()
    expect(hub.stats()).toEqual([])
    await publish('moody', 'live')
    await clock.settle()
    expect([made, hub.stats()]).toMatchObject([2, [{ processed: 1 }]])
  })
})
