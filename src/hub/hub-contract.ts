import type { Observable } from 'rxjs'
import type { BusStatus, DeadLetterFilter } from '../bus/bus.js'
import type { Action } from '../core/action.js'
import type { DrainReport, GroupStats, Phase } from '../core/group-stats.js'
import type { Envelope } from '../core/message.js'
import type { DrainCall, WorkerGroup } from '../group/worker-group-contract.js'
import type { Escalation } from '../supervision/escalation.js'
import type { Children, HubBatchOptions, HubGroupOptions, OrCreator } from './hub-options.js'
import type { Entries } from './registry.js'

interface Plain {
  readonly payload: unknown
  readonly result: unknown
}

type TypesOf<E> = E extends { readonly types?: infer T } ? (unknown extends T ? HandMade<E> : NonNullable<T>) : HandMade<E>
type HandMade<E> = E extends Action<infer I, infer O, infer _W, infer _S> ? { readonly payload: I; readonly result: O } : Plain
type Known<R, N> = N extends keyof R ? TypesOf<R[N]> : Plain

/** What is sent to an action of the registry; `unknown` for a name it does not have. */
export type PayloadOf<R, N> = Known<R, N> extends { readonly payload: infer P } ? P : unknown
/** What an action of the registry answers; `unknown` for a name it does not have. */
export type ResultOf<R, N> = Known<R, N> extends { readonly result: infer O } ? O : unknown

export interface RequestOptions extends Envelope {
  /** How long an answer is awaited, in ms: 1 or more, default 30,000. The message expires with it. */
  readonly timeoutMs?: number | undefined
}

export interface GroupHealth {
  readonly name: string
  readonly topic: string
  /** `waiting`: a template whose first message has not come. */
  readonly phase: Phase | 'waiting'
  /** Whether it takes messages from the bus: it listens, and the bus has not broken off. */
  readonly consuming: boolean
}

export type HubPhase = 'idle' | 'running' | 'draining' | 'stopped'

export interface HubHealth {
  /** The hub runs, its bus is live or at least degraded, every group that should consume does, and no settlement failed since the last one that went well. */
  readonly ok: boolean
  readonly phase: HubPhase
  readonly bus: BusStatus
  readonly groups: readonly GroupHealth[]
  /** What went wrong at the edge to the bus and has not been mended since, in words. */
  readonly problems: readonly string[]
}

/** Groups of workers on a bus. */
export interface ActionHub<R extends Entries = Entries, S = undefined> extends AsyncDisposable {
  /**
   * Makes a group that listens on the topic of its name, from `start()` on, and its children. Legal before and after `start()`.
   * Throws `DuplicateActionError` while a group of this name lives, `HubStoppedError` once the hub ends, `OptionsError` for wrong options.
   */
  do<N extends keyof R & string>(name: N, options?: OrCreator<HubGroupOptions & { readonly action?: undefined }>, children?: Children<S>): WorkerGroup<PayloadOf<R, N>, ResultOf<R, N>>
  do<I, O, W = undefined>(name: string, options: OrCreator<HubGroupOptions<I, O, W, S>>, children?: Children<S>): WorkerGroup<I, O>
  do<I, O, W = undefined>(name: string, options: OrCreator<HubBatchOptions<I, O, W, S>>, children?: Children<S>): WorkerGroup<I, O>
  /** The same, for a topic of another name. */
  doAlias<N extends keyof R & string>(name: N, topic: string, options?: OrCreator<HubGroupOptions & { readonly action?: undefined }>, children?: Children<S>): WorkerGroup<PayloadOf<R, N>, ResultOf<R, N>>
  doAlias<I, O, W = undefined>(name: string, topic: string, options: OrCreator<HubGroupOptions<I, O, W, S>>, children?: Children<S>): WorkerGroup<I, O>
  doAlias<I, O, W = undefined>(name: string, topic: string, options: OrCreator<HubBatchOptions<I, O, W, S>>, children?: Children<S>): WorkerGroup<I, O>
  /** Groups start and listen; templates listen. Twice is once. */
  start(): void
  /** Every group stops taking messages and drains, parents before their children; resolves to all reports added up. Final: the hub cannot be used again. */
  drain(options?: DrainCall): Promise<DrainReport>
  /** `drain({ deadlineMs: 0 })`. */
  stop(): Promise<DrainReport>
  /** Resolves when the hub has stopped, whatever stopped it. */
  wait(): Promise<DrainReport>
  /** One row for each group, its children after it. */
  stats(): readonly GroupStats[]
  /** Now, and whenever a group has new stats or groups come and go; completes when the hub has stopped. */
  readonly stats$: Observable<readonly GroupStats[]>
  /** Of every group; completes when the hub has stopped. A subscriber may call anything here, `stop()` too. */
  readonly escalations$: Observable<Escalation>
  health(): HubHealth
  /** Resolves when the bus has the message. Rejects with `UnknownActionError` for a name that neither the registry nor a group has. */
  send<N extends string>(name: N, payload: PayloadOf<R, N>, envelope?: Envelope): Promise<void>
  /** Resolves to the answer; rejects with `RemoteError` if the action ended otherwise, and with `TimeoutError` if nothing came in time. */
  request<N extends string>(name: N, payload: PayloadOf<R, N>, options?: RequestOptions): Promise<ResultOf<R, N>>
  /** Sends the dead letters of an action back to its topic; resolves to how many. */
  replay(name: string, filter?: DeadLetterFilter): Promise<number>
}

/** The hub ends or has ended: it takes nothing any more. */
export class HubStoppedError extends Error {
  override readonly name = 'HubStoppedError'

  constructor() {
    super('the hub is stopping or has stopped, and is not used again')
  }
}

/** Sent to a name that is not known. */
export class UnknownActionError extends Error {
  override readonly name = 'UnknownActionError'

  constructor(action: string, known: readonly string[]) {
    super(`there is no action of the name '${action}'; ${known.length === 0 ? 'none is registered' : `known are ${known.join(', ')}`}`)
  }
}

/** A request was answered with a failure. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError'

  /** How the message ended there: `failed`, `timedOut` or `rejected`. */
  readonly outcome: string

  constructor(outcome: string, reason: string) {
    super(reason)
    this.outcome = outcome
  }
}
