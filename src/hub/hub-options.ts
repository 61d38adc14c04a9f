import type { SchedulerLike } from 'rxjs'
import type { MessageBus } from '../bus/bus.js'
import { longEnough } from '../bus/lease-keeper.js'
import type { Action } from '../core/action.js'
import type { Job } from '../core/job.js'
import type { Message } from '../core/message.js'
import { anyFunction, anything, check, either, having, milliseconds, nested, nonEmptyString, type OptionCodecs, whole } from '../core/options.js'
import type { Result } from '../core/result.js'
import { CHILD_CODECS } from '../group/family.js'
import type { BatchGroupOptions, GroupOptions, WorkerOptions } from '../group/group-options.js'
import { GROUP_CODECS } from '../group/settings.js'
import type { Escalation } from '../supervision/escalation.js'
import type { SupervisionStrategy } from '../supervision/strategy.js'

/** What the hub gives every group, so that its options may not. */
type Given = 'name' | 'address' | 'scheduler' | 'random' | 'transport' | 'services'

/** How a group of a hub listens. */
export interface Listening {
  /** Members of one consumer group share a topic's messages; `false`: everyone gets all of them. Default the group's name; a child's, its address. */
  readonly consumerGroup?: string | false | undefined
  /**
   * Messages taken from the bus beyond those that can run at once: a whole number, 0 or more; default as many again.
   * While no worker is live at least one is taken, or nothing would ever scale up from none.
   */
  readonly prefetch?: number | undefined
}

/** A group's options, less what the hub gives; the action may be left out if the registry has one of this name. */
export interface HubGroupOptions<I = unknown, O = unknown, W = unknown, S = unknown> extends Omit<GroupOptions<I, O, W, S>, Given | 'action'>, Listening {
  readonly action?: GroupOptions<I, O, W, S>['action'] | undefined
}

/** The same for a group whose action handles batches. */
export interface HubBatchOptions<I = unknown, O = unknown, W = unknown, S = unknown> extends Omit<BatchGroupOptions<I, O, W, S>, Given>, Listening {}

/** What the hub proposes for a group: its own defaults. */
export type HubDefaults = Omit<HubGroupOptions, 'action' | 'batch' | 'worker' | 'key' | 'onEscalation'>

/** Options, or what makes them of those that the hub proposes. */
export type OrCreator<T> = T | ((defaults: HubDefaults) => T)

/** Declared as methods, whose parameters may be narrower: what one child decodes to is no other child's business. */
interface Untyped<S> {
  handle(job: Job<unknown, unknown, S>): Result<unknown>
  key(input: unknown, message: Message): string | undefined
  release(resource: unknown): Result<unknown>
}

/** A child's options: its strategy (always restarted) and its instance (always scaling) are the family's to say. */
export interface ChildOptions<S = unknown> extends Omit<HubDefaults, 'supervision' | 'instance' | 'signal'> {
  readonly action: Action<unknown, unknown, unknown, S> | Untyped<S>['handle']
  readonly worker?: (Omit<WorkerOptions<unknown>, 'release'> & { readonly release?: Untyped<S>['release'] | undefined }) | undefined
  readonly key?: Untyped<S>['key'] | undefined
}

/** Children by their names. */
export type Children<S = unknown> = Readonly<Record<string, ChildOptions<S>>>

export interface ActionHubOptions<H, A, S> {
  /** Where messages come from and go to; the caller's to close. */
  readonly bus: MessageBus
  /** Templates that listen from `start()`; their groups are made when the first message comes. */
  readonly actions?: A | undefined
  /** Given to every job. */
  readonly services?: S | undefined
  /** Told every escalation of every group, with the hub. What it throws is reported and changes nothing. */
  readonly onEscalation?: ((escalation: Escalation, hub: H) => void) | undefined
  /** Aborting it stops the hub. */
  readonly signal?: AbortSignal | undefined
  /** The address of a child, and its topic; default `` `${parent}/children/${child}` ``. */
  readonly childAddress?: ((parent: string, child: string) => string) | undefined
  /** Proposed to every group that is not a child. */
  readonly defaults?: HubDefaults | undefined
  /** What is done when the bus breaks off deliveries; default `restartOne({ maxRestarts: 10, withinMs: 60_000 })`. */
  readonly consumption?: SupervisionStrategy | undefined
  /** How leases are kept, in ms: those of the bus; default 30,000, and an hour in all. */
  readonly lease?: { readonly leaseMs?: number | undefined; readonly maxLeaseMs?: number | undefined } | undefined
  /** Default `asyncScheduler`; all time comes from it. */
  readonly scheduler?: SchedulerLike | undefined
  /** Numbers in `[0, 1)`; all chance but ids comes from it. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** Ids of messages; default random UUIDs. */
  readonly newId?: (() => string) | undefined
  /** Told, once per kind, what nobody listens to; default a warning of the process, or an error event where there is none. */
  readonly warn?: ((text: string) => void) | undefined
}

const GIVEN: readonly string[] = ['name', 'address', 'scheduler', 'random', 'transport', 'services'] satisfies readonly Given[]

const without = (codecs: OptionCodecs, names: readonly string[]): OptionCodecs =>
  Object.fromEntries(Object.entries(codecs).filter(([name]) => !names.includes(name)))

export const CONSUMER_GROUP = either(nonEmptyString, check('false', (value): value is false => value === false))

const LISTENING = { consumerGroup: CONSUMER_GROUP, prefetch: whole(0) }

/** What each option of `do` may be. */
export const HUB_GROUP_CODECS: OptionCodecs = { ...without(GROUP_CODECS, GIVEN), ...LISTENING }

const HUB_CHILD_CODECS: OptionCodecs = { ...without(CHILD_CODECS, [...GIVEN, 'signal', 'batch', 'onEscalation']), ...LISTENING }

const child = nested(HUB_CHILD_CODECS, ({ action }) => (action === undefined ? [{ path: 'action', got: 'missing', expected: 'an action' }] : []))

/** The children that were given, each by its name. */
export const childrenCodec = (children: unknown): ReturnType<typeof nested> =>
  nested(Object.fromEntries(Object.keys(children ?? {}).map((name) => [name, child])))

export const HUB_CODECS: OptionCodecs = {
  bus: having('a bus', 'publish', 'deliveries', 'replay'),
  actions: having('a registry, as actions() makes it', 'register', 'get'),
  services: anything,
  onEscalation: anyFunction,
  signal: having('an AbortSignal', 'addEventListener'),
  childAddress: anyFunction,
  defaults: nested(without(HUB_GROUP_CODECS, ['action', 'batch', 'worker', 'key', 'onEscalation'])),
  lease: nested({ leaseMs: milliseconds(3), maxLeaseMs: milliseconds(3) }, longEnough),
  consumption: having('a supervision strategy', 'decide'),
  scheduler: having('a scheduler', 'schedule', 'now'),
  random: anyFunction,
  newId: anyFunction,
  warn: anyFunction,
}
