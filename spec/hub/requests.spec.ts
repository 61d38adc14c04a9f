import * as t from 'io-ts'
import { describe, expect, it } from 'vitest'
import type { MessageBus } from '../../src/bus/bus.js'
import { TimeoutError } from '../../src/core/failure.js'
import type { Job } from '../../src/core/job.js'
import { action } from '../../src/hub/action.js'
import { HubStoppedError, RemoteError, UnknownActionError } from '../../src/hub/hub-contract.js'
import { actions } from '../../src/hub/registry.js'
import { resume } from '../../src/supervision/resume.js'
import { listenTo, stand } from './hub-stand.js'

const double = action({ name: 'double', input: t.number, handle: ({ input }) => input * 2 })

describe('a request', () => {
  it('resolves to what the action answers', async () => {
    const { hub } = stand({ actions: actions({ double }) })
    hub.start()
    expect(await hub.request('double', 21)).toBe(42)
    expect(await hub.request('double', 4)).toBe(8)
  })

  it('resolves to null when the action answers nothing', async () => {
    const { hub } = stand()
    hub.do('quiet', { action: () => undefined })
    hub.start()
    expect(await hub.request('quiet', 1)).toBe(null)
  })

  it('resolves to what the handler replied by itself, once', async () => {
    const { hub, bus } = stand()
    const replies = listenTo(bus, 'replies.id-1')
    hub.do('self', { action: async (job: Job) => { await job.reply('early'); return 'late' } })
    hub.start()
    expect(await hub.request('self', 1)).toBe('early')
    expect(replies).toEqual(['early'])
  })

  it('says in its envelope who answers, to which question, and until when it is of use', async () => {
    const { hub, bus, clock } = stand()
    const seen: unknown[] = []
    hub.do('see', { action: ({ message }: Job) => { seen.push(message) } })
    hub.start()
    await clock.advance(100)
    await hub.request('see', 'x', { timeoutMs: 500, headers: { a: 'b' } })
    expect(seen).toMatchObject([{ payload: 'x', headers: { a: 'b' }, expiresAtMs: 600, replyTo: 'replies.id-1', correlationId: 'id-2' }])
    await clock.settle()
    expect(bus.counts('see', 'see').acked).toBe(1)
  })

  it('rejects at once when the action failed, and the message is a dead letter', async () => {
    const { hub, bus } = stand()
    const dead = listenTo(bus, 'bad.dead')
    hub.do('bad', { supervision: resume(), action: () => { throw new RangeError('too far') } })
    hub.start()
    const error: unknown = await hub.request('bad', 1).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(RemoteError)
    expect(error).toMatchObject({ outcome: 'failed', message: 'failed after 1 attempt: RangeError: too far' })
    expect(dead).toHaveLength(1)
  })

  it('rejects at once when its payload did not decode', async () => {
    const { hub } = stand({ actions: actions({ double }) })
    hub.start()
    await expect(hub.request('double', Number.POSITIVE_INFINITY)).rejects.toThrow('payload')
    hub.do('strict', { action: action({ name: 'strict', input: t.string, handle: () => 1 }) })
    await expect(hub.request('strict', 5)).rejects.toThrow(new RemoteError('rejected', 'the input should be string, but is 5'))
  })

  it('rejects at once when the answer cannot travel', async () => {
    const { hub, bus } = stand()
    const dead = listenTo(bus, 'map.dead')
    hub.do('map', { action: () => new Map([[1, 2]]) })
    hub.start()
    await expect(hub.request('map', 5)).rejects.toThrow(/message: payload should be/)
    expect(dead).toMatchObject([{ reason: 'the answer cannot travel' }])
    expect(hub.health().ok).toBe(true)
  })

  it('is made again to the handler when the answer could not be sent, and answered then', async () => {
    let refused = 0
    const around = (inner: MessageBus): MessageBus => ({
      ...inner,
      publish: (messages) => (messages[0]?.topic.startsWith('replies') === true && (refused += 1) === 1 ? Promise.reject(new Error('away')) : inner.publish(messages)),
    })
    const { hub, bus, clock } = stand({}, { around })
    hub.do('a', { action: ({ input }) => input })
    hub.start()
    const asked = hub.request('a', 'x')
    await clock.settle()
    expect(hub.health()).toMatchObject({ ok: false, problems: ['an answer failed: Error: away'] })
    expect(bus.counts('a', 'a').retrying).toBe(1)
    await clock.advance(1_000)
    expect(await asked).toBe('x')
    expect(hub.health()).toMatchObject({ ok: true })
  })

  it('of an action that failed is a dead letter also when nobody could be told', async () => {
    const around = (inner: MessageBus): MessageBus => ({
      ...inner,
      publish: (messages) => (messages[0]?.topic.startsWith('replies') === true ? Promise.reject(new Error('away')) : inner.publish(messages)),
    })
    const { hub, bus, clock } = stand({}, { around })
    hub.do('a', { supervision: resume(), action: () => { throw new Error('no') } })
    hub.start()
    const asked = expect(hub.request('a', 'x', { timeoutMs: 100 })).rejects.toBeInstanceOf(TimeoutError)
    await clock.advance(100)
    await asked
    expect(bus.counts('a', 'a').dead).toBe(1)
  })

  it('rejects after its patience, and an answer that comes later changes nothing', async () => {
    const { hub, clock } = stand()
    const answers: (() => void)[] = []
    hub.do('slow', { action: () => new Promise<string>((resolve) => answers.push(() => resolve('late'))) })
    hub.start()
    const asked = expect(hub.request('slow', 1, { timeoutMs: 250 })).rejects.toThrow(new TimeoutError(250, 'the request to slow'))
    await clock.advance(250)
    await asked
    answers[0]?.()
    await clock.settle()
    expect(hub.health()).toMatchObject({ ok: true })
  })

  it('waits 30 s by default', async () => {
    const { hub, clock } = stand()
    hub.do('never', { action: () => new Promise(() => undefined), workers: { max: 1 } })
    hub.start()
    const ended: unknown[] = []
    hub.request('never', 1).catch((error: unknown) => ended.push(error))
    await clock.advance(29_999)
    expect(ended).toEqual([])
    await clock.advance(1)
    expect(ended).toMatchObject([{ timeoutMs: 30_000 }])
  })

  it('leaves no timer behind once it is answered', async () => {
    const { hub, clock } = stand({ actions: actions({ double }) })
    hub.start()
    await hub.request('double', 1)
    await hub.stop()
    await clock.settle()
    expect(clock.scheduled).toBe(0)
  })

  it('rejects when the hub ends first, and afterwards', async () => {
    const { hub, clock } = stand()
    hub.do('never', { action: () => new Promise(() => undefined), drain: { graceMs: 0 } })
    hub.start()
    const asked = expect(hub.request('never', 1)).rejects.toBeInstanceOf(HubStoppedError)
    await clock.settle()
    await Promise.all([hub.stop(), clock.advance(10)])
    await asked
    await expect(hub.request('never', 1)).rejects.toBeInstanceOf(HubStoppedError)
    await expect(hub.send('never', 1)).rejects.toBeInstanceOf(HubStoppedError)
    await expect(hub.replay('never')).rejects.toBeInstanceOf(HubStoppedError)
  })

  it('refuses a patience that is none', async () => {
    const { hub } = stand({ actions: actions({ double }) })
    await expect(hub.request('double', 1, { timeoutMs: 0 })).rejects.toThrow('hub.request: timeoutMs should be milliseconds from 1')
  })
})

describe('send', () => {
  it('reaches an action of the registry, a group, a topic and a child by name, before start too', async () => {
    const { hub, bus } = stand({ actions: actions({ double }) })
    const topics = ['double', 'pictures', 'alias/children/thumbs']
    const heard = topics.map((topic) => listenTo(bus, topic))
    hub.doAlias('alias', 'pictures', { action: () => 1 }, { thumbs: { action: () => 1 } })
    await hub.send('double', 1)
    await hub.send('alias', 2)
    await hub.send('pictures', 3)
    await hub.send('alias/children/thumbs', 4)
    expect(heard).toEqual([[1], [2, 3], [4]])
  })

  it('rejects for a name nobody knows, and tells which are known', async () => {
    const { hub } = stand({ actions: actions({ double }) })
    hub.do('work', { action: () => 1 })
    await expect(hub.send('wrok', 1)).rejects.toThrow(new UnknownActionError('wrok', ['double', 'work']))
    await expect(stand().hub.send('x', 1)).rejects.toThrow('there is no action of the name \'x\'; none is registered')
  })

  it('rejects when the bus does', async () => {
    const { hub, bus } = stand({ actions: actions({ double }) })
    await bus.close()
    await expect(hub.send('double', 1)).rejects.toThrow('closed')
    await expect(hub.request('double', 1)).rejects.toThrow('closed')
  })
})

describe('replay', () => {
  it('sends the dead letters of an action back to it', async () => {
    const { hub, clock } = stand()
    const tries: number[] = []
    hub.do('work', { supervision: resume(), action: ({ attempt }: Job) => { tries.push(attempt); if (tries.length < 2) throw new Error('not yet') } })
    hub.start()
    await hub.send('work', 1)
    await clock.settle()
    expect(await hub.replay('work')).toBe(1)
    await clock.settle()
    expect(tries).toHaveLength(2)
  })
})
