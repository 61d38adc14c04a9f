import { asyncScheduler, isObservable, type Observable } from 'rxjs'
import type { Action, Handler } from '../core/action.js'
import type { Instance } from '../core/group-stats.js'
import type { Transport } from '../core/job.js'
import type { Message } from '../core/message.js'
import { describe } from '../core/describe.js'
import type { Vitals } from '../core/vitals.js'
import { anyFunction, anything, checkOptions, either, flag, having, milliseconds, nested, nonEmptyString, observable, oneOf, whole, type OptionCodecs, type Rule } from '../core/options.js'
import { demand } from '../scaling/demand.js'
import { fixed } from '../scaling/fixed.js'
import type { ScalingPolicy } from '../scaling/policy.js'
import type { Escalation } from '../supervision/escalation.js'
import { exponential } from '../supervision/exponential.js'
import { restartOne } from '../supervision/restart-one.js'
import type { SupervisionStrategy } from '../supervision/strategy.js'
import type { Work } from './attempt-host.js'
import type { BatchGroupOptions, BatchOptions, GroupOptions, RateOptions, RetryOptions, WorkerOptions } from './group-options.js'
import { groupClock, type GroupClock } from './group-clock.js'
import { RATE_CODECS } from './rate-limit.js'

export type AnyGroupOptions = GroupOptions<unknown, unknown, unknown, unknown> | BatchGroupOptions<unknown, unknown, unknown, unknown>
export type AnyBatchHandler = BatchGroupOptions<unknown, unknown, unknown, unknown>['action']

/** A group's options, checked, with every default in its place. */
export interface Settings {
  readonly name: string
  readonly address: string
  readonly work: Work
  readonly batch: (BatchOptions & { readonly handle: AnyBatchHandler }) | undefined
  readonly min: number
  readonly max: number
  readonly scaling: ScalingPolicy
  readonly supervision: SupervisionStrategy
  readonly instance: Instance
  readonly worker?: WorkerOptions<unknown> | undefined
  readonly capacity: number
  readonly retry: Required<{ [K in keyof RetryOptions]: NonNullable<RetryOptions[K]> }>
  readonly timeoutMs?: number | undefined
  readonly totalTimeoutMs?: number | undefined
  readonly key?: ((input: unknown, message: Message) => string | undefined) | undefined
  readonly rate?: RateOptions | Observable<RateOptions> | undefined
  readonly window: number | undefined
  readonly deadlineMs: number
  readonly graceMs: number
  readonly gate$?: Observable<boolean> | undefined
  readonly vitals?: Vitals | undefined
  readonly services?: unknown
  readonly signal?: AbortSignal | undefined
  readonly onEscalation?: ((escalation: Escalation) => void) | undefined
  readonly transport?: Transport | undefined
  readonly sampleEveryMs: number
  readonly statsEveryMs: number
  readonly clock: GroupClock
  readonly random: () => number
}

const ACTION = either(anyFunction, having('an action: an object with decode and handle', 'decode', 'handle'))

const RATE = having('{ max: 1 or more, perMs: more than 0 }')

const DRAINED = { deadlineMs: milliseconds(), graceMs: milliseconds() }

export const DRAIN_CODECS: OptionCodecs = { ...DRAINED, then: oneOf('abort', 'handBack') }

/** What each option of a group may be; the hub checks a child's options by the same. */
export const GROUP_CODECS: OptionCodecs = {
  name: nonEmptyString,
  address: nonEmptyString,
  action: ACTION,
  workers: nested({ min: whole(0), max: whole(1) }),
  scaling: having('a scaling policy', 'step'),
  supervision: having('a supervision strategy', 'decide'),
  instance: oneOf('scaling', 'single', 'oneTime'),
  worker: nested({ acquire: anyFunction, release: anyFunction, recycleAfter: whole(1) }, undefined, ['acquire']),
  capacity: whole(1),
  retry: nested({ maxAttempts: whole(1), backoff: having('a backoff', 'delayMs'), when: anyFunction }),
  timeoutMs: milliseconds(1),
  totalTimeoutMs: milliseconds(1),
  key: anyFunction,
  rate: either(RATE, observable),
  ordered: either(flag, having('{ window: a whole number, 1 or more }')),
  drain: nested(DRAINED),
  gate$: observable,
  vitals: anyFunction,
  services: anything,
  signal: having('an AbortSignal', 'addEventListener'),
  onEscalation: anyFunction,
  transport: having('a transport with send and reply', 'send', 'reply'),
  sampleEveryMs: milliseconds(1),
  statsEveryMs: milliseconds(1),
  scheduler: having('a scheduler', 'schedule', 'now'),
  random: anyFunction,
  batch: nested({ max: whole(1), maxWaitMs: milliseconds() }, undefined, ['max', 'maxWaitMs']),
}

type Ruled = Pick<AnyGroupOptions, 'workers' | 'instance' | 'ordered' | 'rate'> & { readonly action?: unknown; readonly batch?: unknown }

const rule = ({ action, batch, workers, instance, ordered, rate }: Ruled): ReturnType<Rule> => {
  const { min, max } = boundsOf({ workers, instance })
  const window = typeof ordered === 'object' ? ordered.window : 1
  return [
    ...(min > max ? [{ path: 'workers.min', got: String(min), expected: `at most workers.max, which is ${max}` }] : []),
    ...((instance === 'single' || instance === 'oneTime') && (workers?.min ?? 1) * (workers?.max ?? 1) !== 1
      ? [{ path: 'workers', got: describe(workers), expected: `left out, or 1 and 1, for an instance that is '${instance}'` }]
      : []),
    ...(batch !== undefined && typeof action === 'object' ? [{ path: 'action', got: 'an object', expected: 'a function of a batch' }] : []),
    ...(whole(1).is(window) ? [] : [{ path: 'ordered.window', got: String(window), expected: whole(1).name }]),
    ...(rate === undefined || isObservable(rate) || (RATE_CODECS.max.is(rate.max) && RATE_CODECS.perMs.is(rate.perMs))
      ? [] : [{ path: 'rate', got: describe(rate), expected: RATE.name }]),
  ]
}

/** What of the given options a rule may go by: those that are right alone. */
const sifted = (given: AnyGroupOptions, sound: Readonly<Record<string, unknown>>): Ruled => {
  const right = <K extends keyof Ruled>(name: K): Ruled[K] => (name in sound ? given[name] : undefined)
  return { action: right('action'), batch: right('batch'), workers: right('workers'), instance: right('instance'), ordered: right('ordered'), rate: right('rate') }
}

const boundsOf = ({ workers, instance }: Pick<Ruled, 'workers' | 'instance'>): { min: number; max: number } => {
  if (instance === 'single' || instance === 'oneTime') return { min: 1, max: 1 }
  const max = workers?.max ?? Math.max(10, workers?.min ?? 1)
  return { min: workers?.min ?? Math.min(1, max), max }
}

// Values that never change, so that thousands of groups have them in common.
const DEMAND = demand()
const RESTART_ONE = restartOne()
const EXPONENTIAL = exponential()
const ALWAYS = (): boolean => true

/** Checks all options at once and fills in the defaults. */
export const settingsOf = (given: AnyGroupOptions, where = 'workerGroup'): Settings => {
  checkOptions(where, GROUP_CODECS, given, (sound) => rule(sifted(given, sound)), ['action'])
  const { action, batch } = given
  const name = given.name ?? (typeof action === 'object' ? action.name : 'group')
  const { retry, drain, ordered, instance = 'scaling', random = Math.random } = given
  return {
    ...given,
    ...boundsOf(given),
    name,
    address: given.address ?? name,
    instance,
    work: batch === undefined ? workOf(given.action) : { handle: () => undefined },
    batch: batch === undefined ? undefined : { ...batch, handle: given.action },
    scaling: instance === 'scaling' ? (given.scaling ?? DEMAND) : fixed(1),
    supervision: given.supervision ?? RESTART_ONE,
    capacity: given.capacity ?? 10,
    retry: { maxAttempts: retry?.maxAttempts ?? 1, backoff: retry?.backoff ?? EXPONENTIAL, when: retry?.when ?? ALWAYS },
    window: typeof ordered === 'object' ? ordered.window : ordered === true ? 1_000 : undefined,
    deadlineMs: drain?.deadlineMs ?? 30_000,
    graceMs: drain?.graceMs ?? 1_000,
    sampleEveryMs: given.sampleEveryMs ?? 1_000,
    statsEveryMs: given.statsEveryMs ?? 1_000,
    clock: groupClock(given.scheduler ?? asyncScheduler),
    random,
  }
}

const workOf = (action: Action<unknown, unknown, unknown, unknown> | Handler<unknown, unknown, unknown, unknown>): Work =>
  typeof action === 'function' ? { handle: action } : action
