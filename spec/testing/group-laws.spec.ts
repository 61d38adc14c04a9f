import * as fc from 'fast-check'
import { map, merge, NEVER, of, timer } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { WorkerCrash } from '../../src/core/failure.js'
import type { Job } from '../../src/core/job.js'
import type { Outcome } from '../../src/core/outcome.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import { constant } from '../../src/supervision/constant.js'
import { restartAll } from '../../src/supervision/restart-all.js'
import { restartOne } from '../../src/supervision/restart-one.js'
import { resume } from '../../src/supervision/resume.js'
import { delayFor } from '../../src/testing/delay-for.js'
import { groupLaws, type GroupLawOptions } from '../../src/testing/group-laws.js'
import type { MakeGroup, TriedOptions } from '../../src/testing/group-trial.js'
import { untyped } from '../hub/hub-stand.js'

interface Task {
  readonly ms: number
  readonly key: string
  readonly ends: readonly ('value' | 'error' | 'crash')[]
}

const tasks: fc.Arbitrary<Task> = fc.record({
  ms: fc.nat(40),
  key: fc.constantFrom('a', 'b'),
  ends: fc.array(fc.constantFrom('value' as const, 'value' as const, 'error' as const, 'crash' as const), { minLength: 1, maxLength: 3 }),
})

const options: GroupLawOptions<Task> = { inputs: tasks, keyOf: ({ key }) => key, graceMs: 100 }

const finish = ({ input: { ends }, attempt }: Pick<Job<Task>, 'input' | 'attempt'>): number => {
  const end = ends[(attempt - 1) % ends.length]
  if (end === 'error') throw new Error('no')
  if (end === 'crash') throw new WorkerCrash('gone')
  return attempt
}

/** A handler of each kind of result. */
const handlers = ({ scheduler }: TriedOptions) => ({
  promise: async (job: Job<Task>) => {
    await delayFor(job.input.ms, { scheduler, signal: job.signal })
    return finish(job)
  },
  heedless: async (job: Job<Task>) => {
    await delayFor(job.input.ms, { scheduler })
    return finish(job)
  },
  observable: (job: Job<Task>) => timer(job.input.ms, scheduler).pipe(map(() => finish(job))),
  iterable: async function* (job: Job<Task>) {
    await delayFor(job.input.ms, { scheduler, signal: job.signal })
    yield finish(job)
  },
  value: (job: Job<Task>) => finish(job),
})

const often = { backoff: constant(3), maxRestarts: Infinity }
const retry = { maxAttempts: 3, backoff: constant(2) }
const sound: Readonly<Record<string, MakeGroup<Task, number>>> = {
  'of promises': (given, watch) => workerGroup({ ...given, action: watch(handlers(given).promise), supervision: restartOne(often), retry }),
  'of heedless promises': (given, watch) => workerGroup({ ...given, action: watch(handlers(given).heedless), supervision: resume(), timeoutMs: 20 }),
  'of Observables': (given, watch) => workerGroup({ ...given, action: watch(handlers(given).observable), supervision: restartAll({ ...often, inFlight: 'abort' }), retry }),
  'of async iterables': (given, watch) => workerGroup({ ...given, action: watch(handlers(given).iterable), supervision: restartOne() }),
  'of values': (given, watch) => workerGroup({ ...given, action: watch(handlers(given).value), supervision: restartOne(often), ordered: true }),
  'that rates and recycles': (given, watch) => workerGroup<Task, number>({ ...given, action: watch(handlers(given).promise), supervision: resume(), rate: { max: 2, perMs: 10 }, worker: { acquire: () => undefined, recycleAfter: 2 } }),
}

const make: MakeGroup<Task, number> = (given, watch) => workerGroup({ ...given, action: watch(handlers(given).promise), supervision: resume(), retry })

/** A group with a part of it made wrong. */
const but = (part: (group: WorkerGroup<Task, number>, given: TriedOptions) => Partial<WorkerGroup<Task, number>>): MakeGroup<Task, number> => (given, watch) => {
  const group = make(given, watch)
  const twin = Object.create(group)
  return untyped(Object.assign(twin, part(group, given)))
}


const broken: readonly (readonly [law: string, make: MakeGroup<Task, number>])[] = [
  ['accounts for every accepted item', but((group) => ({ stats: () => ({ ...group.stats(), retrying: 0 }) }))],
  ['accounts for every accepted item', but((group) => ({ stats: () => ({ ...group.stats(), processed: group.stats().processed + 1 }) }))],
  ['exactly one outcome', but((group) => ({ outcomes$: merge(group.outcomes$, group.outcomes$) }))],
  ['exactly one outcome', but((group) => ({ outcomes$: group.outcomes$.pipe((source) => merge(source.pipe(map((outcome): Outcome<Task, number> => ({ ...outcome, message: { ...outcome.message, id: 'other' } }))))) }))],
  ['exactly one outcome', but((group) => ({ offer: (input, more) => group.offer(input, { ...more, onOutcome: undefined }) }))],
  ['more in flight than live workers', but((group) => ({ stats: () => ({ ...group.stats(), live: Math.max(0, group.stats().live - 1) }) }))],
  ['more in flight than live workers', but((group) => ({ stats: () => ({ ...group.stats(), live: group.stats().live + group.stats().max }) }))],
  ['two tries of one item at once', (given, watch) => {
    const seen = watch(handlers(given).promise)
    return workerGroup({ ...given, action: (job: Job<Task>) => { void Promise.resolve(seen(job)).catch(() => undefined); return seen(job) } })
  }],
  ['two tries of one item at once', (given, watch) => {
    const seen = watch(handlers(given).promise)
    return workerGroup({ ...given, retry, action: async (job: Job<Task>) => { void delayFor(80, { scheduler: given.scheduler }).then(() => seen(job)).catch(() => undefined); return finish(job) } })
  }],
  ['one at a time, in the order', but((group, given) => ({ offer: (input, more) => group.offer(input, { ...more, key: given.random().toString() + String(more?.id) }) }))],
  ['comes to rest', but((group) => ({ resume: () => group.pause() }))],
  ['comes to rest', but(() => ({ idle: () => Promise.resolve() }))],
  ['ends its drain', but((group, { scheduler }) => ({ drain: (call) => delayFor(3_000, { scheduler }).then(() => group.drain(call)) }))],
  ['ends its drain', but(() => ({ drain: () => new Promise(() => undefined) }))],
  ['ends its drain', but((group) => ({ outcomes$: merge(group.outcomes$, NEVER) }))],
  ['ends its drain', but((group, { scheduler }) => ({ drain: (call) => { void delayFor(3_000, { scheduler }).then(() => group.drain(call)); return Promise.resolve({ completed: 0, failed: 0, handedBack: 0, aborted: 0, zombies: 0 }) } }))],
  ['does nothing after its drain', but((group) => ({ offer: (input, more) => (group.stats().phase === 'stopped' ? Promise.resolve() : group.offer(input, more)) }))],
  ['does nothing after its drain', but((group, { scheduler }) => ({ drain: (call) => { void delayFor(0, { scheduler }).then(() => group.drain(call)); return group.wait() } }))],
  ['does nothing after its drain', but((group, { scheduler }) => {
    let more = 0
    void group.wait().then(() => delayFor(10, { scheduler })).then(() => { more += 1 })
    return { stats: () => ({ ...group.stats(), received: group.stats().received + more, handedBack: group.stats().handedBack + more }) }
  })],
]

describe('groupLaws', () => {
  const laws = Object.entries(sound).flatMap(([name, group]) => groupLaws(`a group ${name}`, group, options))
  it.each(laws.map((law) => [law.title, law] as const))('keep quiet where %s', (_, law) => law.check({ numRuns: 10 }))

  it.each(broken)('fail a group that breaks: %s (%#)', async (name, group) => {
    const law = groupLaws('broken', group, options).find(({ title }) => title.includes(name))
    await expect(law?.check({ numRuns: 200, seed: 42 })).rejects.toThrow(/Property failed after \d+ tests/)
  })

  it('have a broken group for each', () => {
    const titles = groupLaws('x', make, options).map(({ title }) => title)
    expect(titles.filter((title) => !broken.some(([name]) => title.includes(name)))).toEqual([])
    expect(titles).toHaveLength(8)
  })

  it('tell the smallest plan, its seed, and what was seen', async () => {
    const law = groupLaws('broken', but((group) => ({ stats: () => ({ ...group.stats(), processed: 0 }) })), options)[0]
    const error = await law?.check({ seed: 7, numRuns: 300 }).then(() => 'nothing was thrown', String)
    expect(error).toContain('seed: 7')
    expect(error).toMatch(/1 are accepted, but 0 wait, 0 run, 0 are between two tries and 0 are settled/)
    expect(error?.match(/"do":"offer"/g)).toHaveLength(1)
  })

  it('leave out what needs a watched handler or a key, and say when a handler is not watched', async () => {
    const unwatched: MakeGroup<Task, number> = (given) => workerGroup({ ...given, action: handlers(given).value })
    await expect(groupLaws('x', unwatched, options)[0]?.check()).rejects.toThrow('put `watch` around the handler')
    const few = groupLaws('x', unwatched, { ...options, watched: false })
    expect(few).toHaveLength(6)
    await Promise.all(few.map(({ check }) => check({ numRuns: 5 })))
    expect(groupLaws('x', make, { inputs: tasks })).toHaveLength(7)
  })

  it('hold for batches, which hold as many for each worker', async () => {
    const batches: MakeGroup<Task, number> = (given) => workerGroup<Task, number>({ ...given, batch: { max: 3, maxWaitMs: 5 }, action: ({ members }) => of(members.map(({ input }) => input.ms)) })
    await Promise.all(groupLaws('x', batches, { ...options, perWorker: 3, watched: false }).map(({ check }) => check({ numRuns: 20 })))
  })

  it('refuse all that is wrong in one error', () => {
    expect(() => groupLaws('x', make, untyped({ maxWorkers: 0 }))).toThrow(/^groupLaws: inputs should be an arbitrary of fast-check, but is missing; maxWorkers should be/)
  })
})

