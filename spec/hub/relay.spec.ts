import { BehaviorSubject, config, Observable, of, Subject, Subscription } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Delivery, MessageBus, Settlement } from '../../src/bus/bus.js'
import { memoryBus } from '../../src/bus/memory-bus.js'
import { ack, reject, retry } from '../../src/bus/settlement.js'
import { createMessage } from '../../src/core/create-message.js'
import { relay } from '../../src/hub/relay.js'
import { VirtualTime } from '../support/virtual-time.js'

interface Ear {
  readonly got: Delivery[]
  readonly payloads: () => unknown[]
  readonly limit$: BehaviorSubject<number>
  readonly subscription: Subscription
  end: string
}

const scene = (group: string | undefined, bus: MessageBus = memoryBus({ scheduler: new VirtualTime(), maxAttempts: 10 })) => {
  let subscriptions = 0
  const counted = { deliveries: (options: Parameters<MessageBus['deliveries']>[0]) => new Observable<Delivery>((subscriber) => {
    subscriptions += 1
    return bus.deliveries(options).subscribe(subscriber)
  }) }
  const join = relay(counted)
  const listen = (limit = 10): Ear => {
    const got: Delivery[] = []
    const limit$ = new BehaviorSubject(limit)
    const ear: Ear = {
      got, limit$, end: 'open', subscription: new Subscription(),
      payloads: () => got.map(({ message }) => (message._tag === 'Right' ? message.right.payload : 'undecodable')),
    }
    const member = join({ topic: 'news', group }, {
      next: (given) => got.push(given),
      error: (error: unknown) => { ear.end = String(error) },
      complete: () => { ear.end = 'complete' },
    })
    ear.subscription.add(() => member.leave())
    ear.subscription.add(limit$.subscribe((room) => member.pace(room)))
    member.listen()
    return ear
  }
  let id = 0
  const say = (...payloads: readonly unknown[]): Promise<void> =>
    bus.publish(payloads.map((payload) => createMessage(payload, { id: `${(id += 1)}`, topic: 'news', sentAtMs: 0 })))
  return { bus, join, listen, say, subscriptions: () => subscriptions }
}

const settleAll = async (ear: Ear, settlement: Settlement = ack): Promise<readonly boolean[]> => Promise.all(ear.got.map((given) => given.settle(settlement)))

describe('listeners of one group', () => {
  it('share one subscription of the bus and take turns', async () => {
    const { listen, say, subscriptions } = scene('g')
    const [a, b] = [listen(), listen()]
    await say(1, 2, 3, 4)
    expect(subscriptions()).toBe(1)
    expect([a.payloads(), b.payloads()]).toEqual([[1, 3], [2, 4]])
  })

  it('get only as much as each has room for', async () => {
    const { listen, say } = scene('g')
    const [a, b] = [listen(1), listen(2)]
    await say(1, 2, 3, 4, 5)
    expect([a.payloads(), b.payloads()]).toEqual([[1], [2, 3]])
    await settleAll(a)
    expect(a.payloads()).toEqual([1, 4])
  })

  it('keep their room though another is over its limit', async () => {
    const { listen, say } = scene('g')
    const a = listen(3)
    await say(1, 2, 3)
    a.limit$.next(0)
    const b = listen(1)
    await say(4)
    expect(b.payloads()).toEqual([4])
  })

  it('leave what they had to the others', async () => {
    const { listen, say } = scene('g')
    const [a, b] = [listen(1), listen(0)]
    await say(1)
    a.subscription.unsubscribe()
    expect(b.payloads()).toEqual([])
    b.limit$.next(1)
    expect(b.payloads()).toEqual([1])
    expect(b.got[0]?.attempt).toBe(2)
  })

  it('are given what came while nobody had room as soon as one has', async () => {
    const deliveries$ = new Subject<Delivery>()
    const { listen } = scene('g', { ...memoryBus(), deliveries: () => deliveries$ })
    const a = listen(0)
    deliveries$.next(delivery('late'))
    expect(a.payloads()).toEqual([])
    a.limit$.next(1)
    expect(a.payloads()).toEqual(['late'])
  })

  it('have room again when a lease is lost', async () => {
    const deliveries$ = new Subject<Delivery>()
    const { listen } = scene('g', { ...memoryBus(), deliveries: () => deliveries$ })
    const a = listen(1)
    const lost = new AbortController()
    deliveries$.next(delivery('first', lost.signal))
    deliveries$.next(delivery('second'))
    expect(a.payloads()).toEqual(['first'])
    lost.abort()
    expect(a.payloads()).toEqual(['first', 'second'])
  })

  it('close the subscription of the bus with the last of them, and open another after that', async () => {
    const { listen, say, subscriptions } = scene('g')
    const [a, b] = [listen(), listen()]
    a.subscription.unsubscribe()
    b.subscription.unsubscribe()
    await say(1)
    expect(listen().payloads()).toEqual([1])
    expect(subscriptions()).toBe(2)
  })

  it('may leave from inside a delivery', async () => {
    const { join, listen, say } = scene('g')
    await say(1, 2)
    const once: unknown[] = []
    const nothing = (): void => undefined
    const brief = join({ topic: 'news', group: 'g' }, { next: ({ attempt }) => { once.push(attempt); brief.leave() }, error: nothing, complete: nothing })
    brief.pace(5)
    brief.listen()
    expect(once).toEqual([1])
    expect(listen(2).payloads()).toEqual([1, 2])
  })

  it('tell the bus of a second settlement, which says that it came too late', async () => {
    const { listen, say } = scene('g')
    const a = listen()
    await say(1)
    expect([await settleAll(a), await settleAll(a)]).toEqual([[true], [false]])
  })

  it('keep a lease by extending it', async () => {
    const { listen, say } = scene('g')
    const a = listen()
    await say(1)
    expect(await a.got[0]?.extend()).toBe(true)
  })
})

describe('listeners without a group', () => {
  it('share one subscription of the bus and each get everything', async () => {
    const { listen, say, subscriptions } = scene(undefined)
    const [a, b] = [listen(), listen()]
    await say(1, 2)
    expect(subscriptions()).toBe(1)
    expect([a.payloads(), b.payloads()]).toEqual([[1, 2], [1, 2]])
  })

  it('are paced by the one with least room', async () => {
    const { listen, say } = scene(undefined)
    const [a, b] = [listen(5), listen(1)]
    await say(1, 2)
    await settleAll(a)
    expect([a.payloads(), b.payloads()]).toEqual([[1], [1]])
    await settleAll(b)
    expect([a.payloads(), b.payloads()]).toEqual([[1, 2], [1, 2]])
  })

  it.each<readonly [string, readonly [Settlement, Settlement], string]>([
    ['acknowledged when all have acknowledged', [ack, ack], 'ack'],
    ['rejected when one has, though others acknowledged', [reject('no'), ack], 'reject'],
    ['brought again when one wants it again, though another rejected', [retry(0), reject('no')], 'retry'],
  ])('have a message %s', async (_what, [first, second], expected) => {
    const settled: string[] = []
    const deliveries$ = new Subject<Delivery>()
    const { listen } = scene(undefined, { ...memoryBus(), deliveries: () => deliveries$ })
    const [a, b] = [listen(), listen()]
    deliveries$.next({ ...delivery('news'), settle: async ({ type }) => settled.push(type) > 0 })
    await settleAll(a, first)
    expect(settled).toEqual([])
    await settleAll(b, second)
    expect(settled).toEqual([expected])
  })

  it('have nothing to settle when the lease is lost, or had been before it came', async () => {
    const settled: string[] = []
    const deliveries$ = new Subject<Delivery>()
    const { listen } = scene(undefined, { ...memoryBus(), deliveries: () => deliveries$ })
    const [a, b] = [listen(), listen()]
    const lost = new AbortController()
    const settle = async ({ type }: Settlement): Promise<boolean> => settled.push(type) === 0
    deliveries$.next({ ...delivery('news', lost.signal), settle })
    await settleAll(a)
    lost.abort()
    deliveries$.next({ ...delivery('old', lost.signal), settle })
    b.subscription.unsubscribe()
    expect([a.payloads(), settled]).toEqual([['news'], []])
  })

  it('do not hold up the others when they leave', async () => {
    const settled: string[] = []
    const deliveries$ = new Subject<Delivery>()
    const { listen } = scene(undefined, { ...memoryBus(), deliveries: () => deliveries$ })
    const [a, b] = [listen(), listen()]
    deliveries$.next({ ...delivery('news'), settle: async ({ type }) => settled.push(type) > 0 })
    await settleAll(a)
    b.subscription.unsubscribe()
    expect(settled).toEqual(['ack'])
  })
})

describe('the end of the bus', () => {
  it('is the end of every listener', async () => {
    const { bus, listen } = scene('g')
    const [a, b] = [listen(), listen()]
    await bus.close()
    expect([a.end, b.end]).toEqual(['complete', 'complete'])
  })

  it('errors every listener when it is an error, and a later one subscribes anew', () => {
    const broken = new Subject<Delivery>()
    const ends = [broken, of<Delivery>()]
    const { listen } = scene('g', { ...memoryBus(), deliveries: () => ends.shift() ?? of<Delivery>() })
    const [a, b] = [listen(), listen()]
    broken.error('refused')
    expect([a.end, b.end, listen().end]).toEqual(['refused', 'refused', 'complete'])
  })

  it('is not that of a listener that throws: what it threw is reported, and the others get theirs', async () => {
    const reported = new Promise<unknown>((resolve) => { config.onUnhandledError = resolve })
    const { join, listen, say } = scene('g')
    const nothing = (): void => undefined
    const thrower = join({ topic: 'news', group: 'g' }, { next: () => { throw new RangeError('mine') }, error: nothing, complete: nothing })
    thrower.pace(1)
    const other = listen()
    await say(1, 2)
    expect(other.payloads()).toEqual([2])
    expect(await reported).toEqual(new RangeError('mine'))
    config.onUnhandledError = null
  })
})

function delivery(payload: unknown, lost: AbortSignal = new AbortController().signal): Delivery {
  return {
    message: { _tag: 'Right', right: createMessage(payload, { id: String(payload), topic: 'news', sentAtMs: 0 }) },
    attempt: 1, lost, settle: async () => true, extend: async () => true,
  }
}
