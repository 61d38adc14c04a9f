import { from, type Observable, of, type OperatorFunction } from 'rxjs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Job } from '../../src/core/job.js'
import { OptionsError } from '../../src/core/options-error.js'
import type { Outcome } from '../../src/core/outcome.js'
import type { BatchJob } from '../../src/group/batch-job.js'
import { pipeline, type Pipeline } from '../../src/group/pipeline.js'
import { workerGroup } from '../../src/group/worker-group.js'
import type { WorkerGroup } from '../../src/group/worker-group-contract.js'
import type { Escalation } from '../../src/supervision/escalation.js'

interface Page { readonly url: string }
interface Services { readonly prefix: string }

const double = workerGroup({ action: ({ input }: Job<number>) => input * 2 })
const length = workerGroup({ action: async ({ input }: Job<string>) => input.length })
const shout = workerGroup({ action: ({ input }: Job<number>) => of(`${input}!`) })
const letters = workerGroup({ action: async function* ({ input }: Job<string>) { yield* input } })
const listed = workerGroup({ action: ({ input }: Job<number>) => [input, input] })
const none = workerGroup({ action: (_job: Job<Date>) => undefined })

describe('the types of a group', () => {
  it('come from what its action takes and returns: a value, a promise, an Observable or an async iterable', () => {
    expectTypeOf(double).toEqualTypeOf<WorkerGroup<number, number>>()
    expectTypeOf(length).toEqualTypeOf<WorkerGroup<string, number>>()
    expectTypeOf(shout).toEqualTypeOf<WorkerGroup<number, string>>()
    expectTypeOf(letters).toEqualTypeOf<WorkerGroup<string, string>>()
    expectTypeOf(listed).toEqualTypeOf<WorkerGroup<number, number[]>>()
    expectTypeOf(none).toEqualTypeOf<WorkerGroup<Date, undefined>>()
  })

  it('know the worker\'s resource from what acquires it', () => {
    const sync = workerGroup({ worker: { acquire: (): Page => ({ url: '' }) }, action: ({ input, worker }: Job<number, Page>) => worker.url + input })
    const later = workerGroup({ worker: { acquire: () => Promise.resolve({ url: '' }) }, action: ({ worker }) => {
      expectTypeOf(worker).toEqualTypeOf<{ url: string }>()
      return worker.url
    } })
    expectTypeOf(sync).toEqualTypeOf<WorkerGroup<number, string>>()
    expectTypeOf(later).toEqualTypeOf<WorkerGroup<unknown, string>>()
    // @ts-expect-error -- the action wants a page, and numbers are acquired
    workerGroup({ worker: { acquire: () => 3 }, action: ({ worker }: Job<number, Page>) => worker.url })
    workerGroup({ worker: { acquire: (): Page => ({ url: '' }), release: (page) => expectTypeOf(page).toEqualTypeOf<Page>() }, action: () => 1 })
  })

  it('know the services from what is given', () => {
    const services: Services = { prefix: '>' }
    const served = workerGroup({ services, action: ({ input, services: { prefix } }: Job<string, undefined, Services>) => prefix + input })
    expectTypeOf(served).toEqualTypeOf<WorkerGroup<string, string>>()
    workerGroup({ services, action: (job) => expectTypeOf(job.services).toEqualTypeOf<Services>() })
    // @ts-expect-error -- the services lack what the action wants
    workerGroup({ services: {}, action: ({ services: { prefix } }: Job<string, undefined, Services>) => prefix })
  })

  it('of a batch are those of its members', () => {
    const batch = workerGroup({ batch: { max: 3, maxWaitMs: 5 }, action: ({ inputs }: BatchJob<number, string>) => inputs.map(String) })
    const later = workerGroup({ batch: { max: 3, maxWaitMs: 5 }, action: async ({ members }: BatchJob<string, boolean>) => {
      for (const member of members) {
        expectTypeOf(member.input).toEqualTypeOf<string>()
        expectTypeOf<Parameters<typeof member.complete>>().toEqualTypeOf<[value: boolean]>()
      }
    } })
    expectTypeOf(batch).toEqualTypeOf<WorkerGroup<number, string>>()
    expectTypeOf(later).toEqualTypeOf<WorkerGroup<string, boolean>>()
  })

  it('reach the options: key, escalations and what is told of an outcome', () => {
    workerGroup({
      action: ({ input }: Job<Page>) => input.url,
      key: (input) => { expectTypeOf(input).toEqualTypeOf<Page>(); return input.url },
      onEscalation: (escalation) => expectTypeOf(escalation).toEqualTypeOf<Escalation<Page>>(),
    })
    const told = (group: WorkerGroup<Page, string>): unknown => group.offer({ url: '' }, { onOutcome: (outcome) => expectTypeOf(outcome).toEqualTypeOf<Outcome<Page, string>>() })
    expectTypeOf(told).returns.toBeUnknown()
  })
})

describe('the types of the ways in and out', () => {
  it('are those of the group', () => {
    const entered = () => [length.submit('a'), length.offer('a')] as const
    expectTypeOf(entered).returns.toEqualTypeOf<readonly [Promise<number>, Promise<void>]>()
    expectTypeOf(length.run()).toEqualTypeOf<OperatorFunction<string, Outcome<string, number>>>()
    expectTypeOf(from(['a']).pipe(length.run())).toEqualTypeOf<Observable<Outcome<string, number>>>()
    expectTypeOf(length.consume(['a'])).toEqualTypeOf<Observable<Outcome<string, number>>>()
    expectTypeOf(length.outcomes$).toEqualTypeOf<Observable<Outcome<string, number>>>()
    expectTypeOf(length.escalations$).toEqualTypeOf<Observable<Escalation<string>>>()
  })

  it('refuse what the group does not take', () => {
    const wrong = (): readonly unknown[] => [
      // @ts-expect-error -- a number is no string
      length.submit(3),
      // @ts-expect-error -- nor is it in an iterable
      length.consume([3]),
      // @ts-expect-error -- nor in a stream
      from([3]).pipe(length.run()),
    ]
    expectTypeOf(wrong).returns.toEqualTypeOf<readonly unknown[]>()
  })

  it('tell outcomes apart by their type', () => {
    const valueOf = (outcome: Outcome<string, number>) => (outcome.type === 'completed' ? outcome.value : undefined)
    expectTypeOf(valueOf).returns.toEqualTypeOf<number | undefined>()
  })
})

describe('the types of a pipeline', () => {
  it('are those of its ends', () => {
    const two = () => pipeline(shout, length)
    const three = () => pipeline(double, shout, length)
    expectTypeOf(two).returns.toEqualTypeOf<Pipeline<number, number>>()
    expectTypeOf(three).returns.toEqualTypeOf<Pipeline<number, number>>()
    expectTypeOf(pipeline(letters).run()).toEqualTypeOf<OperatorFunction<string, Outcome<string, string>>>()
  })

  it('refuse groups that do not fit, and what is no group', () => {
    const wrong = (): readonly unknown[] => [
      // @ts-expect-error -- numbers come out, strings are taken
      pipeline(double, length),
      // @ts-expect-error -- the third takes strings and is given numbers
      pipeline(shout, length, letters),
    ]
    expectTypeOf(wrong).returns.toEqualTypeOf<readonly unknown[]>()
    // @ts-expect-error -- no group at all
    expect(() => pipeline({})).toThrow(OptionsError)
  })
})
