import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listen, payloadOf } from '../../src/testing/bus-listener.js'
import { accountOf } from './account.js'
import { TOPIC } from './crew.js'
import { brokersFor } from './fault-brokers.js'
import { recordRow } from './fault-report.js'
import { idsOf, messages, publishSurely, type Stand, standOn, until } from './fault-stand.js'
import { type Plant, plantOn } from './worker-process.js'

const EACH = 50
const DEADLINE_MS = 1_500
/** What the leaving process may take beyond its deadline. */
const LEAVING_MS = 1_000
/** Far beyond what is awaited: who starts again within a second did not wait for a lease to end. */
const LEASE_MS = 30_000
const TAKEN_OVER_MS = 1_000
/** For a machine that has other things to do. */
const SLACK_MS = 1_000

describe.each(brokersFor('T5 SIGTERM with 200 in flight'))('T5 on $name: SIGTERM', (broker) => {
  let stand: Stand
  let plant: Plant

  beforeEach(async () => {
    stand = await standOn(broker)
    plant = await plantOn(broker, stand)
  })

  afterEach(() => stand.close())

  const orders = { workers: 4 * EACH, prefetch: 0, leaseMs: LEASE_MS, deadlineMs: DEADLINE_MS }

  it('lets a process end what it can in time, and another has the rest at once', async () => {
    const bus = await stand.direct()
    const out = listen(bus, { topic: `${TOPIC}.out`, group: 'out', each: (delivery) => void delivery.settle({ type: 'ack' }) })
    const leaving = await plant.start(orders)
    const all = ['quick', 'slow', 'deaf', 'sends'].flatMap((kind) => messages(EACH, kind))
    const startedIn = (what: string): number => plant.of(leaving).filter((entry) => entry.what === what).length
    await publishSurely(stand, all, all.length)
    await until('all have started', () => startedIn('start') === all.length)
    const other = await plant.start(orders)
    const signalledMs = Date.now()
    await leaving.end('SIGTERM')
    const endedMs = Date.now()
    const unfinished = idsOf(all).filter((id) => id.startsWith('slow') || id.startsWith('deaf'))
    const taken = (): ReadonlyMap<string, number> => new Map(plant.of(other).filter(({ what }) => what === 'start').map(({ id, atMs }) => [id, atMs]))
    await until('the other process has what was not finished', () => unfinished.every((id) => taken().has(id)))
    await until('what was sent while leaving has arrived', () => new Set(out.payloads()).size === EACH)

    const lateMs = Math.max(...taken().values()) - endedMs
    // What the other process has taken over is under way there: it is not lost, and not yet handled.
    const account = accountOf(idsOf(all), plant.journal.entries(), new Set(unfinished))
    recordRow('T5 SIGTERM with 200 in flight', broker.name, account, Math.max(0, lateMs))
    expect(leaving.output()).toContain('ended with 0')
    expect(leaving.output()).not.toMatch(/unhandled|closed|Error/i)
    expect(endedMs - signalledMs).toBeLessThan(DEADLINE_MS + LEAVING_MS + SLACK_MS)
    expect(plant.of(leaving).filter(({ what, atMs }) => what === 'start' && atMs > signalledMs)).toEqual([])
    expect([...taken().keys()].toSorted()).toEqual(unfinished.toSorted())
    expect(lateMs).toBeLessThan(TAKEN_OVER_MS + SLACK_MS)
    expect(account).toMatchObject({ sent: all.length, once: 2 * EACH, again: 0, lost: 0 })
    expect(out.got.map((delivery) => String(payloadOf(delivery))).toSorted()).toEqual(idsOf(messages(EACH, 'sends')).toSorted())
  })

  it('twice ends a process at once', async () => {
    const leaving = await plant.start({ ...orders, deadlineMs: 60_000 })
    await publishSurely(stand, messages(1, 'deaf'))
    await until('it has started', () => plant.of(leaving).length === 1)
    leaving.process.kill('SIGTERM')
    await until('it leaves', () => leaving.output().includes('leaving'))
    const secondMs = Date.now()
    await leaving.end('SIGTERM')
    expect(Date.now() - secondMs).toBeLessThan(SLACK_MS)
    expect(leaving.output()).toContain('ended with 1')
  })
})
