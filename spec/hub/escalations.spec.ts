import { config, merge, Observable, of, Subject, throwError } from 'rxjs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Delivery, MessageBus } from '../../src/bus/bus.js'
import { warnAloud } from '../../src/hub/escalation-desk.js'
import { constant } from '../../src/supervision/constant.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { stand } from './hub-stand.js'

const failing = { action: () => { throw new Error('no') } }

afterEach(() => {
  config.onUnhandledError = null
  vi.unstubAllGlobals()
})

describe('an escalation', () => {
  it('is told to the hub\'s listeners and to onEscalation, with the hub', async () => {
    const told: unknown[] = []
    const { hub, publish, clock, escalations } = stand({ onEscalation: (escalation, from) => told.push(escalation, from) })
    hub.do('a', failing)
    hub.start()
    await publish('a', 1)
    await clock.settle()
    expect(escalations).toMatchObject([{ group: 'a', protocol: 'restart', offending: { payload: 1 }, pending: [] }])
    expect(told).toEqual([escalations[0], hub])
  })

  it('of a child is told too', async () => {
    const { hub, clock, escalations } = stand()
    hub.do('a', { action: () => 1 }, { b: failing })
    hub.start()
    await hub.send('a/children/b', 1)
    await clock.settle()
    expect(escalations).toMatchObject([{ group: 'a/children/b', protocol: 'restart' }])
  })

  it('that nobody listens to is warned of, once for each kind', async () => {
    const { hub, publish, clock, warnings } = stand({}, { deaf: true })
    hub.do('a', failing)
    hub.do('b', { ...failing, supervision: stopAndEscalate() })
    hub.start()
    for (const topic of ['a', 'a', 'b']) await publish(topic, 1)
    await clock.runUntil(1_000)
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toContain('nobody listens to an escalation of \'a\' (restart, thrown)')
    expect(warnings[1]).toContain('killAndEscalate')
  })

  it('may stop the hub from inside', async () => {
    const { hub, publish } = stand({ onEscalation: (_escalation, from) => void from.stop() })
    hub.do('a', { ...failing, supervision: stopAndEscalate() })
    hub.do('b', { action: () => 1 })
    hub.start()
    await publish('a', 1)
    expect(await hub.wait()).toMatchObject({ zombies: 0 })
    expect(hub.health().phase).toBe('stopped')
  })

  it('whose handler throws changes nothing, and what it threw is reported', async () => {
    const reported = new Promise<unknown>((resolve) => { config.onUnhandledError = resolve })
    const { hub, publish, clock, escalations } = stand({ onEscalation: () => { throw new RangeError('mine') } })
    hub.do('a', failing)
    hub.start()
    await publish('a', 1)
    await clock.settle()
    expect(await reported).toEqual(new RangeError('mine'))
    expect(escalations).toHaveLength(1)
    expect(hub.health().ok).toBe(true)
  })

  it('stream completes when the hub has stopped', async () => {
    const { hub } = stand()
    let completed = false
    hub.escalations$.subscribe({ complete: () => { completed = true } })
    await hub.stop()
    expect(completed).toBe(true)
  })
})

describe('a warning without a listener', () => {
  it('is one of the process, and an error event where there is no process', () => {
    const warned: unknown[] = []
    vi.stubGlobal('process', { ...process, emitWarning: (text: string) => warned.push(text) })
    warnAloud('one')
    vi.stubGlobal('process', undefined)
    vi.stubGlobal('reportError', (error: Error) => warned.push(error.message))
    warnAloud('two')
    vi.stubGlobal('reportError', undefined)
    warnAloud('three')
    vi.unstubAllGlobals()
    expect(warned).toEqual(['one', 'two'])
  })
})

describe('a bus that breaks off deliveries', () => {
  const breaking = (times: number) => {
    let left = times
    return (bus: MessageBus): MessageBus => ({
      ...bus,
      deliveries: (options) => new Observable<Delivery>((subscriber) => {
        left -= 1
        if (left < 0) return bus.deliveries(options).subscribe(subscriber)
        subscriber.error(new Error('refused'))
        return undefined
      }),
    })
  }

  it('is listened to again after a backoff, and told as a crash', async () => {
    const { hub, publish, clock, escalations } = stand({}, { around: breaking(2) })
    const seen: unknown[] = []
    hub.do('a', { action: ({ message }) => seen.push(message.payload) })
    await publish('a', 1)
    hub.start()
    await clock.settle()
    expect(seen).toEqual([])
    await clock.runUntil(1_000)
    expect(seen).toEqual([1])
    expect(escalations).toMatchObject([{ group: 'a', protocol: 'restart', failure: { type: 'crashed' } }, { protocol: 'restart' }])
    expect(hub.health().ok).toBe(true)
  })

  it('too often for the intensity ends the group, and health says so', async () => {
    const consumption = restartOne({ maxRestarts: 2, withinMs: 60_000, backoff: constant(10) })
    const { hub, clock, escalations } = stand({ consumption }, { around: breaking(Number.POSITIVE_INFINITY) })
    const group = hub.do('a', { action: () => 1 })
    hub.start()
    await clock.runUntil(1_000)
    expect(escalations.map(({ protocol }) => protocol)).toEqual(['restart', 'restart', 'killAndEscalate'])
    expect(group.stats().phase).toBe('stopped')
    expect(hub.stats()).toEqual([])
    expect(hub.health()).toMatchObject({ ok: false, problems: ['taking deliveries of \'a\' failed: Error: refused'] })
  })

  it('while it is listened to is listened to again, as often as that happens, with the limit of then', async () => {
    const broken: Subject<Delivery>[] = []
    const limits: number[] = []
    const around = (bus: MessageBus): MessageBus => ({
      ...bus,
      deliveries: (options) => new Observable<Delivery>((subscriber) => {
        const subject = new Subject<Delivery>()
        broken.push(subject)
        subscriber.add(options.limit$.subscribe((limit) => limits.push(limit)))
        return merge(subject, bus.deliveries(options)).subscribe(subscriber)
      }),
    })
    const consumption = restartOne({ maxRestarts: 2, withinMs: 60_000, backoff: constant(10) })
    const { hub, publish, clock, escalations } = stand({ consumption }, { around })
    const seen: unknown[] = []
    const group = hub.do('a', { workers: { min: 2, max: 2 }, action: ({ message }) => seen.push(message.payload) })
    hub.start()
    broken[0]?.error(new Error('gone'))
    group.pause()
    await publish('a', 1)
    await clock.advance(10)
    group.resume()
    await clock.settle()
    expect([seen, limits]).toEqual([[1], [4, 0, 4]])
    for (const index of [1, 2]) {
      broken[index]?.error(new Error('gone'))
      await clock.advance(10)
    }
    expect(escalations.map(({ protocol }) => protocol)).toEqual(['restart', 'restart', 'killAndEscalate'])
    expect([broken.length, group.stats().phase]).toEqual([3, 'stopped'])
  })

  it.each([['while it is listened to', 0], ['at once', 1]])('%s is listened to again by resume at once, unless that could go on for ever', async (_when, waits) => {
    let times = 0
    const subject = new Subject<Delivery>()
    const around = (bus: MessageBus): MessageBus => ({
      ...bus,
      deliveries: (options) => {
        times += 1
        return times > 1 ? bus.deliveries(options) : waits === 0 ? subject : throwError(() => new Error('refused'))
      },
    })
    const { hub, clock } = stand({ consumption: resume() }, { around })
    hub.do('a', { action: () => 1 })
    hub.start()
    subject.error(new Error('gone'))
    expect(times).toBe(2 - waits)
    await clock.advance(0)
    expect(times).toBe(2)
  })

  it('because it has closed ends the groups', async () => {
    const { hub, bus, clock } = stand()
    const group = hub.do('a', { action: () => 1 })
    hub.start()
    expect(hub.health()).toMatchObject({ ok: true, bus: 'live', groups: [{ name: 'a', topic: 'a', consuming: true }] })
    await bus.close()
    await clock.settle()
    expect(group.stats().phase).toBe('stopped')
    expect(hub.health()).toMatchObject({ ok: false, bus: 'lost' })
  })

  it.each(['connecting', 'degraded'] as const)('is in health while %s only if something still flows', (status) => {
    const { hub } = stand({}, { around: (bus) => ({ ...bus, status$: of(status) }) })
    hub.do('a', { action: () => 1 })
    hub.start()
    expect(hub.health()).toMatchObject({ ok: status === 'degraded', bus: status })
  })

  it('and refuses a settlement is a problem until one goes well', async () => {
    let refuse = true
    const around = (bus: MessageBus): MessageBus => ({
      ...bus,
      deliveries: (options) => new Observable<Delivery>((subscriber) => bus.deliveries(options).subscribe((delivery) => subscriber.next({
        message: delivery.message, attempt: delivery.attempt, lost: delivery.lost, extend: () => delivery.extend(),
        settle: (settlement) => (refuse ? Promise.reject(new Error('gone')) : delivery.settle(settlement)),
      }))),
    })
    const { hub, publish, clock } = stand({}, { around })
    hub.do('a', { action: () => 1 })
    hub.start()
    await publish('a', 1)
    await clock.settle()
    expect(hub.health()).toMatchObject({ ok: false, problems: ['a settlement failed: Error: gone'] })
    refuse = false
    await publish('a', 2)
    await clock.settle()
    expect(hub.health()).toMatchObject({ ok: true, problems: [] })
  })
})
