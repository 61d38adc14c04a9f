import type { Subscription } from 'rxjs'
import type { DrainReport, GroupStats, Phase } from '../core/group-stats.js'
import { LateSignal } from '../core/late-signal.js'
import { checkOptions } from '../core/options.js'
import { decisions } from '../scaling/control.js'
import { Books } from './books.js'
import { Crew } from './crew.js'
import { groupStats, loadSample, measures } from './gauge.js'
import { GroupRestart } from './group-restart.js'
import { HandBack } from './hand-back.js'
import { followOutside } from './outside.js'
import { abortError } from './report.js'
import { Runner } from './runner.js'
import { Sampler } from './sampler.js'
import { DRAIN_CODECS, type Settings } from './settings.js'
import type { Shutdown } from './shutdown.js'
import { Streams } from './streams.js'
import { Supervisor } from './supervisor.js'
import { Termination } from './termination.js'
import type { DrainCall } from './worker-group-contract.js'

/**
 * One group: the feedback loop of the picture in the architecture. Load samples go to the policy, what it wants goes
 * to the crew, the crew's limit goes to `scaleMap`; failures go to supervision, which acts on the crew and escalates.
 */
export class Shell {
  readonly settings: Settings
  readonly books: Books
  readonly crew: Crew
  readonly runner: Runner
  readonly streams = new Streams()
  readonly #supervisor: Supervisor
  readonly #sampler: Sampler
  readonly #restart: GroupRestart
  readonly #end: Termination
  readonly #stopped = new LateSignal()
  readonly #letGo: () => void
  #scaling: Subscription | undefined
  #reason = 'initial'
  #started = false

  constructor(settings: Settings) {
    this.settings = settings
    const { clock } = settings
    const broken = (error: unknown): void => this.#end.broken(error)
    const closing = (): boolean => this.shutdown.begun
    this.books = new Books(settings, { onChange: () => this.onChange(), onOneTimeOver: () => void this.drain() })
    this.crew = new Crew(settings.worker, clock, {
      onLimit: () => this.#publishLimit(),
      onAcquireFailure: (error, attempt, worker) => {
        this.books.ledger.attemptFailed()
        return this.#supervisor.acquireFailed({ type: 'acquire', error, attempt, atMs: this.books.epochMs(), worker })
      },
      onQuiet: () => this.onChange(),
    })
    this.#supervisor = new Supervisor({
      crew: this.crew,
      strategy: settings.supervision,
      random: settings.random,
      closing,
      restarting: () => this.#restart.active,
      restartAll: (delayMs, abort) => this.#restartAll(delayMs, abort),
      restarted: () => { this.books.ledger.restarts += 1 },
      tell: (facts, offending) => this.#end.escalate(facts, offending),
      kill: (failure, offending, restarts) => this.#end.kill(failure, offending, restarts),
    })
    this.runner = new Runner(this.books, {
      crew: this.crew,
      closing,
      onFailure: (failure, attempt) => this.#supervisor.answer(failure, attempt.owner, attempt.item),
      onZombie: (failure, item) => this.#supervisor.zombie(failure, item),
      onChange: () => this.onChange(),
    }, broken)
    this.#end = new Termination({
      books: this.books,
      crew: this.crew,
      runner: this.runner,
      handBack: new HandBack(this.books, this.runner),
      streams: this.streams,
      onQuiet: () => this.#quiet(),
      onOver: () => this.#over(),
    })
    this.#restart = new GroupRestart({ crew: this.crew, dispatcher: this.books.dispatcher, runner: this.runner, clock, onOver: () => this.#scale() })
    this.#sampler = new Sampler(settings.sampleEveryMs, settings.scaling.wake, clock, {
      sample: (nowMs) => ({ ...loadSample(this.books, this.crew, nowMs, this.#oldestMs()), ...measures(settings, this.#end.badAnswers.next) }),
      oldestMs: () => this.#oldestMs(),
      idlestMs: () => (this.crew.live + this.crew.starting > settings.min ? this.crew.free[0]?.idleSinceMs : undefined),
      active: () => this.books.open,
    })
    this.#letGo = followOutside(settings, { hold: (reason, on) => this.hold(reason, on), stop: () => void this.drain({ deadlineMs: 0 }), onError: broken })
  }

  /** Aborted when the group has stopped. */
  get signal(): AbortSignal {
    return this.#stopped.signal
  }

  get shutdown(): Shutdown {
    return this.#end.shutdown
  }

  get restarting(): boolean {
    return this.#restart.active || !this.crew.quiet
  }

  start(): void {
    if (this.#started || this.shutdown.begun) return
    this.#started = true
    this.runner.start()
    this.#scale()
    this.books.dispatcher.hold('notStarted', false)
  }

  hold(reason: 'paused' | 'gate', on: boolean): void {
    if (this.shutdown.over) return
    this.books.dispatcher.hold(reason, on)
    this.#publishLimit()
    this.#publishStatus()
  }

  drain(call: DrainCall = {}): Promise<DrainReport> {
    checkOptions('drain', DRAIN_CODECS, call)
    return this.shutdown.begin(call)
  }

  stats(): GroupStats {
    return groupStats(this.books, this.crew, this.#phase(), this.#reason)
  }

  onChange(): void {
    if (this.#restart.active) this.#restart.proceed()
    if (this.shutdown.begun) this.shutdown.check()
    this.#sampler.touch()
    this.streams.changed()
  }

  /** Puts the policy in charge from its initial state: load samples in, wanted workers out. A bad answer holds the last good one. */
  #scale(): void {
    this.#scaling?.unsubscribe()
    this.#scaling = decisions(this.settings.scaling, this.#sampler.load$, { errors: this.#end.badAnswers }).subscribe(({ wanted, reason }) => {
      this.#reason = reason
      if (!this.#restart.active) this.crew.setWanted(wanted)
    })
    this.#sampler.start()
    this.#publishStatus()
  }

  #oldestMs(): number | undefined {
    return this.books.oldestMs(this.settings.min === 0 && this.crew.wanted === 0)
  }

  #publishLimit(): void {
    const { dispatcher } = this.books
    dispatcher.setLimit(this.crew.limit)
    const live = dispatcher.holds.has('paused') || dispatcher.holds.has('gate') ? 0 : this.crew.limit
    this.streams.live(live)
    this.onChange()
  }

  #restartAll(delayMs: number, abort: boolean): void {
    this.#restart.begin(delayMs, abort)
    this.#publishStatus()
    this.onChange()
  }

  /** Nothing comes in any more, nothing is started, and scaling rests. */
  #quiet(): void {
    this.books.dispatcher.hold('stopped', true)
    this.books.intake.close()
    this.#scaling?.unsubscribe()
    this.#restart.cancel()
    this.#publishStatus()
    this.streams.closing()
  }

  #over(): void {
    this.#sampler.close()
    this.runner.close()
    queueMicrotask(() => this.#letGo()) // not known yet if the signal was aborted before the group was made
    this.#publishStatus()
    this.books.close()
    this.streams.close()
    this.#stopped.abort(abortError(`${this.settings.name} has stopped`))
  }

  #phase(): Phase {
    if (this.shutdown.over) return 'stopped'
    if (this.shutdown.begun) return 'draining'
    if (!this.#started) return 'idle'
    if (this.#restart.active) return 'restarting'
    return this.books.dispatcher.holds.has('paused') ? 'paused' : 'running'
  }

  #publishStatus(): void {
    this.streams.status(this.#phase())
  }
}
