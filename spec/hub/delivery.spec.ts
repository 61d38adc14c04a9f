import * as t from 'io-ts'
import { NEVER, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import { action } from '../../src/hub/action.js'
import { settlementOf } from '../../src/hub/settlement-of.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { listenTo, stand } from './hub-stand.js'

const slow = (job: Job): Promise<unknown> =>
  new Promise((_resolve, reject) => { job.signal.addEventListener('abort', () => reject(new Error('aborted'))) })

describe('a message', () => {
  it('is acknowledged only after its outcome', async () => {
    const { bus, hub, clock, publish } = stand()
    const done: (() => void)[] = []
    hub.do('work', { action: () => new Promise<void>((resolve) => done.push(resolve)) })
    hub.start()
    await publish('work', 1)
    await clock.settle()
    expect(bus.counts('work', 'work')).toMatchObject({ unsettled: 1 })
    done[0]?.()
    await clock.settle()
    expect(bus.counts('work', 'work')).toMatchObject({ unsettled: 0, waiting: 0 })
    await hub.stop()
  })

  it('becomes a dead letter with the chain of causes when it failed', async () => {
    const { bus, hub, publish, clock } = stand()
    const dead = listenTo(bus, 'work.dead')
    hub.do('work', { supervision: resume(), retry: { maxAttempts: 2 }, action: () => { throw new Error('outer', { cause: new RangeError('inner') }) } })
    hub.start()
    await publish('work', 1)
    await clock.runUntil(10_000)
    expect(dead).toMatchObject([{ reason: 'failed after 2 attempts: Error: outer', causes: ['Error: outer', 'RangeError: inner'], message: { payload: 1 } }])
  })

  it('becomes a dead letter when it does not decode, and never reaches the handler', async () => {
    const { bus, hub, publish, clock } = stand()
    const dead = listenTo(bus, 'work.dead')
    const seen: unknown[] = []
    hub.do('work', { action: action({ name: 'work', input: t.type({ n: t.number }), handle: ({ input }) => seen.push(input) }) })
    hub.start()
    await publish('work', { n: 'x' })
    await clock.settle()
    expect([dead, seen]).toMatchObject([[{ reason: 'n should be number, but is "x"' }], []])
  })

  it('becomes a dead letter when it is no message at all', async () => {
    const { bus, hub, clock } = stand()
    const dead = listenTo(bus, 'work.dead')
    hub.do('work', { action: () => 1 })
    hub.start()
    await bus.publishRaw('work', '{"half')
    await clock.settle()
    expect(dead).toMatchObject([{ message: { raw: '{"half' } }])
    expect(hub.health()).toMatchObject({ ok: true })
  })

  it('becomes a dead letter when it had expired before it could start', async () => {
    const { bus, hub, publish, clock } = stand()
    const dead = listenTo(bus, 'work.dead')
    await publish('work', 1, { expiresAtMs: 5 })
    await clock.advance(10)
    hub.do('work', { action: () => 1 })
    hub.start()
    await clock.settle()
    expect(dead).toMatchObject([{ reason: 'expired' }])
  })

  it('comes again when its job was aborted by the end of the hub', async () => {
    const { bus, hub, publish, clock } = stand()
    hub.do('work', { action: slow })
    hub.start()
    await publish('work', 1)
    await clock.settle()
    await hub.stop()
    expect(bus.counts('work', 'work')).toMatchObject({ waiting: 1, unsettled: 0 })
  })

  it('comes again when it waited unstarted at the end of the hub', async () => {
    const { bus, hub, publish, clock } = stand()
    const started: unknown[] = []
    const group = hub.do('work', { workers: { max: 1 }, action: (job) => { started.push(job.message.payload); return NEVER } })
    hub.start()
    await publish('work', 1)
    await publish('work', 2)
    await clock.settle()
    expect(group.stats()).toMatchObject({ inFlight: 1, waiting: 1 })
    const [report] = await Promise.all([hub.stop(), clock.runUntil(5_000)])
    expect(report).toMatchObject({ handedBack: 1 })
    expect(group.stats()).toMatchObject({ cancelled: 1, handedBack: 1 })
    expect(bus.counts('work', 'work')).toMatchObject({ waiting: 2, unsettled: 0 })
    expect(started).toEqual([1])
  })

  it('keeps its lease while it waits and while it runs', async () => {
    const { hub, publish, clock } = stand({ lease: { leaseMs: 3_000 } }, { leaseMs: 3_000 })
    const attempts: unknown[] = []
    const group = hub.do('work', { workers: { max: 1 }, action: (job) => { attempts.push(job.message.payload); return new Promise<void>((resolve) => clock.schedule(() => resolve(), 10_000)) } })
    hub.start()
    await publish('work', 'a')
    await publish('work', 'b')
    await clock.runUntil(25_000)
    expect(attempts).toEqual(['a', 'b'])
    expect(group.stats()).toMatchObject({ processed: 2, cancelled: 0 })
  })

  it('is aborted, and settled by nobody here, when its lease is lost', async () => {
    const { bus, hub, publish, clock } = stand({ lease: { leaseMs: 30_000 } }, { leaseMs: 1_000 })
    const reasons: unknown[] = []
    const group = hub.do('work', { action: (job) => { job.signal.addEventListener('abort', () => reasons.push(job.signal.aborted)); return NEVER }, prefetch: 0, workers: { max: 1 } })
    hub.start()
    await publish('work', 1)
    await clock.runUntil(1_500)
    expect(reasons).toEqual([true])
    expect(group.stats().cancelled).toBe(1)
    expect(bus.counts('work', 'work')).toMatchObject({ unsettled: 1 })
  })

  it('is acknowledged when an escalation\'s listener claims it, and comes again when nobody does', async () => {
    const { bus, hub, publish, clock } = stand({}, { deaf: true })
    const claimed: unknown[] = []
    hub.escalations$.subscribe(({ pending }) => pending.slice(0, 1).forEach((item) => item.claim() && claimed.push(item.message.payload)))
    hub.do('work', { workers: { max: 1 }, prefetch: 5, supervision: stopAndEscalate(), action: () => new Promise((_resolve, reject) => clock.schedule(() => reject(new Error('no')), 10)) })
    hub.start()
    for (const payload of ['offending', 'claimed', 'left']) await publish('work', payload)
    await clock.runUntil(100)
    expect(claimed).toEqual(['claimed'])
    expect(bus.counts('work', 'work')).toMatchObject({ waiting: 1, unsettled: 0 })
  })
})

describe('a group', () => {
  it('takes as many messages as its workers can run, and as many again', async () => {
    const { bus, hub, publish, clock } = stand()
    hub.do('work', { workers: { min: 3, max: 3 }, action: () => NEVER })
    hub.start()
    for (let n = 0; n < 20; n += 1) await publish('work', n)
    await clock.settle()
    expect(bus.counts('work', 'work')).toMatchObject({ unsettled: 6, waiting: 14 })
  })

  it('takes ahead as much as it is told, and nothing while it is paused', async () => {
    const { bus, hub, publish, clock } = stand()
    const group = hub.do('work', { workers: { min: 2, max: 2 }, prefetch: 0, action: () => NEVER })
    hub.start()
    group.pause()
    for (let n = 0; n < 5; n += 1) await publish('work', n)
    expect(bus.counts('work', 'work')).toMatchObject({ unsettled: 0 })
    group.resume()
    await clock.settle()
    expect(bus.counts('work', 'work')).toMatchObject({ unsettled: 2 })
  })

  it('of batches takes whole batches', async () => {
    const { hub, publish, clock } = stand()
    const sizes: number[] = []
    hub.do('work', { workers: { max: 1 }, capacity: 20, batch: { max: 5, maxWaitMs: 100 }, action: (job) => { sizes.push(job.inputs.length) } })
    hub.start()
    for (let n = 0; n < 10; n += 1) await publish('work', n)
    await clock.runUntil(1_000)
    expect(sizes).toEqual([5, 5])
  })

  it('scales up from no worker at all, and by demand while messages wait in its line', async () => {
    const { hub, publish, clock } = stand()
    const group = hub.do('work', { workers: { min: 0, max: 3 }, action: () => NEVER })
    hub.start()
    for (let n = 0; n < 10; n += 1) await publish('work', n)
    await clock.runUntil(5_000)
    expect(group.stats().live).toBe(3)
  })
})

describe('the settlement of an outcome', () => {
  const facts = { message: { id: '1', topic: 't', payload: 1, headers: {}, sentAtMs: 0 }, attempts: 1, waitMs: 0, serviceMs: 0 }

  it('is not a dead letter for what was only cancelled, dropped or handed back', () => {
    expect(settlementOf({ ...facts, type: 'cancelled', reason: 'stopped' })).toMatchObject({ type: 'retry', afterMs: 0 })
    expect(settlementOf({ ...facts, type: 'dropped' })).toMatchObject({ type: 'retry', afterMs: 0 })
    expect(settlementOf({ ...facts, type: 'handedBack', to: 'source' })).toMatchObject({ type: 'retry', afterMs: 0 })
  })

  it('says of a time-out how long was allowed', async () => {
    const { bus, hub, publish, clock } = stand()
    const dead = listenTo(bus, 'work.dead')
    hub.do('work', { timeoutMs: 50, supervision: resume(), action: () => of(1).pipe(() => NEVER) })
    hub.start()
    await publish('work', 1)
    await clock.runUntil(100)
    expect(dead).toMatchObject([{ reason: 'timedOut after 1 attempt: TimeoutError: the attempt took longer than 50 ms' }])
  })
})
