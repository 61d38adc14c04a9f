import { catchError, EMPTY, map, type Observable, of, Subject, tap, throwError, timer, VirtualTimeScheduler } from 'rxjs'
import { constant, resume, scaleMap, type ScalingPolicy } from 'rxcrew'
import { seededRandom } from 'rxcrew/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accountOf } from './account.js'
import { crewOn, type Work } from './crew.js'
import { BROKERS } from './fault-brokers.js'
import { recordRow } from './fault-report.js'
import { sized } from './fault-size.js'
import { deadLetters, handledIn, idOfDead, idsOf, messages, passing, publishSurely, type Stand, standOn, until } from './fault-stand.js'
import { memoryJournal } from './journal.js'
import { trying } from './trying.js'

const MOST = 64
const ITEMS = sized(200_000, 1_000_000)
const STORM_MS = sized(5_000, 60_000)
const EACH = 200

/** Some end at once, some later, some fail. */
const kindOf = (index: number): 'sync' | 'async' | 'failing' => (index % 10 === 0 ? 'failing' : index % 3 === 0 ? 'sync' : 'async')

it('T8: sizes that change every ms, in virtual time: never more at work than allowed, started in order, and all end', () => {
  const random = seededRandom(8)
  const scheduler = new VirtualTimeScheduler(undefined, Infinity)
  const limit$ = new Subject<number>()
  const source$ = new Subject<number>()
  // What may be at work: the limit, or what was at work when it shrank, as that ends.
  let [limit, running, allowed, started, ended, most] = [0, 0, 0, 0, 0, 0]
  const outOfOrder: number[] = []
  const tooMany: number[] = []
  const project = (index: number): Observable<number> => {
    if (index !== started) outOfOrder.push(index)
    started += 1
    running += 1
    if (running > limit) tooMany.push(index)
    most = Math.max(most, running)
    const kind = kindOf(index)
    const work$ = kind === 'sync' ? of(index) : timer(1 + Math.floor(random() * 20), scheduler).pipe(map(() => index))
    return kind === 'failing' ? throwError(() => new Error('no use')) : work$
  }
  const over = (): void => {
    running -= 1
    ended += 1
  }
  // One value each, or an error: that is the end of it.
  const counted = (index: number): Observable<number> => project(index).pipe(
    tap({ next: over, error: over }),
    catchError(() => EMPTY),
  )
  source$.pipe(scaleMap(counted, limit$)).subscribe()
  const storm = (): void => {
    limit = Math.floor(random() * (MOST + 1))
    allowed = Math.max(limit, running)
    limit$.next(limit)
    if (running > allowed) tooMany.push(-1)
    if (ended < ITEMS) scheduler.schedule(storm, 1)
  }
  scheduler.schedule(storm, 0)
  for (let index = 0; index < ITEMS; index += 1) source$.next(index)
  source$.complete()
  scheduler.flush()
  expect({ started, ended, running, outOfOrder: outOfOrder.length, tooMany: tooMany.length }).toEqual({ started: ITEMS, ended: ITEMS, running: 0, outOfOrder: 0, tooMany: 0 })
  expect(most).toBe(MOST)
})

/** Another size each time it is asked, from none to the most. */
const storming = (tell: (wanted: number) => void): ScalingPolicy<null> => {
  const random = seededRandom(64)
  return {
    name: 'storm',
    initial: null,
    step: (state) => {
      const wanted = Math.floor(random() * (MOST + 1))
      tell(wanted)
      return { state, wanted, reason: 'scheduled' }
    },
  }
}

describe.each(BROKERS)('T8 on $name', (broker) => {
  let stand: Stand

  beforeEach(async () => {
    stand = await standOn(broker)
  })

  afterEach(() => stand.close())

  trying(broker, 'T8 storm of sizes')('a size that changes every few ms never has more at work than it says, and everything ends', async () => {
    const journal = memoryJournal()
    const dead = deadLetters(await stand.direct())
    let [wanted, running, changes] = [0, 0, 0]
    const tooMany: number[] = []
    const kinds: Readonly<Record<string, Work>> = { sync: async () => undefined, async: () => passing(2), failing: () => Promise.reject(new Error('no use')) }
    const work: Work = async (job) => {
      running += 1
      if (running > wanted) tooMany.push(running - wanted)
      try {
        await kinds[job.message.id.split('-')[0] ?? '']?.(job)
      } finally {
        running -= 1
      }
    }
    const scaling = storming((next) => {
      wanted = next
      changes += 1
    })
    const crew = crewOn(await stand.direct(), { journal, work, scaling, workers: { min: 0, max: MOST }, sampleEveryMs: 1, supervision: resume(), retry: { maxAttempts: 2, backoff: constant(5) } })
    stand.owns(crew.close)
    const all: string[] = []
    const unconfirmed: string[] = []
    const endsAtMs = Date.now() + STORM_MS
    for (let round = 0; Date.now() < endsAtMs; round += 1) {
      const some = ['sync', 'async', 'failing'].flatMap((kind) => messages(kind === 'failing' ? EACH / 10 : EACH, `${kind}-${round}`))
      all.push(...idsOf(some))
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const [again] = await Promise.all([publishSurely(stand, some), passing(20)])
      unconfirmed.push(...again)
    }
    const bad = all.filter((id) => id.startsWith('failing')).length
    await until('all have an outcome', () => handledIn(journal) + new Set(dead.map(idOfDead)).size >= all.length, 60_000)
    expect(dead.filter((letter) => !idOfDead(letter).startsWith('failing')).map(({ reason }) => reason)).toEqual([])
    const account = accountOf(all, journal.entries(), new Set(dead.map(idOfDead)))
    recordRow('T8 storm of sizes', broker.name, account)
    expect(unconfirmed).toEqual([])
    expect(account).toMatchObject({ sent: all.length, lost: 0 })
    if (broker.repeatsWhenLowered) expect(account.again).toBeLessThanOrEqual(2 * MOST)
    else expect(account).toMatchObject({ once: all.length - bad, again: 0, overlapping: [] })
    expect(tooMany).toEqual([])
    expect(changes).toBeGreaterThan(STORM_MS / 100)
  })
})
