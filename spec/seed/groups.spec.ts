import { NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { WorkerCrash } from '../../src/core/failure.js'
import type { GroupStats } from '../../src/core/group-stats.js'
import type { Job } from '../../src/core/job.js'
import { OptionsError } from '../../src/core/options-error.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { GroupClosedError } from '../../src/group/worker-group-contract.js'
import { demand } from '../../src/scaling/demand.js'
import type { Escalation } from '../../src/supervision/escalation.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { VirtualTime } from '../support/virtual-time.js'

const nothing = (): void => undefined

describe('seed: supervision', () => {
  it.each([
    ['DoNothing', resume(), { restarts: 0, escalations: 0, phase: 'running', created: 2 }],
    ['RestartOne', restartOne(), { restarts: 1, escalations: 1, phase: 'running', created: 3 }],
    ['RestartAll', restartAll(), { restarts: 1, escalations: 1, phase: 'running', created: 4 }],
    ['StopAllAndEscalate', stopAndEscalate(), { restarts: 0, escalations: 1, phase: 'stopped', created: 2 }],
  ])('seed: `BehaviourType` — %s', async (_name, supervision, expected) => {
    const clock = new VirtualTime()
    const group = workerGroup({ supervision, scheduler: clock, workers: { min: 2, max: 2 }, action: ({ input }: Job<number>) => { if (input < 0) throw new Error('no') } })
    await group.offer(-1)
    await clock.runUntil(1_000)
    expect(group.stats()).toMatchObject(expected)
  })

  it.each([
    ['thrown', () => { throw new Error('no') }],
    ['timedOut', () => new Promise<void>(nothing)],
    ['crashed', () => { throw new WorkerCrash('gone') }],
  ] as const)('seed: `WorkerProtocol` — %s is present in the escalation', async (type, action) => {
    const clock = new VirtualTime()
    const told: Escalation[] = []
    const group = workerGroup({ action, timeoutMs: 100, scheduler: clock, onEscalation: (escalation) => told.push(escalation) })
    await group.offer(1)
    await clock.runUntil(2_000)
    expect(told[0]?.failure.type).toBe(type)
  })

  it('seed: `WorkerProtocol` — a resource that cannot be acquired', async () => {
    const clock = new VirtualTime()
    const told: Escalation[] = []
    const group = workerGroup({ action: nothing, worker: { acquire: () => { throw new Error('none') } }, scheduler: clock, onEscalation: (escalation) => told.push(escalation) })
    group.start()
    await clock.settle()
    expect(told[0]?.failure).toMatchObject({ type: 'acquire', error: new Error('none') })
  })

  it.each([
    ['RestartProtocol', restartOne(), 'restart', 0],
    ['KillAndEscalateProtocol', stopAndEscalate(), 'killAndEscalate', 2],
  ] as const)('seed: `EscalationProtocol`, `Escalation{…}` — %s: pending and offending messages', async (_name, supervision, protocol, pending) => {
    const clock = new VirtualTime()
    const told: Escalation[] = []
    const action = (): Promise<void> => new Promise((_resolve, reject) => clock.schedule(() => reject(new Error('no')), 10))
    const group = workerGroup({ supervision, action, workers: { max: 1 }, scheduler: clock, onEscalation: (escalation) => told.push(escalation) })
    for (const payload of ['offending', 'waits', 'waits too']) await group.offer(payload)
    await clock.advance(10)
    expect(told[0]).toMatchObject({ protocol, failure: { error: new Error('no') }, offending: { payload: 'offending' } })
    expect(told[0]?.pending).toHaveLength(pending)
  })
})

describe('seed: a group', () => {
  it('seed: `InstanceType` — a single one never exceeds one worker', async () => {
    const clock = new VirtualTime()
    const group = workerGroup({ action: () => NEVER, instance: 'single', scheduler: clock })
    for (let n = 0; n < 11; n += 1) await group.offer(n)
    void group.offer(12)
    await clock.runUntil(10_000)
    expect(group.stats()).toMatchObject({ instance: 'single', live: 1, max: 1 })
  })

  it('seed: `InstanceType` — a one-time one runs for one message, and the group completes; unset is scaling', async () => {
    const clock = new VirtualTime()
    const once = workerGroup({ action: () => 'done', instance: 'oneTime', scheduler: clock })
    expect(await once.submit(1)).toBe('done')
    await once.wait()
    expect(once.stats()).toMatchObject({ processed: 1, phase: 'stopped' })
    expect(workerGroup({ action: nothing }).stats().instance).toBe('scaling')
  })

  it('seed: `WorkerConfig{…}` — a group takes all of it', async () => {
    const clock = new VirtualTime()
    const stop = new AbortController()
    const group = workerGroup({
      name: 'a', address: 'b', capacity: 3, action: (job: Job<number, undefined, number>) => job.services + job.input, workers: { min: 2, max: 4 }, services: 40,
      supervision: resume(), instance: 'scaling', signal: stop.signal, onEscalation: nothing, scaling: demand({ maxIdleMs: 1_000, deliveryWaitMs: 10 }), scheduler: clock,
    })
    expect(await group.submit(2)).toBe(42)
    expect(group.stats()).toMatchObject({ address: 'b', min: 2, max: 4, supervision: 'resume' })
    stop.abort()
    expect(await group.wait()).toMatchObject({ zombies: 0 })
  })

  it('seed: a missing required field — one error with every problem', () => {
    const wrong: Parameters<typeof workerGroup>[0] = JSON.parse('{ "capacity": 0 }')
    expect(() => workerGroup(wrong)).toThrow(OptionsError)
    expect(() => workerGroup(wrong)).toThrow(/action should be .*; capacity should be/)
  })

  it('seed: defaults — those of the seed', async () => {
    const clock = new VirtualTime()
    const group = workerGroup({ action: () => NEVER, scheduler: clock })
    expect(group.stats()).toMatchObject({ min: 1, max: 10, supervision: 'restartOne', instance: 'scaling', scaling: 'demand' })
    for (let n = 0; n < 11; n += 1) await group.offer(n)
    void group.offer('waits for room')
    await clock.runUntil(499)
    expect(group.stats()).toMatchObject({ waiting: 10, live: 1 })
    await clock.advance(1)
    expect(group.stats().live).toBe(2)
  })

  it('seed: `HandleMessage` — waits for room; a worker more after the wait; an error once closed', async () => {
    const clock = new VirtualTime()
    const accepted: number[] = []
    const action = (): Promise<void> => new Promise((resolve) => clock.schedule(() => resolve(), 500))
    const group = workerGroup({ action, capacity: 1, workers: { max: 3 }, scaling: demand({ deliveryWaitMs: 100 }), scheduler: clock })
    const sending = (async () => {
      for (let n = 0; n < 5; n += 1) {
        await group.offer(n)
        accepted.push(clock.now())
      }
    })()
    await clock.runUntil(2_000)
    await sending
    expect(accepted).toEqual([0, 0, 100, 200, 500])
    expect(group.stats().processed).toBe(5)
    await group.stop()
    await expect(group.offer(6)).rejects.toBeInstanceOf(GroupClosedError)
  })

  it('seed: a worker idle for `MaxIdleness` ends, down to `MinWorker` — and counts as idled', async () => {
    const clock = new VirtualTime()
    const action = (): Promise<void> => new Promise((resolve) => clock.schedule(() => resolve(), 400))
    const group = workerGroup({ action, capacity: 1, workers: { max: 3 }, scaling: demand({ deliveryWaitMs: 100, maxIdleMs: 1_000 }), scheduler: clock })
    for (let n = 0; n < 6; n += 1) void group.offer(n)
    await clock.runUntil(390)
    expect(group.stats().live).toBe(3)
    await clock.runUntil(10_000)
    expect(group.stats()).toMatchObject({ live: 1, idled: 2, processed: 6 })
  })

  it('seed: `Start`, `Stop`, `Wait`, `WaitRestart`, `Ctx`, `Stats`', async () => {
    const clock = new VirtualTime()
    const group = workerGroup({ action: () => { throw new Error('no') }, supervision: restartAll(), scheduler: clock, random: () => 0.5 })
    group.start()
    await group.offer(1)
    const order: string[] = []
    void group.restarted().then(() => order.push(`restarted at ${clock.now()}`))
    void group.wait().then(() => order.push('stopped'))
    await clock.runUntil(1_000)
    expect(group.signal.aborted).toBe(false)
    await group.stop()
    await clock.settle()
    expect(order).toEqual(['restarted at 50', 'stopped'])
    expect([group.signal.aborted, group.stats().phase]).toEqual([true, 'stopped'])
  })

  it('seed: `WorkerStat` — every number, and it serialises to JSON', () => {
    const stats = workerGroup({ action: nothing }).stats()
    const names: readonly (keyof GroupStats)[] = [
      'address', 'max', 'min', 'received', 'processed', 'escalations', 'failed', 'restarts', 'available', 'live', 'created', 'stopped', 'idled', 'instance', 'supervision',
    ]
    const json: unknown = JSON.parse(JSON.stringify(stats))
    expect(json).toEqual(stats)
    expect(Object.keys(stats)).toEqual(expect.arrayContaining([...names]))
  })
})
