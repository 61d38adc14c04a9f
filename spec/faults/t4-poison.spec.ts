import { left, right } from 'fp-ts/lib/Either.js'
import { constant, type Message } from 'rxcrew'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { accountOf } from './account.js'
import { crewOn, TOPIC, type Work } from './crew.js'
import { BROKERS } from './fault-brokers.js'
import { recordRow } from './fault-report.js'
import { deadLetters, handledIn, idOfDead, idsOf, messages, type Stand, standOn, until } from './fault-stand.js'
import { memoryJournal } from './journal.js'
import { trying } from './trying.js'

const GOOD = 1_000
const EACH = 5
const TRIES = 3
const BACKOFF_MS = 100
const KINDS = ['throws', 'rejects', 'tooLong', 'neverEnds', 'wrongShape'] as const

const never = (): Promise<never> => new Promise(() => undefined)

const untilAborted = (signal: AbortSignal): Promise<never> => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))

/** What ignores its abort is not started again beside itself, and what does not decode never is. */
const triesOf = (id: string): number => (id.startsWith('wrongShape') ? 0 : id.startsWith('neverEnds') ? 1 : TRIES)

/** Does to each message what its id says. */
const work: Work = (job) => {
  const kind = job.message.id.split('-')[0]
  if (kind === 'throws') throw new Error('thrown at once', { cause: new Error('the reason') })
  if (kind === 'rejects') return Promise.reject(new Error('rejected', { cause: new Error('the reason') }))
  if (kind === 'tooLong') return untilAborted(job.signal)
  return kind === 'neverEnds' ? never() : Promise.resolve()
}

const poison = KINDS.flatMap((kind) => messages(EACH, kind))

// Each delivery of what ignores its abort takes a worker for good: that is not to be tried again and again.
const mortal = poison.filter(({ id }) => !id.startsWith('neverEnds'))

const among = (bad: readonly Message[]): readonly Message[] => [...messages(GOOD / 2, 'first'), ...bad, ...messages(GOOD / 2, 'then')]

describe.each(BROKERS)('T4 on $name: poison among good messages', (broker) => {
  let stand: Stand

  beforeEach(async () => {
    stand = await standOn(broker)
  })

  afterEach(() => stand.close())

  const start = async (): Promise<ReturnType<typeof memoryJournal>> => {
    const journal = memoryJournal()
    const crew = crewOn(await stand.direct(), {
      journal,
      work,
      decode: (payload) => (typeof payload === 'number' ? right(payload) : left('no number')),
      workers: { min: 32, max: 32 },
      retry: { maxAttempts: TRIES, backoff: constant(BACKOFF_MS) },
      timeoutMs: 300,
    })
    stand.owns(crew.close)
    return journal
  }

  const publish = async (all: readonly Message[]): Promise<void> => {
    const bus = await stand.direct()
    await bus.publish(all.map((message) => (message.id.startsWith('wrongShape') ? { ...message, payload: 'text' } : message)))
    for (let index = 0; index < EACH; index += 1) await stand.broker.publishRaw(TOPIC, `{ no message ${index}`)
  }

  trying(broker, 'T4 poison among good messages')('every good one is handled, every bad one is dead once with its cause, and tries keep their distance', async () => {
    const journal = await start()
    const dead = deadLetters(await stand.direct())
    const all = among(poison)
    await publish(all)
    const bad = poison.length + EACH
    await until('all have an outcome', () => handledIn(journal) === GOOD && dead.length >= bad)
    const account = accountOf(idsOf(all), journal.entries(), new Set(dead.map(idOfDead)))
    recordRow('T4 poison among good messages', broker.name, account)
    expect(account).toEqual({ sent: GOOD + poison.length, once: GOOD, again: 0, lost: 0, overlapping: [] })
    expect(dead.map(idOfDead).toSorted()).toEqual([...idsOf(poison), ...Array.from({ length: EACH }, () => 'undecodable')].toSorted())
    for (const letter of dead) {
      const kind = idOfDead(letter).split('-')[0]
      if (kind === 'throws' || kind === 'rejects') expect(letter.causes).toEqual([expect.stringMatching(/thrown at once|rejected/), 'Error: the reason'])
      else expect(letter.reason).not.toBe('')
    }
    for (const id of idsOf(poison)) {
      const starts = journal.entries().filter((entry) => entry.id === id && entry.what === 'start')
      expect(starts, id).toHaveLength(triesOf(id))
      // A timer may be a millisecond early by the clock that the journal uses.
      starts.slice(1).forEach(({ atMs }, index) => expect(atMs - (starts[index]?.atMs ?? 0)).toBeGreaterThanOrEqual(BACKOFF_MS - 2))
    }
  })

  trying(broker, 'T4 dead letters blocked')('while no dead letter can be stored, the bad ones stay unsettled and the good ones flow', async () => {
    const unblock = await stand.broker.block(`${TOPIC}.dead`)
    const journal = await start()
    const all = among(mortal)
    await publish(all)
    await until('the good ones are handled', () => handledIn(journal) === GOOD)
    const early = accountOf(idsOf(all), journal.entries())
    expect(early).toMatchObject({ once: GOOD, lost: mortal.length })
    await unblock()
    const dead = deadLetters(await stand.direct())
    await until('the bad ones are dead', () => new Set(dead.map(idOfDead)).size === mortal.length + 1, 60_000)
    const account = accountOf(idsOf(all), journal.entries(), new Set(dead.map(idOfDead)))
    recordRow('T4 dead letters blocked', broker.name, account)
    expect(account).toMatchObject({ once: GOOD, again: 0, lost: 0 })
  })
})
