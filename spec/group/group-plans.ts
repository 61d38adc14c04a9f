import * as fc from 'fast-check'
import type { RunOptions } from '../../src/group/worker-group-contract.js'
import type { SupervisionStrategy } from '../../src/supervision/strategy.js'

/** What a handler does at one try. */
export interface Step {
  readonly end: 'value' | 'error' | 'crash' | 'never'
  readonly afterMs: number
  /** Whether it ends when it is aborted: an Observable does, a promise that does not look at its signal does not. */
  readonly heeds: boolean
}

export interface Task {
  readonly key: string | undefined
  readonly steps: readonly Step[]
}

export interface Setting {
  readonly min: number
  readonly max: number
  readonly capacity: number
  readonly maxAttempts: number
  readonly timeoutMs: number | undefined
  readonly totalTimeoutMs: number | undefined
  readonly graceMs: number
  readonly keyed: boolean
  readonly ordered: false | { readonly window: number }
  readonly supervision: SupervisionStrategy
  /** How long acquiring and releasing take, and which tries of acquiring fail; absent: workers without a resource. */
  readonly resource: { readonly acquireMs: number; readonly releaseMs: number; readonly failing: readonly boolean[] } | undefined
  readonly recycleAfter: number | undefined
  readonly batch: { readonly max: number; readonly maxWaitMs: number } | undefined
  /** What is done from inside: at each of the first outcomes, and when a resource is given back. */
  readonly reactions: readonly Command[]
  readonly rate: { readonly max: number; readonly perMs: number } | undefined
}

/** One thing done to a group. */
export type Command =
  | { readonly do: 'offer' | 'submit'; readonly task: Task }
  | { readonly do: 'run'; readonly tasks: readonly Task[]; readonly options: RunOptions }
  | { readonly do: 'consume'; readonly tasks: readonly Task[] }
  | { readonly do: 'withdraw' | 'unsubscribe'; readonly index: number }
  | { readonly do: 'scale'; readonly wanted: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'pause' | 'resume' | 'start' }
  | { readonly do: 'drain'; readonly deadlineMs: number; readonly then: 'abort' | 'handBack' }

const steps: fc.Arbitrary<Step> = fc.record({
  end: fc.oneof({ weight: 5, arbitrary: fc.constant<Step['end']>('value') }, { weight: 2, arbitrary: fc.constantFrom<Step['end']>('error', 'crash', 'never') }),
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 })),
  heeds: fc.boolean(),
})

export const tasks: fc.Arbitrary<Task> = fc.record({
  key: fc.constantFrom('a', 'b', undefined),
  steps: fc.array(steps, { minLength: 1, maxLength: 3 }),
})

const bursts = fc.array(tasks, { maxLength: 6 })

export const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('offer' as const, 'submit' as const), task: tasks }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('run' as const), tasks: bursts, options: fc.record({ overflow: fc.constantFrom('error' as const, 'dropNewest' as const, 'dropOldest' as const), capacity: fc.integer({ min: 1, max: 4 }) }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('consume' as const), tasks: bursts }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 25 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('scale' as const), wanted: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('withdraw' as const, 'unsubscribe' as const), index: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'start' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const), deadlineMs: fc.integer({ min: 0, max: 40 }), then: fc.constantFrom('abort' as const, 'handBack' as const) }) },
)

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined })

export const settings = (supervision: fc.Arbitrary<SupervisionStrategy>): fc.Arbitrary<Setting> =>
  fc.record({
    min: fc.integer({ min: 0, max: 2 }),
    max: fc.integer({ min: 2, max: 4 }),
    capacity: fc.integer({ min: 1, max: 4 }),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
    timeoutMs: maybe(fc.integer({ min: 1, max: 15 })),
    totalTimeoutMs: maybe(fc.integer({ min: 1, max: 30 })),
    graceMs: fc.constantFrom(0, 4),
    keyed: fc.boolean(),
    ordered: fc.oneof(fc.constant<false>(false), fc.record({ window: fc.integer({ min: 1, max: 3 }) })),
    supervision,
    resource: maybe(fc.record({ acquireMs: fc.constantFrom(0, 3), releaseMs: fc.constantFrom(0, 2), failing: fc.array(fc.boolean(), { maxLength: 3 }) })),
    batch: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.record({ max: fc.integer({ min: 1, max: 3 }), maxWaitMs: fc.integer({ min: 0, max: 10 }) }) }),
    reactions: fc.array(commands, { maxLength: 6 }),
    recycleAfter: maybe(fc.integer({ min: 1, max: 2 })),
    rate: maybe(fc.record({ max: fc.integer({ min: 1, max: 3 }), perMs: fc.integer({ min: 1, max: 20 }) })),
  })
