import * as fc from 'fast-check'

/** One thing done to a group. */
export type GroupCommand<I> =
  | { readonly do: 'offer'; readonly input: I }
  | { readonly do: 'withdraw'; readonly index: number }
  | { readonly do: 'scale'; readonly wanted: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'pause' | 'resume' }

/** What becomes of a group from its first item to its end. */
export interface GroupPlan<I> {
  readonly workers: { readonly min: number; readonly max: number }
  readonly capacity: number
  readonly commands: readonly GroupCommand<I>[]
  /** Whether it comes to rest before it is drained. */
  readonly rests: boolean
  readonly drain: { readonly deadlineMs: number; readonly then: 'abort' | 'handBack' }
  /** What is done while it drains. */
  readonly late: readonly GroupCommand<I>[]
  /** What is offered once it has ended. */
  readonly last: I
}

export interface GroupPlanTerms<I> {
  readonly inputs: fc.Arbitrary<I>
  readonly maxWorkers: number
  readonly passMs: number
}

/** Plans shrink to few items, few workers, and no time between. */
export const groupPlans = <I>({ inputs, maxWorkers, passMs }: GroupPlanTerms<I>): fc.Arbitrary<GroupPlan<I>> => {
  const commands = commandsOf(inputs, maxWorkers, passMs)
  return fc.record({
    workers: fc.tuple(fc.nat(maxWorkers), fc.integer({ min: 1, max: maxWorkers })).map(([min, max]) => ({ min: Math.min(min, max), max })),
    capacity: fc.integer({ min: 1, max: 5 }),
    commands: fc.array(commands, { maxLength: 30, size: 'max' }),
    rests: fc.boolean(),
    drain: fc.record({ deadlineMs: fc.integer({ min: 0, max: passMs }), then: fc.constantFrom('abort' as const, 'handBack' as const) }),
    late: fc.array(commands, { maxLength: 4 }),
    last: inputs,
  })
}

const commandsOf = <I>(inputs: fc.Arbitrary<I>, maxWorkers: number, passMs: number): fc.Arbitrary<GroupCommand<I>> =>
  fc.oneof(
    { weight: 8, arbitrary: inputs.map((input) => ({ do: 'offer' as const, input })) },
    { weight: 6, arbitrary: fc.integer({ min: 0, max: passMs }).map((ms) => ({ do: 'pass' as const, ms })) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: maxWorkers }).map((wanted) => ({ do: 'scale' as const, wanted })) },
    { weight: 1, arbitrary: fc.nat(20).map((index) => ({ do: 'withdraw' as const, index })) },
    { weight: 1, arbitrary: fc.constantFrom({ do: 'pause' as const }, { do: 'resume' as const }) },
  )
