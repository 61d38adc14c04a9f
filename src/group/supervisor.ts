import { describe } from '../core/describe.js'
import type { Failure } from '../core/failure.js'
import type { Escalation } from '../supervision/escalation.js'
import { nextDelay, NO_FAILURES, type BackoffTrack } from '../supervision/backoff-track.js'
import { exponential } from '../supervision/exponential.js'
import { recordRestart, type RestartHistory } from '../supervision/intensity.js'
import type { Directive, SupervisionStrategy } from '../supervision/strategy.js'
import type { Crew, Worker } from './crew.js'
import type { Item } from './item.js'

/** What supervision may do to its group. */
export interface SupervisorHost {
  readonly crew: Crew
  readonly strategy: SupervisionStrategy
  readonly random: () => number
  /** Whether the group is stopping: then failures are counted and nothing is restarted. */
  closing(): boolean
  /** Whether all workers are being restarted. */
  restarting(): boolean
  restartAll(delayMs: number, abort: boolean): void
  /** Counts a restart. */
  restarted(): void
  tell(escalation: Pick<Escalation, 'failure' | 'protocol' | 'restarts'>, offending: Item | undefined): void
  kill(failure: Failure, offending: Item | undefined, restarts: number): void
}

interface Answer {
  readonly directive: Directive
  /** As it happened, or as what the strategy made of it. */
  readonly failure: Failure
}

type Restart = Extract<Directive, { type: 'restartOne' | 'restartAll' }>

const NOTHING = (): void => undefined
const ACQUIRE_BACKOFF = exponential()

/** Answers failures: asks the strategy once for each, and does what it says as far as the intensity allows. */
export class Supervisor {
  readonly #host: SupervisorHost
  #history: RestartHistory = []
  #track: BackoffTrack = NO_FAILURES

  constructor(host: SupervisorHost) {
    this.#host = host
  }

  /** Sees to the worker at once; returns what is to be told after the item's fate is settled. */
  answer(failed: Failure, worker: Worker, offending: Item): () => void {
    const { crew } = this.#host
    const { directive, failure }: Answer = this.#host.closing() ? { directive: { type: 'resume' }, failure: failed } : this.#decide(failed)
    switch (directive.type) {
      case 'resume':
        if (failure.type === 'crashed') crew.replace(worker, 0)
        else crew.giveBack(worker)
        return NOTHING
      case 'stopAndEscalate':
        crew.giveBack(worker)
        return () => this.#host.kill(failure, offending, this.#history.length)
      case 'restartOne':
      case 'restartAll':
        return this.#restart(directive, failure, worker, offending)
    }
  }

  /** How long to wait before acquiring again, or `undefined`: the group is given up. */
  acquireFailed(failed: Failure): number | undefined {
    // During a restart of all it belongs to that incident, which acquires anew anyway.
    if (this.#host.closing() || this.#host.restarting()) return undefined
    const { directive, failure } = this.#decide(failed)
    switch (directive.type) {
      case 'resume':
        return this.#delay({ backoff: ACQUIRE_BACKOFF }, failure)
      case 'stopAndEscalate':
        this.#host.kill(failure, undefined, this.#history.length)
        return undefined
      case 'restartOne':
      case 'restartAll': {
        const { delayMs, restarts, failure: cause } = this.#plan(directive, failure)
        if (delayMs === undefined) this.#host.kill(cause, undefined, restarts)
        else this.#host.tell({ failure, protocol: 'restart', restarts }, undefined)
        return this.#host.closing() ? undefined : delayMs
      }
    }
  }

  /** A handler ignored its abort: its slot stays taken, and it is told; only stopping is left of what a strategy can say. */
  zombie(failed: Failure, offending: Item): void {
    const answer = this.#host.closing() ? undefined : this.#decide(failed)
    if (answer?.directive.type === 'stopAndEscalate') this.#host.kill(answer.failure, offending, this.#history.length)
    else this.#host.tell({ failure: failed, protocol: 'restart', restarts: this.#history.length }, offending)
  }

  #restart(directive: Restart, failure: Failure, worker: Worker, offending: Item): () => void {
    const { crew } = this.#host
    // A failure during a restart of all belongs to that incident.
    if (this.#host.restarting()) {
      crew.giveBack(worker)
      return NOTHING
    }
    const { delayMs, restarts, failure: cause } = this.#plan(directive, failure)
    if (delayMs === undefined) {
      crew.giveBack(worker)
      return () => this.#host.kill(cause, offending, restarts)
    }
    this.#host.restarted()
    if (directive.type === 'restartOne') crew.replace(worker, delayMs)
    else {
      this.#host.restartAll(delayMs, directive.inFlight === 'abort')
      crew.giveBack(worker)
    }
    return () => this.#host.tell({ failure, protocol: 'restart', restarts }, offending)
  }

  /** Counts a restart and says how long to wait before it; no wait: it is not to be made. */
  #plan(restart: Restart, failure: Failure): { readonly delayMs: number | undefined; readonly restarts: number; readonly failure: Failure } {
    const { history, exceeded, restarts } = recordRestart(this.#history, failure.atMs, restart.intensity)
    this.#history = history
    try {
      return { delayMs: exceeded ? undefined : this.#delay(restart, failure), restarts, failure }
    } catch (cause) {
      return { delayMs: undefined, restarts, failure: this.#broken(failure, cause) }
    }
  }

  #delay({ backoff }: Pick<Restart, 'backoff'>, { atMs }: Failure): number {
    const { track, delayMs } = nextDelay(this.#track, backoff, atMs, this.#host.random())
    this.#track = track
    return delayMs
  }

  /** A strategy that throws has no answer: the group stops, and the failure says so. */
  #decide(failure: Failure): Answer {
    try {
      return { directive: this.#host.strategy.decide(failure), failure }
    } catch (cause) {
      return { directive: { type: 'stopAndEscalate' }, failure: this.#broken(failure, cause) }
    }
  }

  #broken(failure: Failure, cause: unknown): Failure {
    const message = `supervision strategy '${this.#host.strategy.name}' failed: ${describe(cause)}`
    return { ...failure, error: new AggregateError([failure.error, cause], message, { cause }) }
  }
}
