import { constant, resume } from 'rxcrew'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { messageOf } from '../../src/testing/bus-listener.js'
import { accountOf } from './account.js'
import { breaker, OutageError } from './breaker.js'
import { crewOn } from './crew.js'
import { BROKERS } from './fault-brokers.js'
import { recordRow } from './fault-report.js'
import { sized } from './fault-size.js'
import { deadLetters, handledIn, idsOf, messages, passing, publishSurely, resumedAfter, type Stand, standOn, until } from './fault-stand.js'
import { memoryJournal } from './journal.js'
import { type StubService, stubService } from './stub-service.js'
import { trying } from './trying.js'

const COUNT = sized(600, 3_000)
const WORKERS = 8
const DOWN_MS = sized(4_000, 60_000)
/** How often, and for how long each time, it then says that there is too much to do. */
const BUSY_MS = sized(2_000, 10_000)
const RETRY_AFTER_S = 1
const PROBE_MS = 500
const RAMP = { from: 2, to: 64, perMs: 200 }
const OTHERS_MS = 50
/** For a machine that has other things to do. */
const SLACK_MS = 500

describe.each(BROKERS)('T9 on $name', (broker) => {
  let stand: Stand
  let service: StubService

  beforeEach(async () => {
    stand = await standOn(broker)
    service = await stubService()
    stand.owns(service.close)
  })

  afterEach(() => stand.close())

  const call = async (path: string): Promise<void> => {
    const { status, headers } = await fetch(`${service.url}${path}`)
    if (status !== 200) throw new OutageError(status, Number(headers.get('retry-after') ?? 0) * 1_000)
  }

  const callsBetween = (fromMs: number, toMs: number): number => service.calls.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length

  trying(broker, 'T9 outage of a dependency')('what handlers depend on goes down: it is probed and no more, no try is used up for it, others go on, and all is handled afterwards', async () => {
    const [journal, others] = [memoryJournal(), memoryJournal()]
    const dead = deadLetters(await stand.direct())
    const { gate$, rate$, openedMs, tripped } = breaker({ probeMs: PROBE_MS, ramp: RAMP, probe: () => call('/health') })
    const work = async (): Promise<void> => {
      try {
        await call('/work')
      } catch (error) {
        if (error instanceof OutageError) tripped(error.forMs)
        throw error
      }
    }
    const crew = crewOn(await stand.direct(), { journal, work, gate$, rate: rate$, supervision: resume(), retry: { maxAttempts: 4, backoff: constant(20) }, workers: { min: WORKERS, max: WORKERS } })
    stand.owns(crew.close)
    crew.hub.do('others', { action: async ({ message: { id } }) => others.write({ id, attempt: 1, what: 'end', pid: process.pid, atMs: Date.now() }) })

    const all = messages(COUNT)
    const publishing = publishSurely(stand, all)
    await until('some are handled', () => handledIn(journal) >= COUNT / 10)
    service.answers('down')
    const downMs = Date.now()
    const bus = await stand.sender()
    let sentToOthers = 0
    const busyFromMs = downMs + DOWN_MS
    const wellFromMs = busyFromMs + BUSY_MS
    while (Date.now() < wellFromMs) {
      if (Date.now() >= busyFromMs) service.answers({ tooManyFor: RETRY_AFTER_S })
      // oxlint-disable-next-line no-await-in-loop -- so often
      await Promise.all([bus.publish([messageOf('others', sentToOthers)]), passing(OTHERS_MS)])
      sentToOthers += 1
    }
    await until('the others have theirs', () => handledIn(others) === sentToOthers, SLACK_MS)
    const othersUntilMs = Date.now()
    service.answers('well')
    await publishing
    await until('all are handled', () => handledIn(journal) === COUNT, 60_000)

    const account = accountOf(idsOf(all), journal.entries())
    const recoveredMs = resumedAfter(journal, othersUntilMs)
    recordRow('T9 outage of a dependency', broker.name, account, recoveredMs)
    expect(account).toMatchObject({ sent: COUNT, lost: 0 })
    if (broker.repeatsWhenLowered) expect(account.again).toBeLessThanOrEqual(2 * WORKERS)
    else expect(account).toMatchObject({ once: COUNT, again: 0, overlapping: [] })
    expect(dead).toEqual([])
    // What was at work when it went down has failed once, and nothing more.
    const failed = journal.entries().filter(({ what }) => what === 'failed')
    expect(failed.length).toBeLessThanOrEqual(WORKERS)
    expect(new Set(failed.map(({ id }) => id)).size).toBe(failed.length)
    expect(callsBetween(downMs + SLACK_MS, busyFromMs)).toBeLessThanOrEqual(Math.ceil((DOWN_MS - SLACK_MS) / PROBE_MS) + 1)
    expect(callsBetween(busyFromMs + PROBE_MS + SLACK_MS, othersUntilMs)).toBeLessThanOrEqual(Math.ceil(BUSY_MS / (RETRY_AFTER_S * 1_000)) + 1)
    expect(recoveredMs).toBeLessThan(RETRY_AFTER_S * 1_000 + SLACK_MS)
    const openMs = openedMs[0] ?? Infinity
    expect(openedMs).toHaveLength(1)
    const inWindow = (nth: number): number => service.calls.filter(({ path, atMs }) => path === '/work' && atMs >= openMs + nth * RAMP.perMs && atMs < openMs + (nth + 1) * RAMP.perMs).length
    // Each window may have what was allowed in it, and in the one before if its edges fell differently.
    for (const nth of [0, 1, 2]) expect(inWindow(nth)).toBeLessThanOrEqual(RAMP.from * 2 ** nth * 1.5 + 1)
  })
})
