import { type Observable, type OperatorFunction } from 'rxjs'
import type { DrainReport } from '../core/group-stats.js'
import type { Outcome } from '../core/outcome.js'
import { consumeSource } from './consume.js'
import type { BatchGroupOptions, GroupOptions } from './group-options.js'
import { offer, submit } from './offer.js'
import { runSource } from './run-source.js'
import { settingsOf, type AnyGroupOptions } from './settings.js'
import { Shell } from './shell.js'
import { statsStream } from './stats-stream.js'
import type { OfferOptions, Pullable, RunOptions, WorkerGroup } from './worker-group-contract.js'

const shells = new WeakMap<object, Shell>()

/** The inside of a group, for those parts of this room that join groups together. */
export const shellOf = (group: object): Shell | undefined => shells.get(group)

/**
 * A supervised, autoscaling group of workers.
 *
 * Every accepted item has exactly one outcome. The group starts by itself on first use, keeps between `workers.min`
 * and `workers.max` workers alive as its scaling policy wants, and answers failures by its supervision strategy.
 *
 * @throws {OptionsError} Naming every option that is wrong.
 * @example
 * const group = workerGroup({ action: async (job: Job<number>) => job.input * 2, workers: { max: 4 } })
 * await group.submit(21) // 42
 */
export function workerGroup<I, O, W = undefined, S = undefined>(options: GroupOptions<I, O, W, S>): WorkerGroup<I, O>
export function workerGroup<I, O, W = undefined, S = undefined>(options: BatchGroupOptions<I, O, W, S>): WorkerGroup<I, O>
export function workerGroup(options: AnyGroupOptions): WorkerGroup {
  const shell = new Shell(settingsOf(options))
  const group = surface(shell)
  shells.set(group, shell)
  return group
}

const surface = (shell: Shell): WorkerGroup => {
  const { name, address } = shell.settings
  const stop = (): Promise<DrainReport> => shell.drain({ deadlineMs: 0 })
  return {
    name,
    address,
    get signal() { return shell.signal },
    offer: (input: unknown, options?: OfferOptions) => offer(shell, input, options),
    submit: (input: unknown, options?: OfferOptions) => submit(shell, input, options),
    run: (options?: RunOptions): OperatorFunction<unknown, Outcome> => (source) => runSource(shell, source, options),
    consume: (source: Pullable<unknown>): Observable<Outcome> => consumeSource(shell, source),
    outcomes$: shell.books.outcomes$.asObservable(),
    escalations$: shell.streams.escalations$.asObservable(),
    stats$: statsStream(shell),
    status$: shell.streams.status$.asObservable(),
    live$: shell.streams.live$.asObservable(),
    stats: () => shell.stats(),
    start: () => shell.start(),
    pause: () => shell.hold('paused', true),
    resume: () => shell.hold('paused', false),
    drain: (call) => shell.drain(call),
    stop,
    wait: () => shell.shutdown.done,
    restarted: () => shell.streams.when(() => !shell.restarting || shell.shutdown.over),
    idle: () => shell.streams.when(() => !shell.books.open),
    [Symbol.asyncDispose]: async () => {
      await shell.drain()
    },
  }
}
