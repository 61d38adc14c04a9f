import { type Observable, type OperatorFunction } from 'rxjs'
import { describe } from '../core/describe.js'
import type { DrainReport, GroupStats } from '../core/group-stats.js'
import { OptionsError } from '../core/options-error.js'
import type { Outcome } from '../core/outcome.js'
import type { Item } from './item.js'
import { offer, submit, withdrawOn } from './offer.js'
import { consumeSource } from './consume.js'
import { runSource } from './run-source.js'
import type { Shell } from './shell.js'
import { cancelItem } from './source-items.js'
import type { DrainCall, OfferOptions, Pullable, RunOptions, WorkerGroup } from './worker-group-contract.js'
import { shellOf } from './worker-group.js'

/** Groups in a row: what one completes, the next takes. */
export interface Pipeline<I = unknown, O = unknown> extends Pick<WorkerGroup<I, O>, 'offer' | 'submit' | 'run' | 'consume'>, AsyncDisposable {
  start(): void
  /** Drains the groups in order, each when the ones before it are done; one report for each. */
  drain(options?: DrainCall): Promise<readonly DrainReport[]>
  /** `drain({ deadlineMs: 0 })`. */
  stop(): Promise<readonly DrainReport[]>
  stats(): readonly GroupStats[]
}

/**
 * Composes groups so that a worker is not free until the next group has taken its result: bounded from end to end.
 * Each item has one outcome for whoever brought it: that of the last group, or of the group where it ended before. A
 * value that the next group refuses because it stops ends as `handedBack`.
 *
 * The groups are tied for good; an item offered to a later one directly enters there.
 *
 * @throws {OptionsError} When something is no group of this library, or already leads to another.
 */
export function pipeline<A, B>(a: WorkerGroup<A, B>): Pipeline<A, B>
export function pipeline<A, B, C>(a: WorkerGroup<A, B>, b: WorkerGroup<B, C>): Pipeline<A, C>
export function pipeline<A, B, C, D>(a: WorkerGroup<A, B>, b: WorkerGroup<B, C>, c: WorkerGroup<C, D>): Pipeline<A, D>
export function pipeline<A, B, C, D, E>(a: WorkerGroup<A, B>, b: WorkerGroup<B, C>, c: WorkerGroup<C, D>, d: WorkerGroup<D, E>): Pipeline<A, E>
export function pipeline<A, B, C, D, E, F>(a: WorkerGroup<A, B>, b: WorkerGroup<B, C>, c: WorkerGroup<C, D>, d: WorkerGroup<D, E>, e: WorkerGroup<E, F>): Pipeline<A, F>
export function pipeline(...groups: readonly object[]): Pipeline {
  const stages = groups.map(stageOf)
  const [first] = stages
  if (first === undefined) throw new OptionsError('pipeline', [{ path: '', got: 'no group', expected: 'one group or more' }])
  stages.forEach((stage, index) => link(stage, stages[index + 1]))
  const drain = async (call?: DrainCall): Promise<readonly DrainReport[]> => {
    const reports: DrainReport[] = []
    for (const stage of stages) reports.push(await stage.drain(call))
    return reports
  }
  return {
    offer: (input: unknown, options?: OfferOptions) => offer(first, input, options),
    submit: (input: unknown, options?: OfferOptions) => submit(first, input, options),
    run: (options?: RunOptions): OperatorFunction<unknown, Outcome> => (source) => runSource(first, source, options),
    consume: (source: Pullable<unknown>): Observable<Outcome> => consumeSource(first, source),
    start: () => stages.forEach((stage) => stage.start()),
    drain,
    stop: () => drain({ deadlineMs: 0 }),
    stats: () => stages.map((stage) => stage.stats()),
    [Symbol.asyncDispose]: async () => {
      await drain()
    },
  }
}

const stageOf = (group: object, index: number, groups: readonly object[]): Shell => {
  const shell = shellOf(group)
  const twice = groups.indexOf(group) < index
  if (shell !== undefined && shell.runner.handOver === undefined && !twice) return shell
  const got = shell === undefined ? describe(group) : `${shell.settings.name}, which ${twice ? 'is there' : 'leads to another group'} already`
  throw new OptionsError('pipeline', [{ path: `[${index}]`, got, expected: 'a worker group that leads nowhere yet' }])
}

const link = (from: Shell, to: Shell | undefined): void => {
  if (to === undefined) return
  // A worker of the first that waits for room in the second is what the second's policy should hear of.
  to.books.lineCounts = true
  from.runner.handOver = (value, item, signal) =>
    new Promise((resolve) => {
      to.start()
      to.books.intake.wait(() => resolve(pass(to, value, item)), () => resolve(false), signal)
    })
}

/** Puts the value into the next group; whoever waits for the item's outcome waits for that one's from now on. */
const pass = (to: Shell, value: unknown, item: Item): boolean => {
  const { sink } = item
  item.sink = undefined
  try {
    const next = to.books.accept(value, envelopeOf(item), sink === undefined ? undefined : { onLeave: () => undefined, onOutcome: (outcome) => sink.onOutcome(outcome, item) })
    const signal = item.extras?.signal
    if (signal !== undefined) withdrawOn(to, next, signal)
    item.own.withdrawNext = (reason) => cancelItem(to, next, reason)
    return true
  } catch {
    // Its key function threw: the item is refused, and told to whoever brought it.
    item.sink = sink
    return false
  }
}

const envelopeOf = (item: Item): Item['envelope'] => {
  if (item.envelope === undefined) return undefined
  // The topic is where the item came in; it means nothing to the next group.
  return { ...item.envelope, topic: undefined }
}
