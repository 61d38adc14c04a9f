import { constant, restartOne } from 'rxcrew'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import type { Child } from '../brokers/support/child.js'
import { accountOf } from './account.js'
import { crewOn, LEASE_MS } from './crew.js'
import { BROKERS } from './fault-brokers.js'
import { recordRow } from './fault-report.js'
import { sized } from './fault-size.js'
import { deadLetters, handledIn, idOfDead, idsOf, messages, passing, publishSurely, type Stand, standOn, until } from './fault-stand.js'
import type { Entry } from './journal.js'
import { trying } from './trying.js'
import { type Plant, plantOn } from './worker-process.js'

const COUNT = sized(600, 6_000)
const KILLS = sized(4, 30)
const EVERY_MS = sized(1_000, 2_000)
const PROCESSES = 3
const MAX_ATTEMPTS = 3
const WORK_MS = 100
/** A lease may be noticed up to a second late; the rest is for a machine that has other things to do. */
const TAKEN_OVER_MS = LEASE_MS + 1_000 + 1_500

describe.each(BROKERS)('T6 on $name: worker processes', (broker) => {
  let stand: Stand
  let plant: Plant

  beforeEach(async () => {
    stand = await standOn(broker)
    plant = await plantOn(broker, stand)
  })

  afterEach(() => stand.close())

  /** What a process had begun when it died, and never ended. */
  const orphans = (child: Child): readonly Entry[] => {
    const own = plant.of(child)
    return own.filter(({ what, id }) => what === 'start' && !own.some((other) => other.id === id && other.what !== 'start'))
  }

  /** Others that can: in a process of their own, where that can have the bus. */
  const others = async (): Promise<void> => {
    if (broker.without['T6 workers killed under load'] === undefined) return void (await plant.start())
    const crew = crewOn(await stand.direct(), { journal: plant.journal, work: () => Promise.resolve() })
    stand.owns(crew.close)
  }

  const nextStart = ({ id, atMs }: Entry): Entry | undefined => plant.journal.entries().find((other) => other.id === id && other.what === 'start' && other.atMs > atMs)

  trying(broker, 'T6 workers killed under load')('are killed again and again under load: nothing is lost, orphans start again in time, and their attempts count on', async () => {
    const orders = { workMs: WORK_MS, maxAttempts: 20 }
    const crew = await Promise.all(Array.from({ length: PROCESSES }, () => plant.start(orders)))
    const all = messages(COUNT)
    await publishSurely(stand, all)
    const killed: Child[] = []
    for (let kill = 0; kill < KILLS; kill += 1) {
      // oxlint-disable no-await-in-loop -- one after the other
      await passing(EVERY_MS)
      const victim = crew[kill % PROCESSES]
      if (victim === undefined) throw new Error('no process is left')
      await victim.end('SIGKILL')
      killed.push(victim)
      crew[kill % PROCESSES] = await plant.start(orders)
      // oxlint-enable no-await-in-loop
    }
    await until('all are handled', () => handledIn(plant.journal) === COUNT, 60_000)
    const account = accountOf(idsOf(all), plant.journal.entries(), undefined, plant.deaths)
    const found = killed.flatMap((child) => orphans(child).map((orphan) => ({ orphan, next: nextStart(orphan), diedMs: plant.deaths.get(child.process.pid ?? 0) ?? 0 })))
    const waits = found.map(({ next, diedMs }) => (next?.atMs ?? Infinity) - diedMs)
    recordRow('T6 workers killed under load', broker.name, account, Math.max(0, ...waits))
    expect(account).toMatchObject({ sent: COUNT, lost: 0, overlapping: [] })
    // Handled, and killed before that was told.
    expect(account.again).toBeLessThanOrEqual(KILLS * 8)
    expect(found.length).toBeGreaterThan(0)
    expect(Math.max(...waits)).toBeLessThan(TAKEN_OVER_MS)
    for (const { orphan, next } of found) expect(next?.attempt).toBeGreaterThan(orphan.attempt)
  })

  trying(broker, 'T4 a message that kills its process')('that a message kills get it so often and no more: then it is a dead letter, and the others are handled', async () => {
    const terms = { maxAttempts: MAX_ATTEMPTS }
    const dead = deadLetters(await stand.direct(terms))
    const good = messages(50)
    const bad = messages(1, 'exits')
    let deaths = 0
    const guarded = async (): Promise<void> => {
      if (stand.over.aborted) return
      const child = await plant.start({ ...terms, workers: 1, prefetch: 0 })
      child.process.once('exit', (code) => {
        if (code !== 7) return
        deaths += 1
        void guarded()
      })
    }
    await guarded()
    await publishSurely(stand, [...good.slice(0, 25), ...bad, ...good.slice(25)])
    await until('the killer is dead and all others are handled', () => dead.length > 0 && handledIn(plant.journal) === good.length, 60_000)
    const account = accountOf(idsOf([...good, ...bad]), plant.journal.entries(), new Set(dead.map(idOfDead)), plant.deaths)
    recordRow('T4 a message that kills its process', broker.name, account)
    expect(account).toEqual({ sent: good.length + 1, once: good.length, again: 0, lost: 0, overlapping: [] })
    expect([deaths, dead.map(idOfDead), dead[0]?.attempts]).toEqual([MAX_ATTEMPTS, ['exits-0'], MAX_ATTEMPTS])
  })

  trying(broker, 'T6 workers that cannot start')('whose workers cannot start give up and say so once, and what they had not begun is handled by others', async () => {
    const { hub, close } = crewOn(await stand.direct(), {
      journal: plant.journal,
      work: () => Promise.resolve(),
      supervision: restartOne({ maxRestarts: 3, withinMs: 60_000, backoff: constant(20) }),
      worker: { acquire: () => Promise.reject(new Error('no such device')) },
    })
    stand.owns(close)
    const told: string[] = []
    hub.escalations$.subscribe(({ protocol }) => told.push(protocol))
    const all = messages(20)
    await publishSurely(stand, all)
    await until('it gives up', () => told.includes('killAndEscalate'), 30_000)
    await others()
    await until('all are handled', () => handledIn(plant.journal) === all.length, 30_000)
    const account = accountOf(idsOf(all), plant.journal.entries())
    recordRow('T6 workers that cannot start', broker.name, account)
    expect(account).toEqual({ sent: all.length, once: all.length, again: 0, lost: 0, overlapping: [] })
    expect(told.filter((protocol) => protocol === 'killAndEscalate')).toHaveLength(1)
  })
})
