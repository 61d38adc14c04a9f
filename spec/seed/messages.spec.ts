import { describe, expect, it } from 'vitest'
import { Observable } from 'rxjs'
import type { Delivery, MessageBus } from '../../src/bus/bus.js'
import { TimeoutError } from '../../src/core/failure.js'
import type { Job } from '../../src/core/job.js'
import type { Message } from '../../src/core/message.js'
import { workerGroup } from '../../src/group/worker-group.js'
import { listenTo, stand } from '../hub/hub-stand.js'

describe('seed: messages', () => {
  it('seed: `sabuhp.MessageBus` — consumer groups share, without a group everyone hears', async () => {
    const { bus, publish } = stand()
    const shared = [listenTo(bus, 'news', 'g'), listenTo(bus, 'news', 'g')]
    const everyone = [listenTo(bus, 'news'), listenTo(bus, 'news')]
    for (const n of [1, 2, 3, 4]) await publish('news', n)
    expect(shared.map((heard) => heard.length)).toEqual([2, 2])
    expect(everyone).toEqual([[1, 2, 3, 4], [1, 2, 3, 4]])
  })

  it('seed: `sabuhp.MessageBus` — `SendForReply`: a reply, or a time-out', async () => {
    const { hub, clock } = stand()
    hub.do('answers.with.dots', { action: ({ input }) => input })
    hub.do('silent', { action: () => new Promise(() => undefined) })
    hub.start()
    expect(await hub.request('answers.with.dots', 'pong')).toBe('pong')
    const asked = expect(hub.request('silent', 1, { timeoutMs: 100 })).rejects.toBeInstanceOf(TimeoutError)
    await clock.advance(100)
    await asked
  })

  it('seed: `sabuhp.BusRelay` — one broker subscription for two listeners', async () => {
    const opened: string[] = []
    const around = (bus: MessageBus): MessageBus => ({
      ...bus,
      deliveries: (options) => new Observable<Delivery>((subscriber) => {
        opened.push(options.topic)
        return bus.deliveries(options).subscribe(subscriber)
      }),
    })
    const { hub, publish, clock } = stand({}, { around })
    const seen: string[] = []
    hub.doAlias('a', 'news', { consumerGroup: 'g', action: () => seen.push('a') })
    hub.doAlias('b', 'news', { consumerGroup: 'g', action: () => seen.push('b') })
    hub.start()
    await publish('news', 1)
    await publish('news', 2)
    await clock.settle()
    expect(opened).toEqual(['news'])
    expect(seen.toSorted()).toEqual(['a', 'b'])
  })

  it('seed: message fields used by actions — each has its place, and `submit` is the future', async () => {
    const { hub, publish, clock } = stand()
    const seen: Message[] = []
    const group = hub.do('a', { action: ({ message, input }: Job) => { seen.push(message); return input } })
    hub.start()
    const envelope = { id: 'm1', from: 'b', headers: { h: 'v' }, replyTo: 'r', correlationId: 'c', expiresAtMs: 1_000 }
    await publish('a', { bytes: 1 }, envelope)
    await clock.settle()
    expect(seen).toEqual([{ ...envelope, topic: 'a', payload: { bytes: 1 }, sentAtMs: 0 }])
    expect(await group.submit('future')).toBe('future')
    expect(await workerGroup({ action: ({ input }: Job<number>) => input + 1 }).submit(1)).toBe(2)
  })
})
