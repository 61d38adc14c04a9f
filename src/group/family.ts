import type { DrainReport, GroupStats } from '../core/group-stats.js'
import type { SchedulerLike } from 'rxjs'
import { asyncScheduler } from 'rxjs'
import { anyFunction, checkOptions, having, type OptionCodecs } from '../core/options.js'
import { OptionsError } from '../core/options-error.js'
import { restartAll } from '../supervision/restart-all.js'
import type { GroupOptions } from './group-options.js'
import { GROUP_CODECS } from './settings.js'
import { workerGroup } from './worker-group.js'
import type { DrainCall, WorkerGroup } from './worker-group-contract.js'

/** What a child's options may not say: its family does. */
type Ruled = 'name' | 'address' | 'supervision' | 'instance'

/** A child is always restarted (`restartAll`, any number of times) and always scales. */
export type ChildGroupOptions<I = unknown, O = unknown, W = undefined, S = undefined> = Omit<GroupOptions<I, O, W, S>, Ruled>

export interface FamilyOptions {
  /** The address of a child; default `` `${parent}/children/${child}` ``. */
  readonly childAddress?: ((parent: string, child: string) => string) | undefined
  /** What the children live by, unless their own options say otherwise; the clock of drains as well. */
  readonly scheduler?: SchedulerLike | undefined
}

/** What a family needs of a member, whatever the member's items are. */
export type Member = Pick<WorkerGroup, 'name' | 'address' | 'start' | 'drain' | 'wait' | 'stats'>

/** A parent and its children: they live as long as it does, and end with it, whatever ended it. */
export interface Family {
  readonly parent: Member
  /** By name, in the order they were added. */
  readonly children: ReadonlyMap<string, WorkerGroup>
  /** Starts with the family, or at once if that has started. Throws if the name is taken or the family is ending. */
  add<I, O, W = undefined, S = undefined>(name: string, options: ChildGroupOptions<I, O, W, S>): WorkerGroup<I, O>
  start(): void
  /** The parent first, its children once it has ended, all within one deadline. Twice is the same drain; a nearer deadline shortens it. */
  drain(options?: DrainCall): Promise<DrainReport>
  /** `drain({ deadlineMs: 0 })`. */
  stop(): Promise<DrainReport>
  /** Resolves when all have stopped, whatever stopped them, to their reports added up. */
  wait(): Promise<DrainReport>
  /** The parent's row, then one for each child. */
  stats(): readonly GroupStats[]
}

const RULED: readonly string[] = ['name', 'address', 'supervision', 'instance'] satisfies readonly Ruled[]

/** What each option of a child may be. */
export const CHILD_CODECS: OptionCodecs = Object.fromEntries(Object.entries(GROUP_CODECS).filter(([name]) => !RULED.includes(name)))

export const childrenAddress = (parent: string, child: string): string => `${parent}/children/${child}`

const NOTHING: DrainReport = { completed: 0, failed: 0, handedBack: 0, aborted: 0, zombies: 0 }

/** The reports of several groups as one. */
export const addReports = (reports: readonly DrainReport[]): DrainReport =>
  reports.reduce((sum, report) => ({
    completed: sum.completed + report.completed,
    failed: sum.failed + report.failed,
    handedBack: sum.handedBack + report.handedBack,
    aborted: sum.aborted + report.aborted,
    zombies: sum.zombies + report.zombies,
  }), NOTHING)

/**
 * Gives a group children of its own. The end of the parent, by drain, stop or escalation, is the end of its children:
 * they are drained with what is left of the drain's deadline, or with their own where there was none.
 *
 * @throws {OptionsError} When an option is of another kind; `add` when a child is given what its family rules.
 */
export const family = (parent: Member, options: FamilyOptions = {}): Family => {
  checkOptions('family', { childAddress: anyFunction, scheduler: having('a scheduler', 'schedule', 'now') }, options)
  const { childAddress = childrenAddress, scheduler = asyncScheduler } = options
  const children = new Map<string, WorkerGroup>()
  let started = false
  let phase: 'living' | 'parentEnding' | 'childrenEnding' = 'living'
  let call: DrainCall = {}
  let dueMs = Infinity

  const left = (): DrainCall => (dueMs === Infinity ? call : { ...call, deadlineMs: Math.max(0, dueMs - scheduler.now()) })

  const end = async (): Promise<DrainReport> => {
    const first = await parent.wait()
    phase = 'childrenEnding'
    return addReports([first, ...(await Promise.all([...children.values()].map((child) => child.drain(left()))))])
  }
  const ended = end()

  const drain = (given: DrainCall = {}): Promise<DrainReport> => {
    const { deadlineMs } = given
    call = { ...call, ...given }
    if (deadlineMs !== undefined) dueMs = Math.min(dueMs, scheduler.now() + deadlineMs)
    if (phase === 'childrenEnding') for (const child of children.values()) void child.drain(left())
    else {
      phase = 'parentEnding'
      void parent.drain(left())
    }
    return ended
  }

  function add<I, O, W = undefined, S = undefined>(name: string, options: ChildGroupOptions<I, O, W, S>): WorkerGroup<I, O>
  function add(name: string, given: ChildGroupOptions): WorkerGroup {
    checkOptions('family.add', CHILD_CODECS, given, undefined, ['action'])
    if (children.has(name)) throw new OptionsError('family.add', [{ path: 'name', got: `'${name}', which is taken`, expected: 'a name of its own' }])
    if (phase !== 'living') throw new Error(`${parent.address} is ending: it takes no child`)
    const child = workerGroup({
      scheduler,
      ...given,
      name,
      address: childAddress(parent.address, name),
      supervision: restartAll({ maxRestarts: Infinity }),
      instance: 'scaling',
    })
    children.set(name, child)
    if (started) child.start()
    return child
  }

  return {
    parent,
    children,
    add,
    start: () => {
      started = true
      parent.start()
      for (const child of children.values()) child.start()
    },
    drain,
    stop: () => drain({ deadlineMs: 0 }),
    wait: () => ended,
    stats: () => [parent, ...children.values()].map((member) => member.stats()),
  }
}
