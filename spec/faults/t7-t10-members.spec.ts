import { afterEach, beforeEach, describe, expect } from 'vitest'
import { listen, numbered } from '../../src/testing/bus-listener.js'
import { accountOf } from './account.js'
import { type Crew, crewOn, LEASE_MS, TOPIC } from './crew.js'
import { BROKERS } from './fault-brokers.js'
import { recordRow } from './fault-report.js'
import { sized } from './fault-size.js'
import { handledIn, idsOf, messages, passing, publishSurely, type Stand, standOn, until } from './fault-stand.js'
import { type Journal, memoryJournal } from './journal.js'
import { trying } from './trying.js'

const COUNT = sized(1_500, 15_000)
const WORKERS = 8
const BACKLOG = sized(20_000, 1_000_000)

describe.each(BROKERS)('on $name', (broker) => {
  let stand: Stand
  let journal: Journal

  beforeEach(async () => {
    stand = await standOn(broker)
    journal = memoryJournal()
  })

  afterEach(() => stand.close())

  const join = async (): Promise<Crew> => {
    const crew = crewOn(await stand.direct(), { journal, work: () => passing(10), workers: { min: WORKERS, max: WORKERS }, prefetch: WORKERS })
    stand.owns(crew.close)
    return crew
  }

  trying(broker, 'T10 members come and go')('T10: members of a group come and go with messages in flight, and each message is handled once', async () => {
    const all = messages(COUNT)
    const first = await join()
    const publishing = publishSurely(stand, all)
    await until('the first has some', () => handledIn(journal) > COUNT / 5)
    await Promise.all([join(), join()])
    await until('three have some', () => handledIn(journal) > COUNT / 2)
    await first.hub.drain({ deadlineMs: 5_000 })
    await first.bus.close()
    await publishing
    await until('all are handled', () => handledIn(journal) === COUNT, LEASE_MS * 15)
    const account = accountOf(idsOf(all), journal.entries())
    recordRow('T10 members come and go', broker.name, account)
    expect(account).toEqual({ sent: COUNT, once: COUNT, again: 0, lost: 0, overlapping: [] })
  })

  trying(broker, 'T10 a member is paused')('T10: a paused member has nothing, and the others have everything', async () => {
    const all = messages(200)
    await join()
    const listener = listen(await stand.direct(), { topic: TOPIC, group: TOPIC, limit: 0 })
    await publishSurely(stand, all)
    await until('all are handled', () => handledIn(journal) === all.length)
    const account = accountOf(idsOf(all), journal.entries())
    recordRow('T10 a member is paused', broker.name, account)
    expect(listener.got).toEqual([])
    expect(account).toEqual({ sent: all.length, once: all.length, again: 0, lost: 0, overlapping: [] })
  })

  trying(broker, 'T7 slow worker, long backlog')('T7: a slow consumer of a long backlog never has more than its limit', async () => {
    const bus = await stand.direct()
    for (let at = 0; at < BACKLOG; at += 1_000) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await bus.publish(numbered(TOPIC, 1_000).map((message, index) => ({ ...message, id: `m-${at + index}` })))
    }
    const [workers, prefetch] = [1, 4]
    const crew = crewOn(await stand.direct(), { journal, work: () => passing(1), workers: { min: workers, max: workers }, prefetch })
    stand.owns(crew.close)
    let most = 0
    const held = (): number => {
      const [row] = crew.hub.stats()
      most = Math.max(most, (row?.inFlight ?? 0) + (row?.waiting ?? 0))
      return most
    }
    await until('it has handled some', () => held() > 0 && handledIn(journal) >= 500, 60_000)
    expect(most).toBeLessThanOrEqual(workers + prefetch)
  })
})
