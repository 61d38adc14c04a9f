import { afterEach, beforeEach, describe, expect } from 'vitest'
import { accountOf } from './account.js'
import { BROKERS } from './fault-brokers.js'
import { recordRow } from './fault-report.js'
import { sized } from './fault-size.js'
import { deadLetters, handledIn, idOfDead, idsOf, messages, publishSurely, resumedAfter, type Stand, standOn, until } from './fault-stand.js'
import { type Plant, plantOn } from './worker-process.js'
import { crewOn } from './crew.js'
import { trying } from './trying.js'

const LEASE_MS = sized(1_000, 2_000)
const WORK_MS = sized(2_500, 7_000)
const COUNT = sized(12, 50)

describe.each(BROKERS)('on $name: a handler', (broker) => {
  let stand: Stand
  let plant: Plant

  beforeEach(async () => {
    stand = await standOn(broker)
    plant = await plantOn(broker, stand)
  })

  afterEach(() => stand.close())

  trying(broker, 'T2 handler outlives its lease')('that takes longer than its lease is started once for each message, and both processes get work', async () => {
    const orders = { leaseMs: LEASE_MS, workMs: WORK_MS, workers: 1, prefetch: 10 }
    const crew = await Promise.all([plant.start(orders), plant.start(orders)])
    const all = messages(COUNT)
    for (const message of all) {
      // oxlint-disable-next-line no-await-in-loop -- one publish each, so that both processes may ask
      await publishSurely(stand, [message])
    }
    await until('all are handled', () => handledIn(plant.journal) === COUNT, COUNT * WORK_MS)
    const account = accountOf(idsOf(all), plant.journal.entries())
    recordRow('T2 handler outlives its lease', broker.name, account)
    expect(account).toEqual({ sent: COUNT, once: COUNT, again: 0, lost: 0, overlapping: [] })
    expect(plant.journal.entries().filter(({ what }) => what === 'start')).toHaveLength(COUNT)
    for (const child of crew) expect(plant.of(child).length).toBeGreaterThan(0)
  })

  trying(broker, 'T2 handler never ends')('that never ends is aborted at the cap of its lease, comes again, and is a dead letter in the end', async () => {
    const terms = { leaseMs: 500, maxAttempts: 2 }
    const dead = deadLetters(await stand.direct(terms))
    const crew = crewOn(await stand.direct(terms), {
      leaseMs: terms.leaseMs,
      maxLeaseMs: 1_500,
      journal: plant.journal,
      work: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    })
    stand.owns(crew.close)
    const all = messages(3)
    await publishSurely(stand, all)
    await until('all are dead', () => dead.length === all.length, 30_000)
    const account = accountOf(idsOf(all), plant.journal.entries(), new Set(dead.map(idOfDead)))
    recordRow('T2 handler never ends', broker.name, account)
    expect(account).toMatchObject({ lost: 0, overlapping: [] })
    expect(dead.map(({ attempts }) => attempts)).toEqual([2, 2, 2])
    expect(plant.journal.entries().filter(({ what }) => what === 'aborted')).toHaveLength(6)
  })

  trying(broker, 'T3 event loop blocked for three leases')('that blocks its process for three leases loses them to another process, and its late settlement is refused and counted', async () => {
    const spinMs = 3 * LEASE_MS + (broker.leasesKeptBy === 'server' ? 0 : broker.silenceMs)
    const terms = { leaseMs: LEASE_MS, workers: 1, prefetch: 0, spinMs }
    const blocked = await plant.start(terms)
    const all = messages(1, 'spins')
    await publishSurely(stand, all)
    await until('it blocks', () => plant.of(blocked).length > 0)
    const blockedMs = Date.now()
    const crew = crewOn(await stand.direct({ leaseMs: LEASE_MS }), { leaseMs: LEASE_MS, journal: plant.journal, work: () => Promise.resolve() })
    stand.owns(crew.close)
    const handledHere = (): boolean => plant.journal.entries().some(({ pid, what }) => pid === process.pid && what === 'end')
    await until('the other has it', handledHere)
    const tookMs = resumedAfter(plant.journal, blockedMs) ?? Infinity
    await until('the first is done', () => plant.of(blocked).length === 2)
    await blocked.end('SIGTERM')
    const entries = plant.journal.entries()
    const account = accountOf(idsOf(all), entries)
    recordRow('T3 event loop blocked for three leases', broker.name, account, tookMs)
    expect(account).toMatchObject({ sent: 1, lost: 0 })
    expect(tookMs).toBeLessThan(spinMs)
    expect(entries.filter(({ what }) => what === 'start')).toHaveLength(2)
    // What came too late is known as such, by the abort of its job or the settlement that was refused, where settlements have an answer.
    if (broker.leasesKeptBy === 'server') expect([blocked.output().includes('late 1'), entries.some(({ pid, what }) => pid === blocked.process.pid && what === 'aborted')]).toContain(true)
  })
})
