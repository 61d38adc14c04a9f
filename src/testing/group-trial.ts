import type { SchedulerLike } from 'rxjs'
import type { Handler } from '../core/action.js'
import type { DrainReport } from '../core/group-stats.js'
import type { WorkerGroup } from '../group/worker-group-contract.js'
import type { ScalingPolicy } from '../scaling/policy.js'
import type { GroupCommand, GroupPlan } from './group-plan.js'
import { GroupWatch, settledOf } from './group-watch.js'
import { watched } from './handler-watch.js'
import { settleAll } from './settle-all.js'
import { virtualTime, type VirtualTime } from './virtual-time.js'

/** The options of a trial: what `workerGroup` takes, to be spread among the group's own. */
export interface TriedOptions {
  readonly workers: { readonly min: number; readonly max: number }
  readonly capacity: number
  /** Wants what the trial wants: it rises, falls, and pauses at 0. Put another in its place to try your own. */
  readonly scaling: ScalingPolicy<null>
  readonly sampleEveryMs: number
  readonly drain: { readonly deadlineMs: number; readonly graceMs: number }
  /** Virtual: nothing in the group may take its time from elsewhere. */
  readonly scheduler: SchedulerLike
  readonly random: () => number
}

/** Goes around a handler, which does the same as before. */
export type WatchHandler = <I, O, W = undefined, S = undefined>(handle: Handler<I, O, W, S>) => Handler<I, O, W, S>

/** Makes a group from the options of a trial; `watch` goes around its handler. */
export type MakeGroup<I, O> = (given: TriedOptions, watch: WatchHandler) => WorkerGroup<I, O>

export interface TrialTerms<I> {
  readonly keyOf: (input: I) => string | undefined
  readonly perWorker: number
  readonly graceMs: number
  readonly releaseMs: number
  readonly restsWithinMs: number
}

const SAMPLE_MS = 50
/** How long it is watched after its end, in ms: more than anything in it should take. */
const SILENCE_MS = 600_000

/** One group on its way through one plan. */
export class GroupTrial<I, O> {
  readonly watch: GroupWatch<I>
  readonly #time: VirtualTime
  readonly #group: WorkerGroup<I, O>
  readonly #terms: TrialTerms<I>
  readonly #withdrawals: AbortController[] = []
  #wanted: number

  constructor(make: MakeGroup<I, O>, plan: GroupPlan<I>, terms: TrialTerms<I>) {
    const time = virtualTime({ settle: async () => {
      await settleAll()
      watch.lookAtRest('rest')
    } })
    const watch = new GroupWatch<I>(() => time.nowMs, terms.perWorker)
    const scaling: ScalingPolicy<null> = { name: 'tried', initial: null, step: (state, { min, max }) => ({ state, wanted: Math.max(min, Math.min(max, this.#wanted)), reason: 'scheduled' }) }
    const { workers, capacity, drain: { deadlineMs } } = plan
    const given: TriedOptions = {
      workers, capacity, scaling, sampleEveryMs: SAMPLE_MS, drain: { deadlineMs, graceMs: terms.graceMs }, scheduler: time.scheduler, random: () => 0.5,
    }
    this.#wanted = workers.max
    this.#terms = terms
    this.#time = time
    this.watch = watch
    this.#group = make(given, (handle) => watched(handle, watch))
    watch.follow(this.#group)
  }

  async play({ commands, rests, drain, late, last, workers }: GroupPlan<I>): Promise<void> {
    await this.#doAll(commands)
    if (rests) await this.#rest(workers.max)
    const report = await this.#drain(drain, late)
    if (report === undefined) return
    await this.#silence(last)
    this.watch.settle()
  }

  async #doAll(commands: readonly GroupCommand<I>[]): Promise<void> {
    for (const command of commands) {
      // One after the other: each is done to what the one before has left.
      // oxlint-disable-next-line no-await-in-loop
      await this.#do(command)
      this.watch.look(command.do)
    }
  }

  async #do(command: GroupCommand<I>): Promise<void> {
    switch (command.do) {
      case 'offer':
        this.#offer(command.input)
        return this.#time.settle()
      case 'withdraw':
        this.#withdrawals[command.index % Math.max(1, this.#withdrawals.length)]?.abort()
        return this.#time.settle()
      case 'scale':
        this.#wanted = command.wanted
        return
      case 'pass':
        return this.#time.advance(command.ms)
      default:
        this.#group[command.do]()
    }
  }

  #offer(input: I): void {
    const entry = this.watch.entry(input, this.#terms.keyOf(input))
    const withdrawal = new AbortController()
    this.#withdrawals.push(withdrawal)
    const options = { id: entry.id, key: entry.key, signal: withdrawal.signal, onOutcome: this.watch.told.bind(this.watch, entry) }
    this.#group.offer(input, options).then(() => { entry.offer = 'accepted' }, () => { entry.offer = 'refused' })
  }

  /** With workers for them, all that was accepted comes to its end. */
  async #rest(max: number): Promise<void> {
    this.#wanted = max
    this.#group.resume()
    const problem = await this.#time.run(this.#group.idle(), { withinMs: this.#terms.restsWithinMs }).then(() => undefined, String)
    this.watch.find('rest', problem === undefined, () => `not at rest: ${problem}`)
    if (problem !== undefined) return
    const stats = this.#group.stats()
    this.watch.find('rest', stats.phase === 'stopped' || settledOf(stats) === stats.received, () => `at rest with ${settledOf(stats)} of ${stats.received} settled`)
  }

  async #drain(call: GroupPlan<I>['drain'], late: readonly GroupCommand<I>[]): Promise<DrainReport | undefined> {
    const { graceMs, releaseMs } = this.#terms
    const endMs = this.#time.nowMs + call.deadlineMs + graceMs + releaseMs
    const report = this.#group.drain({ ...call, graceMs })
    const accepted = this.#group.stats().received
    // A group that has stopped by itself answers when it is asked; until then time stands still for what comes late.
    await this.#doAll(late)
    const { received } = this.#group.stats()
    this.watch.find('silence', received === accepted, () => `${received - accepted} accepted after its drain was asked for`)
    return this.#time.run(report, { withinMs: Math.max(0, endMs - this.#time.nowMs) }).catch((error: unknown) => {
      this.watch.find('drain', false, () => `its drain has not ended in time: ${String(error)}`)
      return undefined
    })
  }

  async #silence(last: I): Promise<void> {
    const { phase, waiting, inFlight, retrying, live } = this.#group.stats()
    this.watch.find('drain', phase === 'stopped' && waiting + inFlight + retrying + live === 0, () =>
      `drained, it is ${phase} with ${waiting} waiting, ${inFlight} in flight, ${retrying} between two tries and ${live} live workers`)
    this.watch.find('drain', this.watch.ended, () => 'drained, its outcomes$ has not completed')
    const before = this.#trace()
    let refused = false
    this.#group.offer(last).catch(() => { refused = true })
    await this.#time.advance(SILENCE_MS)
    this.watch.find('silence', refused, () => 'it does not refuse an item after its drain')
    this.watch.find('silence', this.#trace() === before, () => `after its drain (accepted, settled, outcomes, starts) went from ${before} to ${this.#trace()}`)
  }

  #trace(): string {
    const stats = this.#group.stats()
    return [stats.received, settledOf(stats), this.watch.outcomes, this.watch.starts].join(', ')
  }
}
