import { afterEach, beforeEach, describe, expect } from 'vitest'
import type { Message } from 'rxcrew'
import { accountOf } from './account.js'
import { type Crew, crewOn, TOPIC } from './crew.js'
import { brokersFor } from './fault-brokers.js'
import { recordRow } from './fault-report.js'
import { sized } from './fault-size.js'
import { handledIn, idsOf, messages, passing, publishSurely, resumedAfter, type Stand, standOn, until } from './fault-stand.js'
import type { Fault } from './faults.js'
import { type Journal, memoryJournal } from './journal.js'
import { trying } from './trying.js'

const COUNT = sized(2_000, 20_000)
const DOWN_MS = sized(3_000, 10_000)
const WORKERS = 32
const PREFETCH = 32
/** What is out at a cut and may come again. */
const PER_CUT = WORKERS + PREFETCH
const RECOVERY_MS = 5_000

const all = messages(COUNT)

describe.each(brokersFor('T1 killed under load'))('T1 on $name: the broker', (broker) => {
  let stand: Stand
  let crew: Crew
  let journal: Journal

  beforeEach(async () => {
    stand = await standOn(broker)
    journal = memoryJournal()
    forgotten = 0
    crew = crewOn(await stand.bus(), { journal, work: () => passing(5), workers: { min: WORKERS, max: WORKERS }, prefetch: PREFETCH })
    stand.owns(crew.close)
    await stand.broker.settled(TOPIC)
  })

  afterEach(() => stand.close())

  const publish = (some: readonly Message[]): Promise<readonly string[]> => publishSurely(stand, some)

  const whenHandled = (count: number): Promise<void> => until(`${count} are handled`, () => handledIn(journal) >= count, sized(30_000, 120_000))

  /** The health is red until the disturbance ends and green soon after; answers when it ended. */
  const redWhile = async (disturbance: Promise<void>): Promise<number> => {
    await Promise.all([until('the health is red', () => !crew.hub.health().ok), disturbance])
    return Date.now()
  }

  /** What the server may have forgotten, and so comes again beside what was in flight. */
  let forgotten = 0

  const dies = async (downMs: number): Promise<void> => {
    if (broker.forgetsAcks) forgotten += handledIn(journal)
    await stand.broker.kill()
    await passing(downMs)
    await stand.broker.restart()
  }

  const stops = async (downMs: number): Promise<void> => {
    await stand.broker.stop()
    await passing(downMs)
    await stand.broker.restart()
  }

  /** All is published and handled, and the broker goes and comes in the middle of it. */
  const underLoad = async (goes: (downMs: number) => Promise<void>): Promise<{ readonly unconfirmed: readonly string[]; readonly backMs: number }> => {
    const publishing = publish(all)
    await whenHandled(COUNT * 0.3)
    const backMs = await redWhile(goes(DOWN_MS))
    const unconfirmed = await publishing
    await whenHandled(COUNT)
    return { unconfirmed, backMs }
  }

  const check = (fault: Fault, cuts: number, unconfirmed: readonly string[], sinceMs: number): void => {
    const account = accountOf(idsOf(all), journal.entries())
    const twice = new Set(unconfirmed)
    const recoveredMs = resumedAfter(journal, sinceMs)
    recordRow(fault, broker.name, account, recoveredMs)
    expect(account).toMatchObject({ sent: COUNT, lost: 0 })
    // What was published twice is two messages, which two workers may have at once.
    expect(account.overlapping.filter((id) => !twice.has(id))).toEqual([])
    expect(account.again).toBeLessThanOrEqual(cuts * PER_CUT + unconfirmed.length + forgotten)
    expect(recoveredMs).toBeLessThan(RECOVERY_MS)
  }

  trying(broker, 'T1 killed under load')('is killed while messages flow, and nothing is lost', async () => {
    const { unconfirmed, backMs } = await underLoad(dies)
    await until('the health is green', () => crew.hub.health().ok, RECOVERY_MS)
    check('T1 killed under load', 1, unconfirmed, backMs)
  })

  trying(broker, 'T1 stopped under load')('is stopped by its keeper while messages flow, and nothing is lost', async () => {
    const { unconfirmed, backMs } = await underLoad(stops)
    check('T1 stopped under load', 1, unconfirmed, backMs)
  })

  trying(broker, 'T1 killed while idle')('is killed while nothing flows, and what is published afterwards is handled', async () => {
    await publish(all.slice(0, COUNT / 2))
    await whenHandled(COUNT / 2)
    const backMs = await redWhile(dies(DOWN_MS))
    const unconfirmed = await publish(all.slice(COUNT / 2))
    await whenHandled(COUNT)
    check('T1 killed while idle', 1, unconfirmed, backMs)
  })

  trying(broker, 'T1 three flaps')('is killed three times in a row, and nothing is lost', async () => {
    const publishing = publish(all)
    let backMs = 0
    for (const part of [0.2, 0.4, 0.6]) {
      // oxlint-disable no-await-in-loop -- one after the other
      await whenHandled(COUNT * part)
      await dies(sized(500, 5_000))
      // oxlint-enable no-await-in-loop
      backMs = Date.now()
    }
    const unconfirmed = await publishing
    await whenHandled(COUNT)
    check('T1 three flaps', 3, unconfirmed, backMs)
  })

  trying(broker, 'T1 black hole')('falls silent without closing a connection, and that is noticed and mended', async () => {
    const publishing = publish(all)
    await whenHandled(COUNT * 0.3)
    stand.proxy.silence()
    const backMs = await redWhile(passing(Math.max(DOWN_MS, broker.silenceMs + 1_000)).then(() => {
      stand.proxy.reset()
      stand.proxy.restore()
    }))
    const unconfirmed = await publishing
    await whenHandled(COUNT)
    check('T1 black hole', 1, unconfirmed, backMs)
  })

  trying(broker, 'T1 groups deleted')('forgets its groups while messages flow, and nothing is lost', async () => {
    const publishing = publish(all)
    await whenHandled(COUNT * 0.3)
    await stand.broker.deleteGroups(TOPIC)
    if (broker.startsOver) forgotten = handledIn(journal)
    const backMs = Date.now()
    const unconfirmed = await publishing
    await whenHandled(COUNT)
    check('T1 groups deleted', 1, unconfirmed, backMs)
  })

  trying(broker, 'T1 topic deleted')('loses a topic with all that was handled, and what is published since is handled', async () => {
    await publish(all.slice(0, COUNT / 2))
    await whenHandled(COUNT / 2)
    await stand.broker.deleteTopic(TOPIC)
    const goneMs = Date.now()
    const unconfirmed = await publish(all.slice(COUNT / 2))
    await whenHandled(COUNT)
    check('T1 topic deleted', 1, unconfirmed, goneMs)
  })
})
