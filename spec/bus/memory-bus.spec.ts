import fc from 'fast-check'
import { BehaviorSubject, of, take, VirtualTimeScheduler } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { type Delivery, deadTopic } from '../../src/bus/bus.js'
import { memoryBus, type MemoryBus } from '../../src/bus/memory-bus.js'
import { ack, reject, retry } from '../../src/bus/settlement.js'
import { OptionsError } from '../../src/core/options-error.js'
import { listen, messageOf, numbered, payloadOf } from '../../src/testing/bus-listener.js'
import { microtasks, virtualBus } from './virtual-bus.js'

const ackAtOnce = (bus: MemoryBus, topic: string, each: (delivery: Delivery) => void = () => undefined) =>
  listen(bus, { topic, group: 'g', limit: 1, each: (delivery) => (each(delivery), void delivery.settle(ack)) })

describe('the memory bus', () => {
  it('delivers within the publish, and settles within the handler, a hundred thousand times without growing the stack', async () => {
    const { bus } = virtualBus()
    const listener = ackAtOnce(bus, 't')
    await bus.publish(numbered('t', 100_000))
    expect(listener.got.length).toBe(100_000)
    expect(bus.counts('t', 'g')).toEqual({ waiting: 0, unsettled: 0, retrying: 0, acked: 100_000, dead: 0, late: 0 })
  })

  it('does not grow the stack where each handler publishes for the next of ten thousand topics', async () => {
    const { bus } = virtualBus()
    for (let number = 0; number < 10_000; number += 1) ackAtOnce(bus, `t${number}`, () => void bus.publish([messageOf(`t${number + 1}`, 1)]))
    await bus.publish([messageOf('t0', 1)])
    expect(bus.counts('t9999', 'g').acked).toBe(1)
  })

  it('has no timer while nothing is unsettled and no retry waits', async () => {
    const { bus, timers } = virtualBus()
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish(numbered('t', 3))
    expect(timers()).toBe(1)
    await listener.settle(0, retry(50))
    expect(timers()).toBe(1)
    await listener.settle(1, ack)
    await listener.settle(2, ack)
    expect(timers()).toBe(1)
    const settling = ackAtOnce(bus, 'other')
    await bus.publish(numbered('other', 10))
    expect([settling.got.length, timers()]).toEqual([10, 1])
    listener.leave()
    await bus.close()
    expect(timers()).toBe(0)
  })

  it('lets go of its timer with the last settlement', async () => {
    const { bus, timers } = virtualBus()
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish(numbered('t', 2))
    await listener.ackAll()
    expect(timers()).toBe(0)
  })

  it('ends each lease at its own moment, wherever in between it was extended', async () => {
    const { bus, pass } = virtualBus({ leaseMs: 100 })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish([messageOf('t', 'a')])
    pass(30)
    await bus.publish([messageOf('t', 'b')])
    pass(30)
    await listener.at(0).extend()
    pass(69)
    expect(listener.payloads()).toEqual(['a', 'b'])
    pass(1)
    expect(listener.payloads()).toEqual(['a', 'b', 'b'])
    pass(29)
    expect(listener.payloads()).toEqual(['a', 'b', 'b'])
    pass(1)
    expect(listener.payloads()).toEqual(['a', 'b', 'b', 'a'])
  })

  it('ends a lease in time also when another was extended while it was handed over', async () => {
    const { bus, scheduler, pass } = virtualBus({ leaseMs: 100 })
    const got: Delivery[] = []
    bus.deliveries({ topic: 't', group: 'g', limit$: of(2) }).subscribe((delivery) => {
      if (got.push(delivery) !== 2) return
      scheduler.frame = 5
      void got[0]?.extend()
    })
    await bus.publish(numbered('t', 2))
    pass(95)
    expect(got.map(payloadOf)).toEqual([0, 1, 1])
    pass(5)
    expect(got.map(payloadOf)).toEqual([0, 1, 1, 0])
  })

  it('gives what was lost at one moment again in the order in which it arrived', async () => {
    const { bus, pass } = virtualBus({ leaseMs: 100 })
    const listener = listen(bus, { topic: 't', group: 'g', limit: 3 })
    await bus.publish(numbered('t', 5))
    pass(100)
    expect(listener.payloads()).toEqual([0, 1, 2, 0, 1, 2])
  })

  it('retries in the order in which retries are due', async () => {
    const { bus, pass } = virtualBus()
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish(numbered('t', 5))
    for (const [index, afterMs] of [40, 10, 30, 10, 20].entries()) void listener.settle(index, retry(afterMs))
    expect(bus.counts('t', 'g').retrying).toBe(5)
    pass(9)
    expect(listener.got.length).toBe(5)
    pass(31)
    expect(listener.payloads().slice(5)).toEqual([1, 3, 4, 2, 0])
  })

  it('retries any number in the order in which they are due', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60, size: 'max' }), (waits) => {
        const { bus, pass } = virtualBus()
        const listener = listen(bus, { topic: 't', group: 'g' })
        void bus.publish(numbered('t', waits.length))
        for (const [index, afterMs] of waits.entries()) void listener.settle(index, retry(afterMs))
        pass(30)
        const wanted = waits.map((afterMs, index) => ({ afterMs, index })).toSorted((a, b) => a.afterMs - b.afterMs || a.index - b.index)
        expect(listener.payloads().slice(waits.length)).toEqual(wanted.map(({ index }) => index))
      }),
    )
  })

  it('counts what is settled too late', async () => {
    const { bus, pass } = virtualBus({ leaseMs: 100 })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish(numbered('t', 1))
    pass(100)
    expect([await listener.settle(0, ack), await listener.settle(1, ack), await listener.settle(1, ack)]).toEqual([false, true, false])
    expect(bus.counts('t', 'g')).toMatchObject({ late: 2, acked: 1 })
  })

  it('takes turns among members that have room', async () => {
    const { bus } = virtualBus()
    const members = [1, 2, 3].map(() => listen(bus, { topic: 't', group: 'g', limit: 2 }))
    await bus.publish(numbered('t', 6))
    expect(members.map((member) => member.payloads())).toEqual([[0, 3], [1, 4], [2, 5]])
  })

  it('gives back what was being handed over to a listener that left in the middle of it', async () => {
    const { bus } = virtualBus()
    const seen: Delivery[] = []
    await bus.publish(numbered('t', 2))
    bus.deliveries({ topic: 't', group: 'g', limit$: of(10) }).pipe(take(1)).subscribe((delivery) => seen.push(delivery))
    expect([seen.length, seen[0]?.lost.aborted, bus.counts('t', 'g').waiting]).toEqual([1, true, 2])
    const next = listen(bus, { topic: 't', group: 'g' })
    expect(next.got.map((delivery) => [payloadOf(delivery), delivery.attempt])).toEqual([[0, 2], [1, 1]])
  })

  it('stays in order when a handler leaves, closes the bus or changes the limit from within', async () => {
    const { bus } = virtualBus()
    const limit$ = new BehaviorSubject(1)
    const got: unknown[] = []
    bus.deliveries({ topic: 't', group: 'g', limit$ }).subscribe((delivery) => {
      got.push(payloadOf(delivery))
      limit$.next(3)
      if (got.length === 3) void bus.close()
    })
    await bus.publish(numbered('t', 5))
    expect(got).toEqual([0, 1, 2])
  })

  it('takes all of a publish or nothing', async () => {
    const { bus } = virtualBus({ retained: 3 })
    await expect(bus.publish([messageOf('t', 1), messageOf('t', () => 1)])).rejects.toThrow('payload')
    await expect(bus.publish([messageOf('other', 1), ...numbered('t', 4)])).rejects.toThrow("topic 't' is full: it keeps 3 messages")
    expect([listen(bus, { topic: 't', group: 'g' }).got.length, listen(bus, { topic: 'other', group: 'g' }).got.length]).toEqual([0, 0])
  })

  it('refuses what it cannot keep for a first group, and takes any number once there is one', async () => {
    const { bus } = virtualBus({ retained: 3 })
    await bus.publish(numbered('t', 3))
    await expect(bus.publish([messageOf('t', 3)])).rejects.toThrow('is full')
    const group = listen(bus, { topic: 't', group: 'g', limit: 0 })
    await bus.publish(numbered('t', 10))
    group.limit$.next(100)
    expect(group.payloads()).toEqual([0, 1, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('does not refuse what a listener without a group has heard', async () => {
    const { bus } = virtualBus({ retained: 3 })
    const listener = listen(bus, { topic: 't' })
    await bus.publish(numbered('t', 3))
    await bus.publish(numbered('t', 3))
    expect(listener.got.length).toBe(6)
    expect(listen(bus, { topic: 't', group: 'g' }).got.length).toBe(3)
  })

  it('lets no more wait in a group than it was told', async () => {
    const { bus } = virtualBus({ maxWaiting: 2 })
    const group = listen(bus, { topic: 't', group: 'g', limit: 1 })
    await bus.publish(numbered('t', 2))
    await bus.publish([messageOf('t', 2)])
    await expect(bus.publish([messageOf('t', 3)])).rejects.toThrow('2 of 2 messages waiting')
    await group.ackAll()
    await bus.publish([messageOf('t', 3)])
    expect(bus.counts('t', 'g')).toMatchObject({ waiting: 2, unsettled: 1, acked: 1 })
  })

  it('keeps unsettled what it can write no dead letter for, and tries that again', async () => {
    const { bus, pass } = virtualBus({ retained: 1, maxAttempts: 1, leaseMs: 100 })
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish(numbered('t', 3))
    await listener.settle(0, reject('first'))
    await expect(listener.settle(1, reject('second'))).rejects.toThrow('is full')
    expect(bus.counts('t', 'g')).toMatchObject({ unsettled: 2, dead: 1 })
    pass(100)
    expect(bus.counts('t', 'g')).toMatchObject({ unsettled: 0, retrying: 2, dead: 1 })
    expect(listener.got.length).toBe(3)
    const dead = listen(bus, { topic: deadTopic('t'), group: 'g' })
    await dead.ackAll()
    pass(100)
    await dead.ackAll()
    pass(100)
    expect([bus.counts('t', 'g').dead, dead.got.length, listener.got.length]).toEqual([3, 3, 3])
  })

  it('keeps dead letters until a group has acknowledged them, also when others listen', async () => {
    const { bus } = virtualBus()
    const beside = listen(bus, { topic: deadTopic('t') })
    const reader = listen(bus, { topic: deadTopic('t'), group: 'g', limit: 1 })
    listen(bus, { topic: 't', group: 'g', each: (delivery) => void delivery.settle(reject('no')) })
    await bus.publish(numbered('t', 3))
    await beside.ackAll()
    await reader.settle(0, ack)
    const seen: unknown[] = []
    await bus.replay('t', (dead) => (seen.push('payload' in dead.message && dead.message.payload), false))
    expect(seen).toEqual([1, 2])
  })

  it('takes replayed dead letters from the groups that have not yet come to them', async () => {
    const { bus } = virtualBus()
    const reader = listen(bus, { topic: deadTopic('t'), group: 'g', limit: 0 })
    const worker = listen(bus, { topic: 't', group: 'g', each: (delivery) => void delivery.settle(delivery.attempt === 1 ? reject('no') : ack) })
    await bus.publish(numbered('t', 2))
    worker.leave()
    expect(await bus.replay('t')).toBe(2)
    reader.limit$.next(10)
    expect([reader.got.length, bus.counts(deadTopic('t'), 'g').waiting]).toEqual([0, 0])
  })

  it('sends nothing back if the filter throws', async () => {
    const { bus } = virtualBus()
    listen(bus, { topic: 't', group: 'g', each: (delivery) => void delivery.settle(reject('no')) })
    await bus.publish(numbered('t', 2))
    await expect(bus.replay('t', () => { throw new Error('filter') })).rejects.toThrow('filter')
    expect(await bus.replay('t', () => false)).toBe(0)
    expect(bus.counts('t', 'g').dead).toBe(2)
  })

  it('writes first and last time into a dead letter', async () => {
    const { bus, pass } = virtualBus({ leaseMs: 100, maxAttempts: 2 })
    listen(bus, { topic: 't', group: 'g' })
    const dead = listen(bus, { topic: deadTopic('t'), group: 'g' })
    pass(7)
    await bus.publish(numbered('t', 1))
    pass(200)
    expect(dead.payloads()).toMatchObject([{ firstAtMs: 7, lastAtMs: 207, attempts: 2, reason: 'its lease ended on delivery 2 of 2' }])
  })

  it('tells its end as lost, and then completes', async () => {
    const { bus } = virtualBus()
    const told: unknown[] = []
    await bus.close()
    bus.status$.subscribe({ next: (status) => told.push(status), complete: () => told.push('complete') })
    expect(told).toEqual(['lost', 'complete'])
  })

  it('tells listeners who lose a delivery by its end, whether they asked before or after', async () => {
    const { bus } = virtualBus()
    const listener = listen(bus, { topic: 't', group: 'g' })
    await bus.publish(numbered('t', 2))
    const { lost } = listener.at(0)
    await bus.close()
    await microtasks()
    expect([lost.aborted, listener.at(1).lost.aborted, String(lost.reason)]).toEqual([true, true, 'Error: its listener closed'])
  })

  it('refuses options by name, all at once', () => {
    expect(() => memoryBus({ leaseMs: 0, maxAttempts: 0.5, retained: -1 })).toThrow(OptionsError)
    expect(() => memoryBus({ leaseMs: 0, maxAttempts: 0.5, retained: -1 })).toThrow(/leaseMs.*maxAttempts.*retained/)
    expect(() => retry(-1)).toThrow('afterMs')
    expect(memoryBus({ scheduler: new VirtualTimeScheduler() }).features.name).toBe('memory')
  })
})
