import * as fc from 'fast-check'
import { anyFunction, check, checkOptions, flag, milliseconds, nonEmptyString, whole } from '../core/options.js'
import { groupPlans, type GroupPlan } from './group-plan.js'
import { GroupTrial, type MakeGroup, type TrialTerms } from './group-trial.js'
import type { GroupPromise } from './group-watch.js'
import { type AsyncLaw, given, raise } from './law.js'

export interface GroupLawOptions<I> {
  /** What is offered: what a handler meets, with what makes it fast, slow and failing. */
  readonly inputs: fc.Arbitrary<I>
  /** The key by which the group keeps order; left out, the law about order is not among them. It is also given with the message. */
  readonly keyOf?: ((input: I) => string | undefined) | undefined
  /** The most workers that a trial allows: 1 or more, default 4. */
  readonly maxWorkers?: number | undefined
  /** Items that a worker handles at once, as in batches: 1 or more, default 1. */
  readonly perWorker?: number | undefined
  /** The longest that is waited between two things done to it, in ms: 1 or more, default 50. About as long as a handler takes. */
  readonly passMs?: number | undefined
  /** How long a handler has to heed its abort, in ms: default 1,000. */
  readonly graceMs?: number | undefined
  /** How long it may take to give back the workers' resources, in ms: default 0. */
  readonly releaseMs?: number | undefined
  /** How long it may take until all that was accepted has ended, in ms: default 60,000. */
  readonly restsWithinMs?: number | undefined
  /** Whether the handler is within `watch`; default true. If not, the laws about single attempts and about order are not among them. */
  readonly watched?: boolean | undefined
}

const OPTIONS = {
  inputs: check('an arbitrary of fast-check', (value): value is unknown => value instanceof fc.Arbitrary),
  keyOf: anyFunction, maxWorkers: whole(1), perWorker: whole(1), passMs: milliseconds(1), graceMs: milliseconds(), releaseMs: milliseconds(),
  restsWithinMs: milliseconds(), watched: flag,
}

const SENTENCES: Readonly<Record<GroupPromise, string>> = {
  accounts: 'accounts for every accepted item at every instant: it waits, runs, is between two tries, or is settled',
  outcomes: 'gives every accepted item exactly one outcome, and a refused one none',
  workers: 'never has more in flight than live workers, nor more workers than allowed',
  attempts: 'never runs two tries of one item at once, and none after its outcome',
  keys: 'handles items of one key one at a time, in the order in which they came',
  rest: 'comes to rest once there are workers for all',
  drain: 'ends its drain within the deadline and the grace, with nothing left',
  silence: 'does nothing after its drain, and refuses what is offered',
}

/**
 * The laws that every worker group keeps, whatever its handler does and whatever is done to it: offers faster than they
 * are handled, withdrawals, a limit that rises and falls to 0, pauses, a drain at any moment with more coming in. Each
 * trial makes a group of its own in virtual time; handlers may be promises, as long as they take their time from the
 * scheduler they are given (`delayFor`) and heed their signal, or end by themselves within `graceMs`.
 *
 * @param name - What titles begin with.
 * @param make - Makes the group from given options, put among its own, with `watch` around its handler.
 * @throws {OptionsError}
 * @example
 * const make: MakeGroup<number, void> = (given, watch) =>
 *   workerGroup({ ...given, action: watch(({ input, signal }) => delayFor(input, { scheduler: given.scheduler, signal })) })
 * for (const { title, check } of groupLaws('mine', make, { inputs: fc.nat(100) })) it(title, () => check())
 */
export const groupLaws = <I, O>(name: string, make: MakeGroup<I, O>, options: GroupLawOptions<I>): readonly AsyncLaw[] => {
  checkOptions('groupLaws', { name: nonEmptyString, make: anyFunction }, { name, make }, undefined, ['name', 'make'])
  checkOptions('groupLaws', OPTIONS, options, undefined, ['inputs'])
  const { inputs, keyOf, maxWorkers = 4, passMs = 50, watched = true } = options
  const plans = groupPlans({ inputs, maxWorkers, passMs })
  const promises: readonly GroupPromise[] = [
    'accounts', 'outcomes', 'workers',
    ...(watched ? ['attempts' as const] : []),
    ...(watched && keyOf !== undefined ? ['keys' as const] : []),
    'rest', 'drain', 'silence',
  ]
  return promises.map((promise) => ({
    title: `${name} ${SENTENCES[promise]}`,
    check: (parameters = {}) =>
      fc.assert(fc.asyncProperty(plans, (plan) => tried(promise, make, plan, termsOf(options), watched)), given(parameters)),
  }))
}

const termsOf = <I>({ keyOf = () => undefined, perWorker = 1, graceMs = 1_000, releaseMs = 0, restsWithinMs = 60_000 }: GroupLawOptions<I>): TrialTerms<I> =>
  ({ keyOf, perWorker, graceMs, releaseMs, restsWithinMs })

const tried = async <I, O>(promise: GroupPromise, make: MakeGroup<I, O>, plan: GroupPlan<I>, terms: TrialTerms<I>, isWatched: boolean): Promise<void> => {
  const trial = new GroupTrial(make, plan, terms)
  await trial.play(plan)
  raise(trial.watch.found.find((finding) => finding.promise === promise)?.problem)
  const ran = [...trial.watch.entries.values()].filter(({ heard }) => heard[0] === 'completed')
  if (isWatched && ran.length > 0 && trial.watch.starts === 0) throw new Error('items were handled, but no start was seen: put `watch` around the handler, or say `watched: false`')
}
