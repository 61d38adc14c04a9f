import { NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { action } from '../../src/hub/action.js'
import { actions } from '../../src/hub/registry.js'
import { template } from '../../src/hub/template.js'
import { stopAndEscalate } from '../../src/supervision/stop-and-escalate.js'
import { stand } from './hub-stand.js'

const seen: unknown[] = []
const note = action({ name: 'note', handle: ({ message }) => { seen.push(message.payload) } })
const picky = action({ name: 'picky', handle: ({ message }) => { if (message.payload === 'bad') throw new Error('bad') } })

describe('a template', () => {
  it('has no group until its first message comes', async () => {
    const { hub, publish, clock } = stand({ actions: actions({ note }) })
    hub.start()
    expect([hub.stats(), hub.health()]).toMatchObject([[], { ok: true, groups: [{ name: 'note', phase: 'waiting', consuming: true }] }])
    await publish('note', 'first')
    await clock.settle()
    expect(seen).toEqual(['first'])
    expect(hub.stats()).toMatchObject([{ address: 'note', processed: 1 }])
  })

  it('makes one group when many first messages come at once, and handles them in order', async () => {
    let made = 0
    const order: unknown[] = []
    const many = template({
      name: 'many',
      action: action({ name: 'many', handle: ({ message }) => order.push(message.payload) }),
      options: (defaults) => { made += 1; return { ...defaults, workers: { max: 1 } } },
    })
    const { hub, publish, clock } = stand({ actions: actions({ many }) })
    for (let n = 0; n < 50; n += 1) await publish('many', n)
    hub.start()
    await clock.settle()
    expect(made).toBe(1)
    expect(order).toEqual(Array.from({ length: 50 }, (_none, n) => n))
    expect(hub.stats()).toMatchObject([{ address: 'many', max: 1, received: 50, processed: 50 }])
  })

  it('makes a fresh group for the next message after the one before died', async () => {
    const { hub, publish, clock, escalations } = stand({ actions: actions({ picky: template({ name: 'picky', action: picky, options: { supervision: stopAndEscalate() } }) }) })
    hub.start()
    await publish('picky', 'bad')
    await clock.settle()
    expect(escalations).toMatchObject([{ group: 'picky', protocol: 'killAndEscalate' }])
    expect(hub.stats()).toEqual([])
    expect(hub.health()).toMatchObject({ ok: true })
    await publish('picky', 'good')
    await clock.settle()
    expect(hub.stats()).toMatchObject([{ address: 'picky', received: 1, processed: 1 }])
  })

  it('listens on its own topic, in its own consumer group, with its children', async () => {
    const kept: unknown[] = []
    const mail = template({
      name: 'mail', topic: 'post', group: 'senders', action: action({ name: 'mail', handle: (job) => job.send('mail/children/log', job.message.payload) }),
      children: { log: { action: (job) => { kept.push(job.message.payload) } } },
    })
    const { hub, bus, publish, clock } = stand({ actions: actions({ mail }) })
    hub.start()
    await publish('post', 'letter')
    await clock.settle()
    expect(bus.counts('post', 'senders').acked).toBe(1)
    expect(kept).toEqual(['letter'])
    expect(hub.stats().map(({ address }) => address)).toEqual(['mail', 'mail/children/log'])
  })

  it('without a consumer group gets every message, beside other listeners', async () => {
    const heard: string[] = []
    const ear = (name: string) => template({ name, topic: 'news', group: false, action: action({ name, handle: () => { heard.push(name) } }) })
    const { hub, publish, clock } = stand({ actions: actions({ a: ear('a'), b: ear('b') }) })
    hub.start()
    await publish('news', 1)
    await clock.settle()
    expect(heard.toSorted()).toEqual(['a', 'b'])
  })

  it('registered later listens at once; deleted, its channel closes and a running group goes on', async () => {
    const { hub, bus, publish, clock, registry } = (() => { const table = actions({}); return { ...stand({ actions: table }), registry: table } })()
    const got: unknown[] = []
    hub.start()
    const later = action({ name: 'later', handle: ({ message }) => { got.push(message.payload) } })
    registry.register('later', later)
    registry.register('unused', later)
    await publish('later', 1)
    await clock.settle()
    registry.delete('later')
    registry.delete('unused')
    await publish('later', 2)
    await publish('unused', 3)
    await clock.settle()
    expect(got).toEqual([1, 2])
    expect(bus.counts('unused', 'unused').waiting).toBe(1)
    expect(hub.health().groups.map(({ name }) => name)).toEqual(['later'])
  })

  it('whose options are wrong is told of when its first message comes, which comes again', async () => {
    const wrong = template({ name: 'wrong', action: note, options: { workers: { min: 5, max: 1 } } })
    const { hub, bus, publish, clock, escalations } = stand({ actions: actions({ wrong }) }, { maxAttempts: 2 })
    hub.start()
    await publish('wrong', 1)
    await clock.settle()
    expect(escalations).toMatchObject([{ group: 'wrong', failure: { type: 'crashed', error: { name: 'OptionsError' } } }])
    expect(bus.counts('wrong', 'wrong').retrying).toBe(1)
    await clock.advance(1_000)
    expect(bus.counts('wrong', 'wrong')).toMatchObject({ dead: 1, retrying: 0 })
  })

  it('of a one-time group makes a fresh one for each message', async () => {
    const runs: unknown[] = []
    const once = template({ name: 'once', action: action({ name: 'once', handle: ({ message }) => runs.push(message.payload) }), options: { instance: 'oneTime' } })
    const { hub, bus, publish, clock } = stand({ actions: actions({ once }) })
    hub.start()
    for (const n of [1, 2, 3]) await publish('once', n)
    await clock.settle()
    expect(runs).toEqual([1, 2, 3])
    expect(bus.counts('once', 'once')).toMatchObject({ acked: 3, waiting: 0 })
    expect(hub.stats()).toEqual([])
  })

  it('boots nothing any more while the hub ends', async () => {
    const { hub, bus, publish, clock } = stand({ actions: actions({ slow: template({ name: 'slow', action: action({ name: 'slow', handle: () => NEVER }) }) }) })
    hub.start()
    await publish('slow', 1)
    await clock.settle()
    const ended = hub.stop()
    await publish('slow', 2)
    await ended
    await clock.settle()
    expect(bus.counts('slow', 'slow')).toMatchObject({ unsettled: 0, waiting: 2 })
  })
})
