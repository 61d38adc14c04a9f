import type { Observable, SchedulerLike } from 'rxjs'
import type { Action, Handler } from '../core/action.js'
import type { Failure } from '../core/failure.js'
import type { Instance } from '../core/group-stats.js'
import type { Transport } from '../core/job.js'
import type { Message } from '../core/message.js'
import type { Result } from '../core/result.js'
import type { Vitals } from '../core/vitals.js'
import type { ScalingPolicy } from '../scaling/policy.js'
import type { Backoff } from '../supervision/backoff.js'
import type { Escalation } from '../supervision/escalation.js'
import type { SupervisionStrategy } from '../supervision/strategy.js'
import type { BatchHandler } from './batch-job.js'

/** The resource a worker owns for its life: a page, a connection, a thread. */
export interface WorkerOptions<W> {
  /** Makes the resource; a failure is supervised, backed off and bounded like any other. */
  readonly acquire: (context: { readonly worker: number; readonly signal: AbortSignal }) => Result<W>
  /** Gives it back; runs once for each acquired resource, whatever ended the worker. What it throws is counted, not told. */
  readonly release?: ((resource: W) => Result<unknown>) | undefined
  /** Replaces a worker after this many items, 1 or more; default never. */
  readonly recycleAfter?: number | undefined
}

export interface RetryOptions {
  /** Tries in all, the first included; 1 or more, default 1. */
  readonly maxAttempts?: number | undefined
  /** Default `exponential()`. A waiting retry occupies no worker. */
  readonly backoff?: Backoff | undefined
  /** Whether a failure is worth another try; default always. */
  readonly when?: ((failure: Failure) => boolean) | undefined
}

export interface RateOptions {
  /** Starts allowed in a window; 1 or more. */
  readonly max: number
  /** The window, in ms; more than 0. */
  readonly perMs: number
}

export interface DrainOptions {
  /** How long what runs may go on, in ms; 0 or more, default 30,000. */
  readonly deadlineMs?: number | undefined
  /** How long a handler has to heed its abort, in ms; 0 or more, default 1,000. */
  readonly graceMs?: number | undefined
}

interface CommonOptions<I, W, S> {
  /** Default `'group'`, or the action's name. */
  readonly name?: string | undefined
  /** Where the group is found; default its name. */
  readonly address?: string | undefined
  /** Bounds, in workers: default 1 and 10. */
  readonly workers?: { readonly min?: number | undefined; readonly max?: number | undefined } | undefined
  /** Default `demand()`. Where it gives no usable answer the last good one holds, and an escalation tells why, once. */
  readonly scaling?: ScalingPolicy | undefined
  /** Default `restartOne()`. */
  readonly supervision?: SupervisionStrategy | undefined
  /** Default `'scaling'`. */
  readonly instance?: Instance | undefined
  readonly worker?: WorkerOptions<W> | undefined
  /** Bound of the line of accepted, unstarted items, and of those between two tries: 1 or more, default 10. */
  readonly capacity?: number | undefined
  readonly retry?: RetryOptions | undefined
  /** Span of one attempt, in ms; default none. */
  readonly timeoutMs?: number | undefined
  /** Span from the first start to the end, retries and their waits included, in ms; default none. */
  readonly totalTimeoutMs?: number | undefined
  /** Items of one key run one at a time in order of arrival; `undefined` is no key. Default the message's own key. */
  readonly key?: ((input: I, message: Message<I>) => string | undefined) | undefined
  /** At most so many starts per window; an Observable of rates moves it. Default none. */
  readonly rate?: RateOptions | Observable<RateOptions> | undefined
  /** Completed items leave in order of arrival; at most `window` (default 1,000) are held or started beyond the oldest open one. */
  readonly ordered?: boolean | { readonly window: number } | undefined
  readonly drain?: DrainOptions | undefined
  /** While its latest value is false nothing starts and no attempt is used up. Default always open. */
  readonly gate$?: Observable<boolean> | undefined
  /** Measures the process at each load sample, for policies that mind it: `nodeVitals(performance, process)`. Default none. */
  readonly vitals?: Vitals | undefined
  /** Given to every job. */
  readonly services?: S | undefined
  /** Aborting it stops the group. */
  readonly signal?: AbortSignal | undefined
  /** Told of every escalation, as `escalations$` is. What it throws is reported and changes nothing. */
  readonly onEscalation?: ((escalation: Escalation<I>) => void) | undefined
  /** How jobs send and reply; the hub gives its own. */
  readonly transport?: Transport | undefined
  /** Regular span between load samples while there is work, in ms; 1 or more, default 1,000. */
  readonly sampleEveryMs?: number | undefined
  /** `stats$` emits at most once in this span, in ms; 1 or more, default 1,000. */
  readonly statsEveryMs?: number | undefined
  /** Default `asyncScheduler`; all time comes from it. */
  readonly scheduler?: SchedulerLike | undefined
  /** Numbers in `[0, 1)`; all chance comes from it. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

export interface GroupOptions<I = unknown, O = unknown, W = undefined, S = undefined> extends CommonOptions<I, W, S> {
  /** What is done with each item: an action, or a plain function of a job. */
  readonly action: Action<I, O, W, S> | Handler<I, O, W, S>
  readonly batch?: undefined
}

export interface BatchOptions {
  /** Most members of a batch: 1 or more. */
  readonly max: number
  /** How long the first member waits for company, in ms; 0 or more. */
  readonly maxWaitMs: number
}

export interface BatchGroupOptions<I = unknown, O = unknown, W = undefined, S = undefined> extends CommonOptions<I, W, S> {
  /** Handles several items at once. */
  readonly action: BatchHandler<I, O, W, S>
  readonly batch: BatchOptions
}
