import type { Failure } from '../core/failure.js'
import { onceEach } from '../scaling/policy-error.js'
import type { Escalation, Pending } from '../supervision/escalation.js'
import type { Books } from './books.js'
import type { Crew } from './crew.js'
import type { HandBack } from './hand-back.js'
import type { Item } from './item.js'
import { callSafely } from './report.js'
import type { Runner } from './runner.js'
import { Shutdown } from './shutdown.js'
import type { Streams } from './streams.js'

export interface TerminationHost {
  readonly books: Books
  readonly crew: Crew
  readonly runner: Runner
  readonly handBack: HandBack
  readonly streams: Streams
  /** Nothing comes in any more, nothing is started, and scaling rests. */
  onQuiet(): void
  /** Everything has ended. */
  onOver(): void
}

export type Facts = Pick<Escalation, 'failure' | 'protocol' | 'restarts'>

/** How a group tells what went wrong, and how it ends: by a drain, or killed by supervision. */
export class Termination {
  readonly shutdown: Shutdown
  /** Told what the policy did instead of answering: an escalation for each different message, and the group goes on. */
  readonly badAnswers = { next: onceEach((error) => this.escalate({ failure: this.#crash(error), protocol: 'restart', restarts: 0 }, undefined)) }
  readonly #host: TerminationHost

  constructor(host: TerminationHost) {
    this.#host = host
    const { books, crew, runner, handBack } = host
    const { clock, deadlineMs, graceMs } = books.settings
    this.shutdown = new Shutdown({
      clock,
      deadlineMs,
      graceMs,
      outcomes: books.ledger.outcomes,
      zombies: () => books.ledger.zombies,
      busy: () => books.ledger.received > books.told || runner.busy,
      crewQuiet: () => crew.quiet,
      closeIntake: () => host.onQuiet(),
      handBackWaiting: () => handBack.all(),
      abortRunning: (then, grace, onAbort) => handBack.running(then, grace, onAbort),
      closeCrew: () => crew.close(),
      finish: () => host.onOver(),
    })
  }

  escalate(facts: Facts, offending: Item | undefined, pending: readonly Pending[] = []): void {
    const { books, streams } = this.#host
    const { address, onEscalation } = books.settings
    const escalation = { group: address, ...facts, offending: offending?.message, pending, atMs: books.epochMs() }
    books.ledger.escalations += 1
    streams.escalations$.next(escalation)
    if (onEscalation !== undefined) callSafely(() => onEscalation(escalation))
    streams.changed()
  }

  /** Stops the group and tells it, with what had been waiting; what nobody claims is handed back. */
  kill(failure: Failure, offending: Item | undefined, restarts: number): void {
    if (this.shutdown.begun) return
    const { handBack, books } = this.#host
    const { graceMs } = books.settings
    void this.shutdown.begin({ deadlineMs: graceMs, graceMs }, true)
    const items = handBack.unstarted()
    this.escalate({ failure, protocol: 'killAndEscalate', restarts }, offending, handBack.pending(items.filter((item) => item !== offending)))
    handBack.all(items)
    this.shutdown.letGo()
  }
  /** A gate or a rate that errors leaves the group without guidance: it stops, and says why. */
  broken(error: unknown): void {
    this.kill(this.#crash(error), undefined, 0)
  }

  #crash(error: unknown): Failure {
    return { type: 'crashed', error, attempt: 1, atMs: this.#host.books.epochMs() }
  }
}
